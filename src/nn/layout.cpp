#include "nn/layout.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include "base/rng.hpp"

static_assert(std::endian::native == std::endian::little, "model files and checkpoints are little-endian");

namespace hone {
namespace {

/// Calls visit(index in parameters or statistics, is it a statistic) for every value, in the order of pack().
template <class Visit>
void for_each_value(const Layout& layout, Visit visit) {
  for (const auto& n : layout.numbers) {
    for (std::size_t i = 0; i < layout.bins * panel_width; ++i) visit(n.weight + i, false);
    for (std::size_t i = 0; i < panel_width; ++i) visit(n.bias + i, false);
    for (std::size_t i = 0; i < 2 * layout.bins; ++i) visit(n.edges + i, true);
  }
  for (const auto& e : layout.embeddings)
    for (std::size_t i = 0; i < e.cardinality * e.width; ++i) visit(e.table + i, false);
  for (const auto& l : layout.layers) {
    for (std::size_t i = 0; i < l.in; ++i)
      for (std::size_t j = 0; j < l.out; ++j)
        visit(l.weight + j / panel_width * l.stride() + i * panel_width + j % panel_width, false);
    if (l.norm)
      for (std::size_t j = 0; j < l.out; ++j) visit(l.gamma + j, false);
    for (std::size_t j = 0; j < l.out; ++j) visit(l.bias + j, false);
    if (!l.norm) continue;
    for (std::size_t j = 0; j < l.out; ++j) visit(l.running + j, true);
    for (std::size_t j = 0; j < l.out; ++j) visit(l.running + padded(l.out) + j, true);
  }
}

double bound_of(Initialisation kind, double in, double out) {
  switch (kind) {
    case Initialisation::he:
      return std::sqrt(6 / in);
    case Initialisation::xavier:
      return std::sqrt(6 / (in + out));
    case Initialisation::lecun:
      return std::sqrt(3 / in);
  }
  return 0;
}

/// In (-bound, bound), 24 bits.
float symmetric(Rng& rng, double bound) {
  return static_cast<float>(bound * ((static_cast<double>(rng.next() >> 8) + 0.5) * 0x1.0p-23 - 1));
}

}  // namespace

Layout::Layout(const NetworkSpec& spec) {
  bins = padded(spec.numeric_bins);
  for (std::size_t f = 0; f < spec.embedded_numbers(); ++f) {
    numbers.push_back({spec.numeric_columns[f], decayed, 0, statistics});
    decayed += bins * panel_width;
    statistics += 2 * bins;
    values += (bins + 1) * panel_width + 2 * bins;
  }
  input_width = numbers.size() * panel_width + spec.dense_width;
  for (std::size_t i = 0; i < spec.cardinalities.size(); ++i) {
    const EmbeddingPlace e{spec.cardinalities[i], spec.embedding_widths[i], decayed, input_width};
    decayed += padded(e.cardinality * e.width);
    input_width += e.width;
    values += e.cardinality * e.width;
    embeddings.push_back(e);
  }
  std::size_t in = input_width;
  for (std::size_t i = 0; i <= spec.hidden.size(); ++i) {
    const bool last = i == spec.hidden.size();
    const std::size_t out = last ? spec.outputs : spec.hidden[i];
    layers.push_back({in, out, decayed, 0, 0, 0, spec.batch_norm && !last});
    decayed += padded(out) * in;
    in = out;
  }
  parameters = decayed;
  for (auto& n : numbers) {
    n.bias = parameters;
    parameters += panel_width;
  }
  for (auto& l : layers) {
    l.bias = parameters;
    parameters += padded(l.out);
    values += l.in * l.out + l.out;
    if (!l.norm) continue;
    l.gamma = parameters;
    parameters += padded(l.out);
    l.running = statistics;
    statistics += 2 * padded(l.out);
    values += 3 * l.out;
  }
}

void Layout::initialise(const NetworkSpec& spec, const TrainSeed& seed, float* parameter, float* statistic) const {
  Rng rng(seed.study_seed, RngPurpose::initial_weights, seed.trial);
  for (const auto& n : numbers) {
    const auto count = static_cast<double>(bins);
    for (std::size_t i = 0; i < bins * panel_width; ++i) parameter[n.weight + i] = symmetric(rng, std::sqrt(3 / count));
    // The smallest value has no component: with a bias of 0 its units would all stand on the kink of relu.
    for (std::size_t i = 0; i < panel_width; ++i) parameter[n.bias + i] = symmetric(rng, std::sqrt(1 / count));
  }
  for (const auto& e : embeddings)
    for (std::size_t i = 0; i < e.cardinality * e.width; ++i)
      parameter[e.table + i] = symmetric(rng, std::sqrt(3 / static_cast<double>(e.width)));
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const auto& l = layers[k];
    const auto kind = k + 1 == layers.size() ? Initialisation::xavier : spec.activation->initialisation;
    const double bound = bound_of(kind, static_cast<double>(l.in), static_cast<double>(l.out));
    for (std::size_t i = 0; i < l.in; ++i)
      for (std::size_t j = 0; j < l.out; ++j)
        parameter[l.weight + j / panel_width * l.stride() + i * panel_width + j % panel_width] = symmetric(rng, bound);
    if (!l.norm) continue;
    for (std::size_t j = 0; j < l.out; ++j) parameter[l.gamma + j] = 1;
    for (std::size_t j = 0; j < l.out; ++j) statistic[l.running + padded(l.out) + j] = 1;
  }
}

std::string Layout::pack(const float* parameter, const float* statistic) const {
  std::string packed(values * sizeof(float), '\0');
  std::size_t at = 0;
  for_each_value(*this, [&](std::size_t index, bool is_statistic) {
    std::memcpy(packed.data() + at, (is_statistic ? statistic : parameter) + index, sizeof(float));
    at += sizeof(float);
  });
  return packed;
}

bool Layout::unpack(std::string_view packed, float* parameter, float* statistic) const {
  if (packed.size() != values * sizeof(float)) return false;
  std::size_t at = 0;
  for_each_value(*this, [&](std::size_t index, bool is_statistic) {
    std::memcpy((is_statistic ? statistic : parameter) + index, packed.data() + at, sizeof(float));
    at += sizeof(float);
  });
  return true;
}

std::size_t NetworkSpec::input_width() const {
  std::size_t width = embedded_numbers() * panel_width + dense_width;
  for (const std::size_t embedding : embedding_widths) width += embedding;
  return width;
}

std::size_t NetworkSpec::parameters() const {
  std::size_t count = embedded_numbers() * (padded(numeric_bins) + 1) * panel_width, in = input_width();
  for (std::size_t i = 0; i < cardinalities.size(); ++i) count += cardinalities[i] * embedding_widths[i];
  for (const std::size_t out : hidden) {
    count += in * out + (batch_norm ? 2 * out : out);
    in = out;
  }
  return count + in * outputs + outputs;
}

}  // namespace hone

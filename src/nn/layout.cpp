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
  const auto visit_rows = [&](std::size_t start, std::size_t rows, std::size_t columns) {
    for (std::size_t m = 0; m < rows; ++m)
      for (std::size_t j = 0; j < columns; ++j) visit(start + m * padded(columns) + j, false);
  };
  for (const auto& n : layout.numbers) {
    for (std::size_t i = 0; i < layout.components * panel_width; ++i) visit(n.weight + i, false);
    for (std::size_t i = 0; i < panel_width; ++i) visit(n.bias + i, false);
    for (std::size_t i = 0; i < 2 * layout.components; ++i) visit(n.shape + i, !layout.waves);
  }
  for (const auto& e : layout.embeddings)
    for (std::size_t i = 0; i < e.cardinality * e.width; ++i) visit(e.table + i, false);
  for (const auto& l : layout.layers) {
    for (std::size_t m = 0; m < l.heads; ++m)
      for (std::size_t i = 0; i < l.in; ++i)
        for (std::size_t j = 0; j < l.out; ++j) visit(l.weight + m * l.head() + l.at(i, j), false);
    if (l.scaled_in) visit_rows(l.scale_in, layout.members, l.in);
    if (l.scaled_out) visit_rows(l.scale_out, layout.members, l.out);
    if (l.norm != NormKind::none) visit_rows(l.gamma, 1, l.out);
    visit_rows(l.bias, l.biases, l.out);
    for (const std::size_t place : {l.running, l.running + padded(l.out)})
      for (std::size_t j = 0; l.norm == NormKind::batch && j < l.out; ++j) visit(place + j, true);
    if (l.blended) visit_rows(l.share, 1, l.out);
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

/// Near enough to a normal number with deviation 1 for initial values: the sum of 12 uniform ones (no logarithm, so
/// equal bits everywhere).
double nearly_normal(Rng& rng) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += rng.uniform();
  return sum;
}

/// Takes space for parameters, remembering which of them are updated alike.
class Space {
 public:
  explicit Space(Layout& layout) : layout_(layout) {}
  std::size_t take(std::size_t floats, bool decays, double rate = 1, double sgd_rate = 1) {
    const std::size_t begin = layout_.parameters;
    layout_.parameters += floats;
    auto& parts = layout_.parts;
    const bool alike = !parts.empty() && parts.back().decays == decays && parts.back().rate == rate &&
                       parts.back().sgd_rate == sgd_rate;
    if (alike)
      parts.back().end = layout_.parameters;
    else if (floats > 0)
      parts.push_back({begin, layout_.parameters, decays, rate, sgd_rate});
    return begin;
  }

 private:
  Layout& layout_;
};

}  // namespace

Layout::Layout(const NetworkSpec& spec)
    : members(spec.members), components(spec.components()), waves(spec.numeric_frequencies > 0) {
  Space space(*this);
  for (std::size_t f = 0; f < spec.embedded_numbers(); ++f) {
    numbers.push_back({spec.numeric_columns[f],
                       space.take(components * panel_width, true, spec.numeric_rate, spec.numeric_rate), 0,
                       statistics});
    if (!waves) statistics += 2 * components;
    values += (components + 1) * panel_width + 2 * components;
  }
  input_width = numbers.size() * panel_width + spec.dense_width;
  for (std::size_t i = 0; i < spec.cardinalities.size(); ++i) {
    const std::size_t size = spec.cardinalities[i] * spec.embedding_widths[i];
    embeddings.push_back(
        {spec.cardinalities[i], spec.embedding_widths[i], space.take(padded(size), true), input_width});
    input_width += spec.embedding_widths[i];
    values += size;
  }
  const auto wider = [&](std::size_t width) {  // than the width at which the rate was found
    return spec.base_width == 0 ? 1 : static_cast<double>(width) / static_cast<double>(spec.base_width);
  };
  std::size_t in = input_width;
  for (std::size_t i = 0; i <= spec.hidden.size(); ++i) {
    const bool last = i == spec.hidden.size();
    LayerPlace l{};
    l.in = in;
    l.out = last ? spec.outputs : spec.hidden[i];
    l.norm = last ? NormKind::none : spec.norm;
    l.scaled_out = members > 1 && !last;
    l.scaled_in = l.scaled_out || (i == 0 && spec.front_scale > 0);
    l.blended = spec.parametric_activation > 0 && !last;
    l.heads = last ? members : 1;
    l.biases = l.norm == NormKind::none ? members : 1;
    const auto inputs = static_cast<double>(in);
    if (spec.ntk) {
      l.weight = space.take(l.heads * l.head(), true, 1 / std::sqrt(inputs), 1 / inputs);
    } else {
      const double rate = i == 0 ? 1 : 1 / wider(in);
      l.weight = space.take(l.heads * l.head(), true, rate, i == 0 ? (last ? 1 : wider(l.out)) : last ? rate : 1);
    }
    layers.push_back(l);
    in = l.out;
  }
  for (auto& n : numbers) {
    n.bias = space.take(panel_width, false, spec.numeric_rate, spec.numeric_rate);
    if (waves) n.shape = space.take(2 * components, false, spec.numeric_rate, spec.numeric_rate);
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    auto& l = layers[i];
    const double sgd_rate = i + 1 == layers.size() ? 1 : wider(l.out);
    l.bias = space.take(l.biases * padded(l.out), false, spec.bias_rate, spec.bias_rate * sgd_rate);
    values += l.heads * l.in * l.out + l.biases * l.out;
    if (l.scaled_in) {
      const double rate = i == 0 && spec.front_scale > 0 ? spec.front_scale : 1;
      l.scale_in = space.take(members * padded(l.in), false, rate, rate);
      values += members * l.in;
    }
    if (l.scaled_out) {
      l.scale_out = space.take(members * padded(l.out), false);
      values += members * l.out;
    }
    if (l.blended) {
      l.share = space.take(padded(l.out), false, spec.parametric_activation, spec.parametric_activation);
      values += l.out;
    }
    if (l.norm == NormKind::none) continue;
    l.gamma = space.take(padded(l.out), false, 1, sgd_rate);
    values += l.out;
    if (l.norm != NormKind::batch) continue;
    l.running = statistics;
    statistics += 2 * padded(l.out);
    values += 2 * l.out;
  }
}

double Layout::floats(const NetworkSpec& spec) {
  const auto round_up = [](double n) { return std::ceil(n / panel_width) * panel_width; };
  const auto numbers = static_cast<double>(spec.embedded_numbers()), members = static_cast<double>(spec.members);
  double in = numbers * panel_width + static_cast<double>(spec.dense_width);
  double count = numbers * (static_cast<double>(spec.components()) * (panel_width + 2) + panel_width);
  for (std::size_t i = 0; i < spec.cardinalities.size(); ++i) {
    count += round_up(static_cast<double>(spec.cardinalities[i]) * static_cast<double>(spec.embedding_widths[i]));
    in += static_cast<double>(spec.embedding_widths[i]);
  }
  for (std::size_t i = 0; i <= spec.hidden.size(); ++i) {
    const bool last = i == spec.hidden.size();
    const double out = round_up(static_cast<double>(last ? spec.outputs : spec.hidden[i]));
    count += in * out * (last ? members : 1) + out * (members + 3);
    if (members > 1 && !last) count += members * (round_up(in) + out);
    if (members == 1 && i == 0) count += round_up(in);
    if (!last) count += out;
    in = static_cast<double>(last ? spec.outputs : spec.hidden[i]);
  }
  return count;
}

void Layout::initialise(const NetworkSpec& spec, const TrainSeed& seed, float* parameter, float* statistic) const {
  Rng rng(seed.study_seed, RngPurpose::initial_weights, seed.trial);
  for (const auto& n : numbers) {
    const auto count = static_cast<double>(components);
    for (std::size_t i = 0; i < components * panel_width; ++i)
      parameter[n.weight + i] = symmetric(rng, std::sqrt(3 / count));
    // The smallest value has no component: with a bias of 0 its units would all stand on the kink of relu.
    for (std::size_t i = 0; i < panel_width; ++i) parameter[n.bias + i] = symmetric(rng, std::sqrt(1 / count));
    for (std::size_t i = 0; waves && i < components; ++i) {
      parameter[n.shape + i] = static_cast<float>(spec.frequency_scale * nearly_normal(rng));
      parameter[n.shape + components + i] = symmetric(rng, 0.5);
    }
  }
  for (const auto& e : embeddings)
    for (std::size_t i = 0; i < e.cardinality * e.width; ++i)
      parameter[e.table + i] = symmetric(rng, std::sqrt(3 / static_cast<double>(e.width)));
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const auto& l = layers[k];
    const bool last = k + 1 == layers.size();
    const auto kind = last ? Initialisation::xavier : spec.activation->initialisation;
    double bound = bound_of(kind, static_cast<double>(l.in), static_cast<double>(l.out));
    if (last && k > 0 && spec.base_width > 0)
      bound *= std::sqrt(static_cast<double>(spec.base_width) / static_cast<double>(l.in));
    for (std::size_t m = 0; m < l.heads; ++m)
      for (std::size_t i = 0; i < l.in; ++i)
        for (std::size_t j = 0; j < l.out; ++j) parameter[l.weight + m * l.head() + l.at(i, j)] = symmetric(rng, bound);
    for (std::size_t m = 0; l.scaled_in && m < members; ++m)
      for (std::size_t i = 0; i < l.in; ++i)
        parameter[l.scale_in + m * padded(l.in) + i] = k > 0 || members == 1 || rng.below(2) == 0 ? 1.0f : -1.0f;
    for (std::size_t m = 0; l.scaled_out && m < members; ++m)
      for (std::size_t j = 0; j < l.out; ++j) parameter[l.scale_out + m * padded(l.out) + j] = 1;
    for (std::size_t j = 0; l.blended && j < l.out; ++j) parameter[l.share + j] = 1;
    if (l.norm == NormKind::none) continue;
    for (std::size_t j = 0; j < l.out; ++j) parameter[l.gamma + j] = 1;
    for (std::size_t j = 0; l.norm == NormKind::batch && j < l.out; ++j) statistic[l.running + padded(l.out) + j] = 1;
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

std::size_t NetworkSpec::components() const {
  return padded(numeric_bins > 0 ? numeric_bins : numeric_frequencies);
}

std::size_t NetworkSpec::input_width() const {
  std::size_t width = embedded_numbers() * panel_width + dense_width;
  for (const std::size_t embedding : embedding_widths) width += embedding;
  return width;
}

std::size_t NetworkSpec::parameters() const {
  const Layout layout(*this);
  std::size_t count = layout.values;
  if (!layout.waves) count -= layout.numbers.size() * 2 * layout.components;
  for (const LayerPlace& l : layout.layers)
    if (l.norm == NormKind::batch) count -= 2 * l.out;
  return count;
}

}  // namespace hone

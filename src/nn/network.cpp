#include "nn/network.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.hpp"
#include "base/rng.hpp"

namespace hone {
namespace {

/// Panels multiplied before their activation is taken: they are still in the first-level cache then.
constexpr std::size_t panels_at_once = 2;

/// An odd number of cache lines from panel to panel, so that panels do not fall onto the same cache sets.
std::size_t stride_for(std::size_t rows) {
  return (rows | 1) * panel_width;
}

/// First panel of the input that holds an embedding column.
std::size_t first_embedding_panel(const NetworkSpec& spec) {
  return spec.embedded_numbers() + spec.dense_width / panel_width;
}

const Activation& identity_row() {
  return all_activations()[static_cast<std::size_t>(ActivationKernel::identity)];
}

}  // namespace

Network::Network(const NetworkSpec& spec, std::size_t row_capacity, bool training)
    : spec_(spec),
      layout_(spec),
      kernels_(kernels()),
      row_capacity_(row_capacity),
      stride_(stride_for(row_capacity)),
      parameters_(layout_.parameters),
      statistics_(layout_.statistics),
      input_(panels_of(layout_.input_width) * stride_),
      categories_(row_capacity * spec.cardinalities.size()) {
  const bool embedded = !layout_.embeddings.empty();
  for (std::size_t k = 0; k < layout_.layers.size(); ++k) {
    const LayerPlace& l = layout_.layers[k];
    LayerRecord record;
    record.value = Buffer(l.panels() * stride_);
    if (training) {
      record.slope = Buffer(l.panels() * stride_);
      record.gradient = Buffer(l.panels() * stride_);
      std::size_t panels = panels_of(l.in);
      if (k == 0) panels = layout_.numbers.size() + (embedded ? panels - first_embedding_panel(spec_) : 0);
      record.transposed = Buffer(panels * l.out * panel_width);
      if (l.norm) {
        record.normalised = Buffer(l.panels() * stride_);
        record.mean = Buffer(padded(l.out));
        record.inverse_deviation = Buffer(padded(l.out));
      }
    }
    records_.push_back(std::move(record));
  }
  const std::size_t numbers = layout_.numbers.size();
  components_ = Buffer(numbers * layout_.bins / panel_width * stride_);
  if (!training) return;
  number_slope_ = Buffer(numbers * stride_);
  number_gradient_ = Buffer(numbers * stride_);
  if (embedded) embedding_gradient_ = Buffer((panels_of(layout_.input_width) - first_embedding_panel(spec_)) * stride_);
}

double Network::memory_bytes(const NetworkSpec& spec, std::size_t row_capacity, bool training) {
  // In doubles throughout: the sizes asked for may not fit any integer.
  const auto rows = static_cast<double>(row_capacity | 1);
  const auto round_up = [](double n) { return std::ceil(n / panel_width) * panel_width; };
  const auto numbers = static_cast<double>(spec.embedded_numbers());
  double in = numbers * panel_width + static_cast<double>(spec.dense_width);
  double floats = numbers * (round_up(static_cast<double>(spec.numeric_bins)) * (rows + 18) + 2 * panel_width * rows);
  for (std::size_t i = 0; i < spec.cardinalities.size(); ++i) {
    in += static_cast<double>(spec.embedding_widths[i]);
    floats += static_cast<double>(spec.cardinalities[i]) * static_cast<double>(spec.embedding_widths[i]);
  }
  floats += round_up(in) * rows * (training && !spec.cardinalities.empty() ? 2 : 1);
  for (std::size_t i = 0; i <= spec.hidden.size(); ++i) {
    const auto out = static_cast<double>(i == spec.hidden.size() ? spec.outputs : spec.hidden[i]);
    const double matrices = training ? (spec.batch_norm ? 4 : 3) : 1;
    floats += in * round_up(out) * (training ? 2 : 1) + round_up(out) * (rows * matrices + 8);
    in = out;
  }
  return floats * sizeof(float);
}

void Network::gather(const Features& features, std::span<const std::uint32_t> order) {
  HONE_CHECK(order.size() <= row_capacity_, "more rows than the network has room for");
  HONE_CHECK(features.dense_width == spec_.dense_width, "features have another width than the network");
  HONE_CHECK(features.category_width == spec_.cardinalities.size(), "features have other category columns");
  rows_ = order.size();
  float* dense = input_.data() + layout_.numbers.size() * stride_;
  if (features.is_bytes()) {
    kernels_.gather_bytes({features.bytes.data(), features.dense_width, order.data(), rows_, features.byte_scale,
                           features.byte_shift, dense, stride_});
  } else if (features.dense_width > 0) {
    kernels_.gather_floats({features.dense.data(), features.dense_width, order.data(), rows_, 1, 0, dense, stride_});
  }
  if (!layout_.embeddings.empty()) gather_embeddings(features, order);
}

void Network::gather_embeddings(const Features& features, std::span<const std::uint32_t> order) {
  const std::size_t columns = layout_.embeddings.size();
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t i = 0; i < columns; ++i) {
      const EmbeddingPlace& e = layout_.embeddings[i];
      const std::int32_t given = features.categories[order[r] * columns + i];
      const bool known = given >= 0 && static_cast<std::size_t>(given) < e.cardinality;
      categories_[r * columns + i] = known ? given : 0;
      const float* row = parameters_.data() + e.table + static_cast<std::size_t>(known ? given : 0) * e.width;
      for (std::size_t j = 0; j < e.width; ++j) {
        const std::size_t column = e.column + j;
        input_.data()[column / panel_width * stride_ + r * panel_width + column % panel_width] = row[j];
      }
    }
}

BatchNorm Network::norm_of(std::size_t layer) {
  const LayerPlace& l = layout_.layers[layer];
  LayerRecord& record = records_[layer];
  BatchNorm n{};
  n.stride = stride_;
  n.rows = rows_;
  n.panels = l.panels();
  n.z = record.value.data();
  n.normalised = record.normalised.data();
  n.gamma = parameters_.data() + l.gamma;
  n.beta = parameters_.data() + l.bias;
  n.mean = record.mean.data();
  n.inverse_deviation = record.inverse_deviation.data();
  n.running_mean = statistics_.data() + l.running;
  n.running_variance = n.running_mean + padded(l.out);
  n.momentum = norm_momentum;
  n.epsilon = norm_epsilon;
  n.gradient = record.gradient.data();
  return n;
}

/// Products, batch norm, activation of one layer.
void Network::products(std::size_t layer, bool training) {
  const LayerPlace& l = layout_.layers[layer];
  LayerRecord& record = records_[layer];
  const bool last = layer + 1 == layout_.layers.size();
  record.activation = last ? &identity_row() : spec_.activation;
  const float* input = layer == 0 ? input_.data() : records_[layer - 1].value.data();
  const auto activate = kernels_.activate[record.activation->kernel];
  const auto activate_panels = [&](std::size_t first, std::size_t end) {
    if (last) return;
    for (std::size_t panel = first; panel < end; ++panel)
      activate(record.value.data() + panel * stride_, training ? record.slope.data() + panel * stride_ : nullptr,
               rows_ * panel_width);
  };
  for (std::size_t panel = 0; panel < l.panels(); panel += panels_at_once) {
    const std::size_t end = std::min(panel + panels_at_once, l.panels());
    kernels_.multiply({input, stride_, rows_, l.in, parameters_.data() + l.weight + panel * l.stride(), l.stride(),
                       end - panel, l.norm ? nullptr : parameters_.data() + l.bias + panel * panel_width, nullptr,
                       record.value.data() + panel * stride_, stride_});
    if (!l.norm) activate_panels(panel, end);
  }
  if (!l.norm) return;
  (training ? kernels_.norm_train : kernels_.norm_predict)(norm_of(layer));
  activate_panels(0, l.panels());
}

void Network::drop(std::size_t layer, const TrainSeed& seed, std::uint32_t step, std::uint32_t first_block) {
  Dropout d{};
  d.value = records_[layer].value.data();
  d.slope = records_[layer].slope.data();
  d.stride = stride_;
  d.rows = rows_;
  d.panels = layout_.layers[layer].panels();
  d.row_blocks = row_capacity_;
  d.threshold = static_cast<std::uint32_t>(spec_.dropout * 65536 + 0.5);
  d.scale = static_cast<float>(1 / (1 - static_cast<double>(d.threshold) / 65536));
  d.key[0] = static_cast<std::uint32_t>(seed.study_seed);
  d.key[1] = static_cast<std::uint32_t>(seed.study_seed >> 32);
  d.first_block = first_block;
  d.counter[0] = step;
  d.counter[1] = seed.trial;
  d.counter[2] = static_cast<std::uint32_t>(RngPurpose::dropout);
  kernels_.dropout(d);
}

void Network::forward_train(const TrainSeed& seed, std::uint32_t step) {
  embed_numbers(true);
  std::uint32_t block = 0;
  for (std::size_t k = 0; k < records_.size(); ++k) {
    products(k, true);
    if (spec_.dropout <= 0 || k + 1 == records_.size()) continue;
    drop(k, seed, step, block);
    block += static_cast<std::uint32_t>(layout_.layers[k].panels() * row_capacity_ * 2);
  }
}

void Network::forward_predict() {
  embed_numbers(false);
  for (std::size_t k = 0; k < records_.size(); ++k) products(k, false);
}

void Network::backward(float* gradients) {
  for (std::size_t k = records_.size(); k-- > 0;) {
    const LayerPlace& l = layout_.layers[k];
    LayerRecord& record = records_[k];
    if (l.norm) {
      BatchNorm n = norm_of(k);
      n.gamma_gradient = gradients + l.gamma;
      n.beta_gradient = gradients + l.bias;
      kernels_.norm_backward(n);
    } else {
      kernels_.column_sums(record.gradient.data(), stride_, rows_, l.panels(), gradients + l.bias);
    }
    const float* input = k == 0 ? input_.data() : records_[k - 1].value.data();
    kernels_.multiply_transposed({input, stride_, l.in, rows_, record.gradient.data(), stride_, l.panels(), nullptr,
                                  nullptr, gradients + l.weight, l.stride(), l.out});
    if (k > 0)
      input_gradients(k, 0, l.in, records_[k - 1].slope.data(), record.transposed.data(),
                      records_[k - 1].gradient.data());
  }
  if (!layout_.numbers.empty()) number_gradients(gradients);
  if (!layout_.embeddings.empty()) embedding_gradients(gradients);
}

/// dL/d(input) of a layer from panel `first_panel` to row `end_row` of its weights, times `scale`, which forward left.
void Network::input_gradients(std::size_t layer, std::size_t first_panel, std::size_t end_row, const float* scale,
                              float* transposed, float* out) {
  const LayerPlace& l = layout_.layers[layer];
  const std::size_t first_row = first_panel * panel_width, stride = l.out * panel_width;
  kernels_.transpose(parameters_.data() + l.weight + first_row * panel_width, l.stride(), end_row - first_row, l.out,
                     transposed, stride);
  kernels_.multiply({records_[layer].gradient.data(), stride_, rows_, l.out, transposed, stride,
                     panels_of(end_row) - first_panel, nullptr, scale, out, stride_});
}

/// Components of each number, its linear map, relu: into the first panels of the input.
void Network::embed_numbers(bool training) {
  const std::size_t panels = layout_.bins / panel_width;
  const auto relu = kernels_.activate[static_cast<std::size_t>(ActivationKernel::relu)];
  for (std::size_t f = 0; f < layout_.numbers.size(); ++f) {
    const NumericPlace& n = layout_.numbers[f];
    const float* low = statistics_.data() + n.edges;
    float *components = components_.data() + f * panels * stride_, *out = input_.data() + f * stride_;
    const float* x =
        input_.data() + (layout_.numbers.size() + n.column / panel_width) * stride_ + n.column % panel_width;
    kernels_.piecewise({x, rows_, layout_.bins, low, low + layout_.bins, components, stride_});
    kernels_.multiply({components, stride_, rows_, layout_.bins, parameters_.data() + n.weight,
                       layout_.bins * panel_width, 1, parameters_.data() + n.bias, nullptr, out, stride_});
    relu(out, training ? number_slope_.data() + f * stride_ : nullptr, rows_ * panel_width);
  }
}

void Network::number_gradients(float* gradients) {
  const std::size_t panels = layout_.bins / panel_width, numbers = layout_.numbers.size();
  input_gradients(0, 0, numbers * panel_width, number_slope_.data(), records_[0].transposed.data(),
                  number_gradient_.data());
  for (std::size_t f = 0; f < numbers; ++f) {
    const NumericPlace& n = layout_.numbers[f];
    const float* gradient = number_gradient_.data() + f * stride_;
    kernels_.column_sums(gradient, stride_, rows_, 1, gradients + n.bias);
    kernels_.multiply_transposed({components_.data() + f * panels * stride_, stride_, layout_.bins, rows_, gradient,
                                  stride_, 1, nullptr, nullptr, gradients + n.weight, layout_.bins * panel_width});
  }
}

void Network::embedding_gradients(float* gradients) {
  const LayerPlace& l = layout_.layers[0];
  const std::size_t columns = layout_.embeddings.size(), numbers = layout_.numbers.size();
  const std::size_t first = first_embedding_panel(spec_) * panel_width;
  input_gradients(0, first_embedding_panel(spec_), l.in, nullptr,
                  records_[0].transposed.data() + numbers * l.out * panel_width, embedding_gradient_.data());
  for (std::size_t i = 0; i < columns; ++i) {
    const EmbeddingPlace& e = layout_.embeddings[i];
    std::fill_n(gradients + e.table, padded(e.cardinality * e.width), 0.0f);
    for (std::size_t r = 0; r < rows_; ++r) {
      float* row = gradients + e.table + static_cast<std::size_t>(categories_[r * columns + i]) * e.width;
      for (std::size_t j = 0; j < e.width; ++j) {
        const std::size_t column = e.column + j - first;
        row[j] += embedding_gradient_.data()[column / panel_width * stride_ + r * panel_width + column % panel_width];
      }
    }
  }
}

void Network::predict(const Features& features, std::vector<float>& out) {
  const std::size_t outputs = spec_.outputs;
  const bool softmaxed = spec_.loss == LossKind::softmax_cross_entropy;
  const bool binary = spec_.loss == LossKind::binary_cross_entropy;
  const auto sigmoid = kernels_.activate[static_cast<std::size_t>(ActivationKernel::sigmoid)];
  out.resize(features.rows * outputs);
  std::vector<std::uint32_t> order(row_capacity_);
  std::vector<float> largest(row_capacity_), sum(row_capacity_);
  for (std::size_t start = 0; start < features.rows; start += row_capacity_) {
    const std::size_t count = std::min(row_capacity_, features.rows - start);
    std::iota(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), static_cast<std::uint32_t>(start));
    gather(features, {order.data(), count});
    forward_predict();
    if (softmaxed) kernels_.softmax({output(), output(), stride_, count, outputs, largest.data(), sum.data()});
    if (binary) sigmoid(output(), nullptr, count * panel_width);
    for (std::size_t r = 0; r < count; ++r)
      for (std::size_t c = 0; c < outputs; ++c)
        out[(start + r) * outputs + c] = output()[c / panel_width * stride_ + r * panel_width + c % panel_width];
  }
}

}  // namespace hone

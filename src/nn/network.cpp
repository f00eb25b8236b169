#include "nn/network.hpp"

#include <algorithm>
#include <cstring>

#include "base/check.hpp"
#include "base/rng.hpp"
#include "nn/loss.hpp"

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

/// Panels of the weights that backward multiplies with: of the first layer those before which something is learned.
std::size_t transposed_panels(const NetworkSpec& spec, const Layout& layout, std::size_t layer) {
  const LayerPlace& l = layout.layers[layer];
  const std::size_t panels = panels_of(l.in);
  if (layer > 0 || l.scaled_in) return panels;
  return layout.numbers.size() + (layout.embeddings.empty() ? 0 : panels - first_embedding_panel(spec));
}

const Activation& identity_row() {
  return all_activations()[static_cast<std::size_t>(ActivationKernel::identity)];
}

}  // namespace

Network::Network(const NetworkSpec& spec, std::size_t row_capacity, bool training, Precision precision)
    : spec_(spec),
      layout_(spec),
      kernels_(kernels()),
      row_capacity_(row_capacity),
      input_stride_(stride_for(row_capacity)),
      stride_(stride_for(row_capacity * spec.members)),
      parameters_(layout_.parameters),
      statistics_(layout_.statistics),
      input_(panels_of(layout_.input_width) * input_stride_),
      categories_(row_capacity * spec.cardinalities.size()) {
  for (std::size_t k = 0; k < layout_.layers.size(); ++k) {
    const LayerPlace& l = layout_.layers[k];
    const std::size_t size = l.panels() * stride_;
    LayerRecord record;
    record.value = Buffer(size);
    if (l.scaled_in) record.scaled = Buffer(panels_of(l.in) * stride_);
    if (l.blended) record.bend = Buffer(size);
    if (training) {
      record.slope = Buffer(size);
      record.gradient = Buffer(size);
      if (keeps_value_gradients()) record.value_gradient = Buffer(size);
      if (l.scaled_out) record.product = Buffer(size);
      record.transposed = Buffer(transposed_panels(spec_, layout_, k) * l.out * panel_width);
      if (l.norm != NormKind::none) {
        record.normalised = Buffer(size);
        record.mean = Buffer(l.norm == NormKind::batch ? padded(l.out) : 0);
        record.inverse_deviation = Buffer(l.norm == NormKind::batch ? padded(l.out) : row_capacity * spec.members);
      }
    }
    records_.push_back(std::move(record));
  }
  if (training && precision == Precision::bfloat16) {
    std::size_t in = 0, out = 0;
    for (const LayerPlace& l : layout_.layers)
      if (Bfloat16Products::suits(l)) in = std::max(in, l.in), out = std::max(out, l.out);
    if (in > 0) rounded_.emplace(row_capacity * spec.members, in, out);
  }
  const std::size_t components = layout_.numbers.size() * layout_.components / panel_width * input_stride_;
  components_ = Buffer(components);
  if (!training) return;
  mixed_ = Buffer(input_.size());
  number_slope_ = Buffer(layout_.numbers.size() * input_stride_);
  if (needs_input_gradient()) input_gradient_ = Buffer(input_.size());
  if (layout_.layers[0].scaled_in) expanded_gradient_ = Buffer(panels_of(layout_.input_width) * stride_);
  if (!layout_.waves) return;
  component_slope_ = Buffer(components);
  wave_gradient_ = Buffer(layout_.components / panel_width * input_stride_);
  wave_sums_ = Buffer(layout_.components * panel_width);
  map_transposed_ = Buffer(layout_.components * panel_width);
}

/// What the weights of a layer meet: the layer before, or that times the factors of each member.
const float* Network::input_of(std::size_t layer) const {
  if (layout_.layers[layer].scaled_in) return records_[layer].scaled.data();
  return layer == 0 ? mixed_input() : records_[layer - 1].value.data();
}
std::size_t Network::input_stride_of(std::size_t layer) const {
  return layer == 0 && !layout_.layers[0].scaled_in ? input_stride_ : stride_;
}

void Network::scale_inputs(std::size_t layer) {
  const LayerPlace& l = layout_.layers[layer];
  for (std::size_t m = 0; m < layout_.members; ++m) {
    const std::size_t block = m * rows_ * panel_width;
    const float* from = layer == 0 ? mixed_input() : records_[layer - 1].value.data() + block;
    kernels_.affine_columns({from, layer == 0 ? input_stride_ : stride_, rows_, panels_of(l.in),
                             parameters_.data() + l.scale_in + m * padded(l.in), nullptr,
                             records_[layer].scaled.data() + block, stride_});
  }
}

/// Products, factors of members, norm, activation of one hidden layer.
void Network::products(std::size_t layer, bool training) {
  const LayerPlace& l = layout_.layers[layer];
  LayerRecord& record = records_[layer];
  record.activation = spec_.activation;
  const bool norm = l.norm != NormKind::none;
  const auto activate = kernels_.activate[record.activation->kernel];
  const auto activate_panels = [&](std::size_t first, std::size_t end) {
    for (std::size_t panel = first; panel < end; ++panel) {
      float* const value = record.value.data() + panel * stride_;
      float* const slope = training ? record.slope.data() + panel * stride_ : nullptr;
      float* const bend = l.blended ? record.bend.data() + panel * stride_ : nullptr;
      if (l.blended) std::memcpy(bend, value, wide_rows() * panel_width * sizeof(float));
      activate(value, slope, wide_rows() * panel_width);
      if (l.blended)
        kernels_.blend(
            {value, slope, bend, stride_, wide_rows(), 1, parameters_.data() + l.share + panel * panel_width});
    }
  };
  const float* bias = norm ? nullptr : parameters_.data() + l.bias;
  if (l.scaled_in) scale_inputs(layer);
  const bool rounded = training && rounds(layer);  // then all at once: the inputs are rounded once
  const std::size_t step = rounded ? l.panels() : panels_at_once;
  for (std::size_t panel = 0; panel < l.panels(); panel += step) {
    const std::size_t end = std::min(panel + step, l.panels()), place = panel * stride_;
    float* sums = (l.scaled_out && training ? record.product : record.value).data() + place;
    const Product product{input_of(layer),
                          input_stride_of(layer),
                          wide_rows(),
                          l.in,
                          parameters_.data() + l.weight + panel * l.stride(),
                          l.stride(),
                          end - panel,
                          bias == nullptr || l.scaled_out ? nullptr : bias + panel * panel_width,
                          nullptr,
                          sums,
                          stride_,
                          rounded ? l.out : 0};
    rounded ? rounded_->multiply(product) : kernels_.multiply(product);
    for (std::size_t m = 0; l.scaled_out && m < layout_.members; ++m) {
      const std::size_t block = m * rows_ * panel_width, column = m * padded(l.out) + panel * panel_width;
      kernels_.affine_columns({sums + block, stride_, rows_, end - panel, parameters_.data() + l.scale_out + column,
                               bias == nullptr ? nullptr : bias + column, record.value.data() + place + block,
                               stride_});
    }
    if (!norm) activate_panels(panel, end);
  }
  if (!norm) return;
  normalise(layer, training);
  activate_panels(0, l.panels());
}

/// The last layer; each member has its own.
void Network::outputs() {
  const std::size_t layer = records_.size() - 1;
  const LayerPlace& l = layout_.layers[layer];
  records_[layer].activation = &identity_row();
  for (std::size_t m = 0; m < layout_.members; ++m) {
    const std::size_t block = m * rows_ * panel_width;
    kernels_.multiply({input_of(layer) + block, input_stride_of(layer), rows_, l.in,
                       parameters_.data() + l.weight + m * l.head(), l.stride(), l.panels(),
                       parameters_.data() + l.bias + m * padded(l.out), nullptr, records_[layer].value.data() + block,
                       stride_});
  }
}

void Network::drop(std::size_t layer, const TrainSeed& seed, std::uint32_t step, std::uint32_t first_block) {
  Dropout d{};
  d.value = records_[layer].value.data();
  d.slope = records_[layer].slope.data();
  d.bend = layout_.layers[layer].blended ? records_[layer].bend.data() : nullptr;
  d.stride = stride_;
  d.rows = wide_rows();
  d.panels = layout_.layers[layer].panels();
  d.row_blocks = row_capacity_ * layout_.members;
  d.threshold = static_cast<std::uint32_t>(dropout_ * 65536 + 0.5);
  d.scale = static_cast<float>(1 / (1 - static_cast<double>(d.threshold) / 65536));
  d.key[0] = static_cast<std::uint32_t>(seed.study_seed);
  d.key[1] = static_cast<std::uint32_t>(seed.study_seed >> 32);
  d.first_block = first_block;
  d.counter[0] = step;
  d.counter[1] = seed.trial;
  d.counter[2] = static_cast<std::uint32_t>(RngPurpose::dropout);
  kernels_.dropout(d);
}

/// Columns that a hidden layer and the one before it both have.
std::size_t Network::shared_columns(std::size_t layer) const {
  return std::min(layout_.layers[layer - 1].out, layout_.layers[layer].out);
}

void Network::forward(bool training, const TrainSeed& seed, std::uint32_t step) {
  embed_numbers(training);
  if (share_ != 1) {
    std::memcpy(mixed_.data(), input_.data(), mixed_.bytes());
    kernels_.mix_rows(mixed_.data(), input_stride_, rows_, panels_of(layout_.input_width), share_);
  }
  std::uint32_t block = 0;
  for (std::size_t k = 0; k + 1 < records_.size(); ++k) {
    products(k, training);
    if (training && dropout_ > 0) drop(k, seed, step, block);
    block += static_cast<std::uint32_t>(layout_.layers[k].panels() * row_capacity_ * layout_.members * 2);
    if (spec_.residual && k > 0)
      kernels_.add_columns(records_[k - 1].value.data(), records_[k].value.data(), stride_, wide_rows(),
                           shared_columns(k));
  }
  outputs();
}

void Network::forward_train(const TrainSeed& seed, std::uint32_t step, float share, double kept_dropout) {
  share_ = share;
  dropout_ = spec_.dropout * kept_dropout;
  forward(true, seed, step);
}

void Network::forward_predict() {
  share_ = 1;
  forward(false, {}, 0);
}

void Network::backward(float* gradients) {
  for (std::size_t k = records_.size(); k-- > 0;) {
    weight_gradients(k, gradients);
    if (k == 0)
      input_gradients(gradients);
    else if (keeps_value_gradients())
      value_gradients(k, gradients);
    else
      multiply_by_weights(k, 0, layout_.layers[k].in, records_[k - 1].slope.data(), 0, records_[k - 1].gradient.data(),
                          stride_);
  }
}

/// Of weights, biases, norm and factors of the outputs, from dL/d(output of the norm, or of the factors).
void Network::weight_gradients(std::size_t layer, float* gradients) {
  const LayerPlace& l = layout_.layers[layer];
  LayerRecord& record = records_[layer];
  float* gradient = record.gradient.data();
  if (l.norm == NormKind::batch) {
    BatchNorm n = batch_norm_of(layer);
    n.gamma_gradient = gradients + l.gamma;
    n.beta_gradient = gradients + l.bias;
    kernels_.norm_backward(n);
  } else if (l.norm == NormKind::layer) {
    LayerNorm n = layer_norm_of(layer);
    n.gamma_gradient = gradients + l.gamma;
    n.beta_gradient = gradients + l.bias;
    kernels_.layer_norm_backward(n);
  }
  for (std::size_t m = 0; m < layout_.members; ++m) {
    const std::size_t block = m * rows_ * panel_width;
    float* of_bias = l.norm == NormKind::none ? gradients + l.bias + m * padded(l.out) : nullptr;
    if (l.scaled_out)
      kernels_.affine_gradients({record.product.data() + block, stride_, rows_, l.panels(),
                                 parameters_.data() + l.scale_out + m * padded(l.out), gradient + block, stride_,
                                 gradients + l.scale_out + m * padded(l.out), of_bias});
    else if (of_bias != nullptr)
      kernels_.column_sums(gradient + block, stride_, rows_, l.panels(), of_bias);
  }
  const std::size_t rows = wide_rows() / l.heads;
  for (std::size_t m = 0; m < l.heads; ++m) {
    const std::size_t block = m * rows * panel_width;
    const Product product{input_of(layer) + block,
                          input_stride_of(layer),
                          l.in,
                          rows,
                          gradient + block,
                          stride_,
                          l.panels(),
                          nullptr,
                          nullptr,
                          gradients + l.weight + m * l.head(),
                          l.stride(),
                          l.out};
    rounds(layer) ? rounded_->multiply_transposed(product) : kernels_.multiply_transposed(product);
  }
}

/// dL/d(what the weights met) from panel `first_panel` to row `end_row` of the weights, times `scale`, which forward
/// left. `place`: where the transposed weights go among those of the layer.
void Network::multiply_by_weights(std::size_t layer, std::size_t first_panel, std::size_t end_row, const float* scale,
                                  std::size_t place, float* out, std::size_t out_stride) {
  const LayerPlace& l = layout_.layers[layer];
  const std::size_t first_row = first_panel * panel_width, stride = l.out * panel_width;
  const std::size_t rows = wide_rows() / l.heads;
  for (std::size_t m = 0; m < l.heads; ++m) {
    const std::size_t block = m * rows * panel_width, columns = end_row - first_row;
    const float* weights = parameters_.data() + l.weight + m * l.head() + first_row * panel_width;
    Product product{records_[layer].gradient.data() + block,
                    stride_,
                    rows,
                    l.out,
                    weights,
                    l.stride(),
                    panels_of(end_row) - first_panel,
                    nullptr,
                    scale == nullptr ? nullptr : scale + block,
                    out + block,
                    out_stride,
                    columns};
    if (rounds(layer)) {
      rounded_->multiply_by_transposed(product);
      continue;
    }
    float* transposed = records_[layer].transposed.data() + place;
    kernels_.transpose(weights, l.stride(), columns, l.out, transposed, stride);
    product.b = transposed;
    product.b_stride = stride;
    product.columns = 0;
    kernels_.multiply(product);
  }
}

/// The gradient that arrives at the values of layer - 1: through the weights, the members' factors, the shortcut; and
/// of the shares of its activation.
void Network::value_gradients(std::size_t layer, float* gradients) {
  const LayerPlace& l = layout_.layers[layer];
  LayerRecord& before = records_[layer - 1];
  multiply_by_weights(layer, 0, l.in, nullptr, 0, before.value_gradient.data(), stride_);
  for (std::size_t m = 0; l.scaled_in && m < layout_.members; ++m) {
    const std::size_t block = m * rows_ * panel_width, factors = l.scale_in + m * padded(l.in);
    kernels_.affine_gradients({before.value.data() + block, stride_, rows_, panels_of(l.in),
                               parameters_.data() + factors, before.value_gradient.data() + block, stride_,
                               gradients + factors, nullptr});
  }
  if (spec_.residual && layer + 1 < records_.size())
    kernels_.add_columns(records_[layer].value_gradient.data(), before.value_gradient.data(), stride_, wide_rows(),
                         shared_columns(layer));
  if (layout_.layers[layer - 1].blended)
    kernels_.column_products(before.value_gradient.data(), before.bend.data(), stride_, wide_rows(), panels_of(l.in),
                             gradients + layout_.layers[layer - 1].share);
  for (std::size_t panel = 0; panel < panels_of(l.in); ++panel) {
    const std::size_t at = panel * stride_;
    kernels_.scale(before.value_gradient.data() + at, before.slope.data() + at, before.gradient.data() + at,
                   wide_rows() * panel_width);
  }
}

/// Of what stands before the first layer: factors of its inputs, embeddings of numbers and categories.
void Network::input_gradients(float* gradients) {
  const LayerPlace& l = layout_.layers[0];
  const std::size_t panels = panels_of(l.in), numbers = layout_.numbers.size();
  if (l.scaled_in) {
    multiply_by_weights(0, 0, l.in, nullptr, 0, expanded_gradient_.data(), stride_);
    for (std::size_t m = 0; m < layout_.members; ++m) {
      const std::size_t block = m * rows_ * panel_width, factors = l.scale_in + m * padded(l.in);
      kernels_.affine_gradients({mixed_input(), input_stride_, rows_, panels, parameters_.data() + factors,
                                 expanded_gradient_.data() + block, stride_, gradients + factors, nullptr});
    }
    if (needs_input_gradient()) sum_members();
  } else if (needs_input_gradient()) {
    const std::size_t embedding = first_embedding_panel(spec_);
    if (numbers > 0)
      multiply_by_weights(0, 0, numbers * panel_width, nullptr, 0, input_gradient_.data(), input_stride_);
    if (!layout_.embeddings.empty())
      multiply_by_weights(0, embedding, l.in, nullptr, numbers * l.out * panel_width,
                          input_gradient_.data() + embedding * input_stride_, input_stride_);
  }
  if (!needs_input_gradient()) return;
  if (share_ != 1) kernels_.mix_rows(input_gradient_.data(), input_stride_, rows_, panels, share_);
  number_gradients(gradients);
  if (!layout_.embeddings.empty()) embedding_gradients(gradients);
}

/// The input's gradient is the sum of the members', in their order.
void Network::sum_members() {
  for (std::size_t panel = 0; panel < panels_of(layout_.input_width); ++panel) {
    float* sum = input_gradient_.data() + panel * input_stride_;
    std::fill_n(sum, rows_ * panel_width, 0.0f);
    for (std::size_t m = 0; m < layout_.members; ++m)
      kernels_.add(expanded_gradient_.data() + panel * stride_ + m * rows_ * panel_width, sum, rows_ * panel_width);
  }
}

}  // namespace hone

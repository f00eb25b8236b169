// What stands before the first layer: gathering, embeddings of categories and numbers, and their gradients.
#include <algorithm>

#include "base/check.hpp"
#include "nn/network.hpp"

namespace hone {

void Network::gather(const Features& features, std::span<const std::uint32_t> order) {
  HONE_CHECK(order.size() <= row_capacity_, "more rows than the network has room for");
  HONE_CHECK(features.dense_width == spec_.dense_width, "features have another width than the network");
  HONE_CHECK(features.category_width == spec_.cardinalities.size(), "features have other category columns");
  rows_ = order.size();
  float* dense = input_.data() + layout_.numbers.size() * input_stride_;
  if (features.is_bytes()) {
    kernels_.gather_bytes({features.bytes.data(), features.dense_width, order.data(), rows_, features.byte_scale,
                           features.byte_shift, dense, input_stride_});
  } else if (features.dense_width > 0) {
    kernels_.gather_floats(
        {features.dense.data(), features.dense_width, order.data(), rows_, 1, 0, dense, input_stride_});
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
        input_.data()[column / panel_width * input_stride_ + r * panel_width + column % panel_width] = row[j];
      }
    }
}

/// Components of each number, its linear map, relu: into the first panels of the input.
void Network::embed_numbers(bool training) {
  const std::size_t panels = layout_.components / panel_width;
  const auto relu = kernels_.activate[static_cast<std::size_t>(ActivationKernel::relu)];
  for (std::size_t f = 0; f < layout_.numbers.size(); ++f) {
    const NumericPlace& n = layout_.numbers[f];
    const std::size_t place = f * panels * input_stride_;
    float *components = components_.data() + place, *out = input_.data() + f * input_stride_;
    const float* shape = (layout_.waves ? parameters_ : statistics_).data() + n.shape;
    const float* x =
        input_.data() + (layout_.numbers.size() + n.column / panel_width) * input_stride_ + n.column % panel_width;
    if (layout_.waves)
      kernels_.waves({x, rows_, layout_.components, shape, shape + layout_.components, components,
                      training ? component_slope_.data() + place : nullptr, input_stride_});
    else
      kernels_.piecewise({x, rows_, layout_.components, shape, shape + layout_.components, components, input_stride_});
    kernels_.multiply({components, input_stride_, rows_, layout_.components, parameters_.data() + n.weight,
                       layout_.components * panel_width, 1, parameters_.data() + n.bias, nullptr, out, input_stride_});
    relu(out, training ? number_slope_.data() + f * input_stride_ : nullptr, rows_ * panel_width);
  }
}

void Network::number_gradients(float* gradients) {
  const std::size_t panels = layout_.components / panel_width;
  for (std::size_t f = 0; f < layout_.numbers.size(); ++f) {
    const NumericPlace& n = layout_.numbers[f];
    float* gradient = input_gradient_.data() + f * input_stride_;
    kernels_.scale(gradient, number_slope_.data() + f * input_stride_, gradient, rows_ * panel_width);
    kernels_.column_sums(gradient, input_stride_, rows_, 1, gradients + n.bias);
    kernels_.multiply_transposed({components_.data() + f * panels * input_stride_, input_stride_, layout_.components,
                                  rows_, gradient, input_stride_, 1, nullptr, nullptr, gradients + n.weight,
                                  layout_.components * panel_width});
    if (layout_.waves) wave_gradients(f, gradients);
  }
}

/// dL/d(turns) = dL/d(component) * slope; summed over rows for phases, weighted with the number for frequencies.
void Network::wave_gradients(std::size_t number, float* gradients) {
  const NumericPlace& n = layout_.numbers[number];
  const std::size_t components = layout_.components, panels = components / panel_width;
  kernels_.transpose(parameters_.data() + n.weight, components * panel_width, components, panel_width,
                     map_transposed_.data(), panel_width * panel_width);
  kernels_.multiply({input_gradient_.data() + number * input_stride_, input_stride_, rows_, panel_width,
                     map_transposed_.data(), panel_width * panel_width, panels, nullptr,
                     component_slope_.data() + number * panels * input_stride_, wave_gradient_.data(), input_stride_});
  kernels_.column_sums(wave_gradient_.data(), input_stride_, rows_, panels, gradients + n.shape + components);
  // The panel of dense columns that holds the number meets the gradients; one row of the result is wanted.
  const std::size_t panel = layout_.numbers.size() + n.column / panel_width;
  kernels_.multiply_transposed({input_.data() + panel * input_stride_, input_stride_, panel_width, rows_,
                                wave_gradient_.data(), input_stride_, panels, nullptr, nullptr, wave_sums_.data(),
                                panel_width * panel_width});
  for (std::size_t t = 0; t < components; ++t)
    gradients[n.shape + t] = wave_sums_.data()[t / panel_width * panel_width * panel_width +
                                               n.column % panel_width * panel_width + t % panel_width];
}

void Network::embedding_gradients(float* gradients) {
  const std::size_t columns = layout_.embeddings.size();
  for (std::size_t i = 0; i < columns; ++i) {
    const EmbeddingPlace& e = layout_.embeddings[i];
    std::fill_n(gradients + e.table, padded(e.cardinality * e.width), 0.0f);
    for (std::size_t r = 0; r < rows_; ++r) {
      float* row = gradients + e.table + static_cast<std::size_t>(categories_[r * columns + i]) * e.width;
      for (std::size_t j = 0; j < e.width; ++j) {
        const std::size_t column = e.column + j;
        row[j] += input_gradient_.data()[column / panel_width * input_stride_ + r * panel_width + column % panel_width];
      }
    }
  }
}

}  // namespace hone

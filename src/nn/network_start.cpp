// Initial weights and biases that know the data (RealMLP: Holzmueller, Grinsztajn, Steinwart 2024, there "std" and
// "he+5").
#include <cmath>
#include <vector>

#include "base/elementary.hpp"
#include "nn/network.hpp"

namespace hone {
namespace {

/// A bias is minus a random mean of this many of the unit's sums: somewhere among the rows it bends.
constexpr std::size_t points_of_a_bias = 5;

}  // namespace

/// Weights of each unit are divided by the deviation of its sums over the gathered rows; a unit that does not vary
/// stays as it is. With a norm, which does the same at every step, biases stay 0.
void Network::fit_layer(std::size_t layer, Rng& rng) {
  const LayerPlace& l = layout_.layers[layer];
  const std::size_t rows = wide_rows() / l.heads;
  float* const sums = records_[layer].value.data();
  for (std::size_t m = 0; m < l.heads; ++m) {
    float* const weights = parameters_.data() + l.weight + m * l.head();
    const float* const input = input_of(layer) + m * rows * panel_width;
    kernels_.multiply(
        {input, input_stride_of(layer), rows, l.in, weights, l.stride(), l.panels(), nullptr, nullptr, sums, stride_});
    for (std::size_t j = 0; j < l.out; ++j) {
      float* const of_unit = sums + j / panel_width * stride_ + j % panel_width;
      double mean = 0, squares = 0;
      for (std::size_t r = 0; r < rows; ++r) mean += static_cast<double>(of_unit[r * panel_width]);
      mean /= static_cast<double>(rows);
      for (std::size_t r = 0; r < rows; ++r) {
        const double off = static_cast<double>(of_unit[r * panel_width]) - mean;
        squares += off * off;
      }
      const double deviation = std::sqrt(squares / static_cast<double>(rows));
      const double factor = deviation > 1e-6 && std::isfinite(deviation) ? 1 / deviation : 1;
      for (std::size_t i = 0; i < l.in; ++i) {
        float& weight = weights[l.at(i, j)];
        weight = static_cast<float>(static_cast<double>(weight) * factor);
      }
      if (l.norm != NormKind::none) continue;
      const std::size_t biases = l.biases / l.heads;  // of this unit: the members share hidden weights
      for (std::size_t b = 0; b < biases; ++b) {
        double sum = 0, all = 0;
        for (std::size_t p = 0; p < points_of_a_bias; ++p) {
          const double share = -portable_log(1 - rng.uniform());  // in (0, 1]
          const std::size_t row = b * rows / biases + rng.below(static_cast<std::uint32_t>(rows / biases));
          sum += share * factor * static_cast<double>(of_unit[row * panel_width]);
          all += share;
        }
        parameters_.data()[l.bias + (m + b) * padded(l.out) + j] = static_cast<float>(-sum / std::max(all, 1e-300));
      }
    }
  }
}

void Network::fit_start(const TrainSeed& seed) {
  Rng rng(seed.study_seed, RngPurpose::initial_weights, seed.trial, 1);
  for (std::size_t layer = 0; layer < records_.size(); ++layer) {
    forward_predict();  // the layers before are fitted: their values are what this one meets
    fit_layer(layer, rng);
  }
}

}  // namespace hone

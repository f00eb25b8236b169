/// Where each learned value of a network stands: one flat vector of parameters, in the order that training reads it.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/kernels.hpp"
#include "nn/trainer.hpp"

namespace hone {

constexpr std::size_t panels_of(std::size_t columns) {
  return (columns + panel_width - 1) / panel_width;
}
constexpr std::size_t padded(std::size_t columns) {
  return panels_of(columns) * panel_width;
}

/// Offsets are in floats and multiples of 16. Weights (in, out) stand in column panels with stride in * 16; padding
/// stays 0 for ever, because its gradients are 0.
struct LayerPlace {
  std::size_t in, out;
  std::size_t weight;   ///< padded(out) * in floats
  std::size_t bias;     ///< padded(out): bias, or beta of batch norm
  std::size_t gamma;    ///< padded(out), batch norm only
  std::size_t running;  ///< in the statistics: padded(out) means, then padded(out) variances
  bool norm;
  std::size_t panels() const { return panels_of(out); }
  std::size_t stride() const { return in * panel_width; }
};
struct EmbeddingPlace {
  std::size_t cardinality, width;
  std::size_t table;   ///< (cardinality, width) row-major, padded at the end
  std::size_t column;  ///< first input column that it fills
};

/// Numeric column f: its components meet weights (bins, 16) of their own and fill input columns 16 f .. 16 f + 15.
struct NumericPlace {
  std::size_t column;  ///< of the dense columns
  std::size_t weight;  ///< one panel: padded(bins) * 16 floats
  std::size_t bias;    ///< 16 floats
  std::size_t edges;   ///< in the statistics: padded(bins) lower edges, then as many inverse widths
};

struct Layout {
  explicit Layout(const NetworkSpec& spec);

  std::vector<LayerPlace> layers;  ///< hidden ones, then the output layer
  std::vector<EmbeddingPlace> embeddings;
  std::vector<NumericPlace> numbers;
  std::size_t bins = 0;         ///< of each embedded number, rounded up to whole panels
  std::size_t input_width = 0;  ///< embedded numbers (a panel each), dense columns, embeddings
  std::size_t decayed = 0;      ///< the first so many floats are weights and embeddings; weight decay is for them only
  std::size_t parameters = 0;   ///< all floats, padding included
  std::size_t statistics = 0;   ///< edges of bins; running means and variances of batch norm
  std::size_t values = 0;       ///< learned values and statistics without padding: the size of weights()

  /// Uniform initial weights, He, Xavier or LeCun by the activation that follows (Xavier before the output); embeddings
  /// with variance 1 / width, embedded numbers with 1 / bins, their biases in +-1 / sqrt(bins);
  /// other biases 0. `parameters` and `statistics` must be zero before.
  void initialise(const NetworkSpec& spec, const TrainSeed& seed, float* parameters, float* statistics) const;

  /// Per embedded number weights (bins, 16), bias and edges; embeddings; then per layer weights (in, out) row-major,
  /// bias (or gamma, beta, running mean, running variance).
  std::string pack(const float* parameters, const float* statistics) const;
  /// False when the size does not fit.
  bool unpack(std::string_view packed, float* parameters, float* statistics) const;
};

}  // namespace hone

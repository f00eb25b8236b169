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
/// stays 0 for ever, because its gradients are 0. With members, a hidden layer has per member factors of its inputs and
/// outputs and a bias, the last layer weights and bias: one member's after the other's.
struct LayerPlace {
  std::size_t in, out;
  std::size_t heads;      ///< of weights: 1, or as many as members in the last layer
  std::size_t weight;     ///< heads * padded(out) * in floats
  std::size_t bias;       ///< (members, padded(out)): bias; or padded(out): beta of a norm
  std::size_t gamma;      ///< padded(out), with a norm only
  std::size_t running;    ///< in the statistics, batch norm only: padded(out) means, then padded(out) variances
  std::size_t scale_in;   ///< (members, padded(in)): hidden layers of several members; the first with front_scale
  std::size_t scale_out;  ///< (members, padded(out)): hidden layers of several members only
  std::size_t share;      ///< padded(out): of a parametric activation
  NormKind norm;
  bool scaled_in, scaled_out, blended;  ///< has scale_in, scale_out, share
  std::size_t biases;                   ///< how many rows of padded(out) `bias` has
  std::size_t panels() const { return panels_of(out); }
  std::size_t stride() const { return in * panel_width; }
  std::size_t head() const { return padded(out) * in; }  ///< floats of one head's weights
  std::size_t at(std::size_t i, std::size_t j) const {
    return j / panel_width * stride() + i * panel_width + j % panel_width;
  }
};
struct EmbeddingPlace {
  std::size_t cardinality, width;
  std::size_t table;   ///< (cardinality, width) row-major, padded at the end
  std::size_t column;  ///< first input column that it fills
};

/// Numeric column f: its components meet weights (components, 16) of their own and fill input columns 16 f .. 16 f
/// + 15.
struct NumericPlace {
  std::size_t column;  ///< of the dense columns
  std::size_t weight;  ///< one panel: components * 16 floats
  std::size_t bias;    ///< 16 floats
  std::size_t shape;   ///< bins, in the statistics: lower edges, then as many inverse widths;
                       ///< waves, in the parameters: frequencies, then as many phases
};

/// Neighbouring parameters that are updated alike.
struct LearnedPart {
  std::size_t begin, end;
  bool decays;
  double rate, sgd_rate;  ///< factors of the learning rate, the latter of the sgd kinds
};

struct Layout {
  explicit Layout(const NetworkSpec& spec);
  /// Its parameters and statistics together, without making it: the sizes asked for may not fit any integer.
  static double floats(const NetworkSpec& spec);

  std::vector<LayerPlace> layers;  ///< hidden ones, then the output layer
  std::vector<EmbeddingPlace> embeddings;
  std::vector<NumericPlace> numbers;
  std::vector<LearnedPart> parts;  ///< all parameters in order
  std::size_t members = 1;
  std::size_t components = 0;   ///< of each embedded number, whole panels
  bool waves = false;           ///< those components are waves, not bins
  std::size_t input_width = 0;  ///< embedded numbers (a panel each), dense columns, embeddings
  std::size_t parameters = 0;   ///< all floats, padding included
  std::size_t statistics = 0;   ///< edges of bins; running means and variances of batch norm
  std::size_t values = 0;       ///< learned values and statistics without padding: the size of weights()

  /// Uniform initial weights, He, Xavier or LeCun by the activation that follows (Xavier before the output); embeddings
  /// with variance 1 / width, embedded numbers with 1 / components, their biases in +-1 / sqrt(components); frequencies
  /// normal, phases uniform; other biases 0. Factors of members: random signs for the inputs of the first layer,
  /// else 1; so are shares of activations. `parameters` and `statistics` must be zero before.
  void initialise(const NetworkSpec& spec, const TrainSeed& seed, float* parameters, float* statistics) const;

  /// Per embedded number weights (components, 16), bias, edges or waves; embeddings; then per layer weights (heads, in,
  /// out) row-major, factors of inputs and outputs of each member, gamma of a norm, biases, running statistics,
  /// shares of the activation.
  std::string pack(const float* parameters, const float* statistics) const;
  /// False when the size does not fit.
  bool unpack(std::string_view packed, float* parameters, float* statistics) const;
};

}  // namespace hone

/// A dense network in memory: parameters, activations of one minibatch, forward and backward. Knows no optimizer.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/rng.hpp"
#include "data/features.hpp"
#include "kernels/kernels.hpp"
#include "nn/bfloat16_products.hpp"
#include "nn/buffer.hpp"
#include "nn/layout.hpp"
#include "nn/trainer.hpp"

namespace hone {

constexpr float norm_momentum = 0.1f, norm_epsilon = 1e-5f;

/// What the forward pass of one layer leaves for backward. Matrices (rows of all members, out) in column panels.
struct LayerRecord {
  const Activation* activation = nullptr;  ///< the row that forward used; its slopes are those below
  Buffer value;                            ///< f(z), after dropout and shortcut
  Buffer slope;                            ///< df/dz, times the dropout factor; training only
  Buffer gradient;                         ///< dL/dz; training only
  Buffer value_gradient;                   ///< dL/d(value), where it is not at once multiplied by the slope
  Buffer normalised;                       ///< batch and layer norm in training
  Buffer mean, inverse_deviation;          ///< (out); of layer norm the latter (rows)
  Buffer product;                          ///< of several members in training: sums before their factors
  Buffer scaled;                           ///< the layer's inputs times their factors, where it has some
  Buffer bend;                             ///< of a parametric activation: f(z) - z, times the dropout factor
  Buffer transposed;                       ///< weights transposed, training only; of the first layer the rows of
                                           ///< what is embedded, unless all are needed
};

class Network {
 public:
  /// Room for `row_capacity` rows at once. Without `training` there is room for forward_predict() only.
  /// `precision` is that of training; prediction is always in single precision.
  Network(const NetworkSpec& spec, std::size_t row_capacity, bool training, Precision precision = Precision::float32);

  const NetworkSpec& spec() const { return spec_; }
  const Layout& layout() const { return layout_; }
  Buffer& parameters() { return parameters_; }
  const Buffer& parameters() const { return parameters_; }
  Buffer& statistics() { return statistics_; }
  const Buffer& statistics() const { return statistics_; }
  std::size_t row_capacity() const { return row_capacity_; }

  /// Fetches rows `order` of `features` as input of the next pass. At most row_capacity().
  void gather(const Features& features, std::span<const std::uint32_t> order);

  /// Outputs stand in output() afterwards, rows() of the first member, then of the second, ... Training: batch
  /// statistics, dropout keyed by (seed, step), times `kept_dropout` of its share; rows mixed with their partners
  /// (`share` of a row is its own; 1: none).
  void forward_train(const TrainSeed& seed, std::uint32_t step, float share = 1, double kept_dropout = 1);
  void forward_predict();
  /// From output_gradient(), filled for all gathered rows and members, to `gradients`, laid out like the parameters.
  void backward(float* gradients);

  /// Of NetworkSpec::data_start, with the gathered rows: weights and biases are fitted layer by layer.
  void fit_start(const TrainSeed& seed);

  float* output() { return records_.back().value.data(); }
  float* output_gradient() { return records_.back().gradient.data(); }
  std::size_t output_size() const { return records_.back().gradient.size(); }  ///< floats of either, padding included
  std::size_t output_panels() const { return layout_.layers.back().panels(); }
  std::size_t stride() const { return stride_; }                     ///< of every activation matrix
  std::size_t rows() const { return rows_; }                         ///< gathered
  std::size_t wide_rows() const { return rows_ * layout_.members; }  ///< of every activation matrix
  std::span<const LayerRecord> records() const { return records_; }

  /// predict() of Trainer and Predictor: all rows, in pieces of row_capacity().
  void predict(const Features& features, std::vector<float>& out);

  /// Bytes that a network of this shape takes, without making it.
  static double memory_bytes(const NetworkSpec& spec, std::size_t row_capacity, bool training,
                             Precision precision = Precision::float32);

 private:
  bool keeps_value_gradients() const {
    return layout_.members > 1 || spec_.residual || spec_.parametric_activation > 0;
  }
  bool needs_input_gradient() const { return !layout_.numbers.empty() || !layout_.embeddings.empty(); }
  const float* mixed_input() const { return (share_ == 1 ? input_ : mixed_).data(); }
  const float* input_of(std::size_t layer) const;  ///< what its weights meet
  std::size_t input_stride_of(std::size_t layer) const;
  bool rounds(std::size_t layer) const { return rounded_ && Bfloat16Products::suits(layout_.layers[layer]); }
  void scale_inputs(std::size_t layer);
  void products(std::size_t layer, bool training);
  void outputs();
  BatchNorm batch_norm_of(std::size_t layer);
  LayerNorm layer_norm_of(std::size_t layer);
  void normalise(std::size_t layer, bool training);
  void drop(std::size_t layer, const TrainSeed& seed, std::uint32_t step, std::uint32_t first_block);
  std::size_t shared_columns(std::size_t layer) const;
  void forward(bool training, const TrainSeed& seed, std::uint32_t step);

  void weight_gradients(std::size_t layer, float* gradients);
  void value_gradients(std::size_t layer, float* gradients);
  void multiply_by_weights(std::size_t layer, std::size_t first_panel, std::size_t end_row, const float* scale,
                           std::size_t place, float* out, std::size_t out_stride);
  void input_gradients(float* gradients);
  void sum_members();

  // network_input.cpp
  void embed_numbers(bool training);
  void gather_embeddings(const Features& features, std::span<const std::uint32_t> order);
  void number_gradients(float* gradients);
  void wave_gradients(std::size_t number, float* gradients);
  void embedding_gradients(float* gradients);

  void fit_layer(std::size_t layer, Rng& rng);  // network_start.cpp

  NetworkSpec spec_;
  Layout layout_;
  const Kernels& kernels_;
  std::size_t row_capacity_, input_stride_, stride_, rows_ = 0;
  float share_ = 1;     ///< of mixup, in the pass at hand
  double dropout_ = 0;  ///< in the pass at hand
  Buffer parameters_, statistics_, input_;
  Buffer mixed_;                         ///< input_ after mixup
  Buffer components_, component_slope_;  ///< of the embedded numbers: (rows, components) each
  Buffer number_slope_;                  ///< (rows, 16) each
  Buffer input_gradient_;                ///< like input_; filled where something learned stands before it
  Buffer expanded_gradient_;             ///< the same for every member
  Buffer wave_gradient_, wave_sums_, map_transposed_;
  std::optional<Bfloat16Products> rounded_;  ///< training in bfloat16
  std::vector<LayerRecord> records_;
  std::vector<std::int32_t> categories_;  ///< of the gathered rows, checked
};

}  // namespace hone

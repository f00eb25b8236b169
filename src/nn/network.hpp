/// A dense network in memory: parameters, activations of one minibatch, forward and backward. Knows no optimizer.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/features.hpp"
#include "kernels/kernels.hpp"
#include "nn/buffer.hpp"
#include "nn/layout.hpp"
#include "nn/trainer.hpp"

namespace hone {

constexpr float norm_momentum = 0.1f, norm_epsilon = 1e-5f;

/// What the forward pass of one layer leaves for backward. Matrices (rows, out) in column panels.
struct LayerRecord {
  const Activation* activation = nullptr;  ///< the row that forward used; its slopes are those below
  Buffer value;                            ///< f(z), after dropout
  Buffer slope;                            ///< df/dz, times the dropout factor; training only
  Buffer gradient;                         ///< dL/dz; training only
  Buffer normalised;                       ///< batch norm in training
  Buffer mean, inverse_deviation;
  Buffer transposed;  ///< weights transposed, training only; of the first layer the rows of what is embedded
};

class Network {
 public:
  /// Room for `row_capacity` rows at once. Without `training` there is room for forward_predict() only.
  Network(const NetworkSpec& spec, std::size_t row_capacity, bool training);

  const NetworkSpec& spec() const { return spec_; }
  const Layout& layout() const { return layout_; }
  Buffer& parameters() { return parameters_; }
  const Buffer& parameters() const { return parameters_; }
  Buffer& statistics() { return statistics_; }
  const Buffer& statistics() const { return statistics_; }
  std::size_t row_capacity() const { return row_capacity_; }

  /// Fetches rows `order` of `features` as input of the next pass. At most row_capacity().
  void gather(const Features& features, std::span<const std::uint32_t> order);

  /// Outputs stand in output() afterwards. Training: batch statistics, dropout keyed by (seed, step).
  void forward_train(const TrainSeed& seed, std::uint32_t step);
  void forward_predict();
  /// From output_gradient(), filled for all gathered rows, to `gradients`, laid out like the parameters.
  void backward(float* gradients);

  float* output() { return records_.back().value.data(); }
  float* output_gradient() { return records_.back().gradient.data(); }
  std::size_t stride() const { return stride_; }  ///< of every activation matrix
  std::size_t rows() const { return rows_; }
  std::span<const LayerRecord> records() const { return records_; }

  /// predict() of Trainer and Predictor: all rows, in pieces of row_capacity().
  void predict(const Features& features, std::vector<float>& out);

  /// Bytes that a network of this shape takes, without making it.
  static double memory_bytes(const NetworkSpec& spec, std::size_t row_capacity, bool training);

 private:
  void products(std::size_t layer, bool training);
  void embed_numbers(bool training);
  void number_gradients(float* gradients);
  void input_gradients(std::size_t layer, std::size_t first_panel, std::size_t end_row, const float* scale,
                       float* transposed, float* out);
  void gather_embeddings(const Features& features, std::span<const std::uint32_t> order);
  void embedding_gradients(float* gradients);
  BatchNorm norm_of(std::size_t layer);
  void drop(std::size_t layer, const TrainSeed& seed, std::uint32_t step, std::uint32_t first_block);

  NetworkSpec spec_;
  Layout layout_;
  const Kernels& kernels_;
  std::size_t row_capacity_, stride_, rows_ = 0;
  Buffer parameters_, statistics_, input_;
  Buffer components_, number_slope_;  ///< of the embedded numbers: (rows, bins) and (rows, 16) each
  Buffer number_gradient_, embedding_gradient_;
  std::vector<LayerRecord> records_;
  std::vector<std::int32_t> categories_;  ///< of the gathered rows, checked
};

}  // namespace hone

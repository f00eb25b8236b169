// Batch and layer norm of one layer: which arrays its kernels see.
#include "nn/network.hpp"

namespace hone {

BatchNorm Network::batch_norm_of(std::size_t layer) {
  const LayerPlace& l = layout_.layers[layer];
  LayerRecord& record = records_[layer];
  BatchNorm n{};
  n.stride = stride_;
  n.rows = wide_rows();
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

LayerNorm Network::layer_norm_of(std::size_t layer) {
  const LayerPlace& l = layout_.layers[layer];
  LayerRecord& record = records_[layer];
  LayerNorm n{};
  n.z = record.value.data();
  n.stride = stride_;
  n.rows = wide_rows();
  n.columns = l.out;
  n.normalised = record.normalised.data();
  n.inverse_deviation = record.inverse_deviation.data();
  n.gamma = parameters_.data() + l.gamma;
  n.beta = parameters_.data() + l.bias;
  n.epsilon = norm_epsilon;
  n.gradient = record.gradient.data();
  return n;
}

void Network::normalise(std::size_t layer, bool training) {
  if (layout_.layers[layer].norm == NormKind::layer) return kernels_.layer_norm(layer_norm_of(layer));
  (training ? kernels_.norm_train : kernels_.norm_predict)(batch_norm_of(layer));
}

}  // namespace hone

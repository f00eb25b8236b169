#include "nn/network_onnx.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "nn/checks.hpp"
#include "nn/layout.hpp"
#include "nn/network.hpp"
#include "onnx/graph.hpp"

namespace hone {
namespace {

/// Reads packed weights from front to back, in the order of Layout::pack.
class Weights {
 public:
  explicit Weights(std::string_view packed) : rest_(packed) {}
  OnnxTensor next(OnnxGraph& graph, const OnnxShape& shape) {
    std::size_t count = 1;
    for (const std::size_t size : shape) count *= size;
    std::vector<float> values(count);
    HONE_CHECK(count * sizeof(float) <= rest_.size(), "check_spec and the size of the weights were checked before");
    std::memcpy(values.data(), rest_.data(), count * sizeof(float));
    rest_.remove_prefix(count * sizeof(float));
    return graph.constant(std::span<const float>(values), shape);
  }
  std::size_t left() const { return rest_.size() / sizeof(float); }

 private:
  std::string_view rest_;
};

/// z Phi(z), as 0.5 z (1 + erf(z / sqrt 2)): Gelu itself is an operator from opset 20 on only.
OnnxTensor gelu(OnnxGraph& graph, const OnnxTensor& z) {
  const OnnxTensor error = graph.apply("Erf", {graph.apply("Mul", {z, graph.scalar(0.70710678f)})});
  const OnnxTensor area = graph.apply("Mul", {graph.apply("Add", {error, graph.scalar(1.0f)}), graph.scalar(0.5f)});
  return graph.apply("Mul", {z, area});
}

/// z tanh(softplus z): Mish itself is an operator from opset 18 on only.
OnnxTensor mish(OnnxGraph& graph, const OnnxTensor& z) {
  return graph.apply("Mul", {z, graph.apply("Tanh", {graph.apply("Softplus", {z})})});
}

Result<OnnxTensor> activated(OnnxGraph& graph, const Activation& activation, const OnnxTensor& z) {
  switch (static_cast<ActivationKernel>(activation.kernel)) {
    case ActivationKernel::identity:
      return z;
    case ActivationKernel::sigmoid:
      return graph.apply("Sigmoid", {z});
    case ActivationKernel::tanh:
      return graph.apply("Tanh", {z});
    case ActivationKernel::relu:
      return graph.apply("Relu", {z});
    case ActivationKernel::leaky_relu:
      return graph.apply("LeakyRelu", {z}, {{"alpha", 0.01f}});
    case ActivationKernel::elu:
      return graph.apply("Elu", {z}, {{"alpha", 1.0f}});
    case ActivationKernel::selu:
      return graph.apply("Selu", {z}, {{"alpha", 1.6732632f}, {"gamma", 1.0507010f}});
    case ActivationKernel::gelu:
      return gelu(graph, z);
    case ActivationKernel::silu:
      return graph.apply("Mul", {z, graph.apply("Sigmoid", {z})});
    case ActivationKernel::softplus:
      return graph.apply("Softplus", {z});
    case ActivationKernel::mish:
      return mish(graph, z);
  }
  return refuse(
      fmt::format("the activation '{}' has no operators of ONNX yet: it cannot be exported", activation.name));
}

/// Components of a number by its bins, their linear map, relu: Network::embed_numbers.
OnnxTensor embedded_number(OnnxGraph& graph, const OnnxTensor& dense, std::size_t column, std::size_t bins,
                           Weights& weights) {
  const OnnxTensor map = weights.next(graph, {bins, panel_width}), bias = weights.next(graph, {panel_width});
  const OnnxTensor low = weights.next(graph, {bins}), inverse_width = weights.next(graph, {bins});
  const std::vector<std::int64_t> index = {static_cast<std::int64_t>(column)};
  const OnnxTensor x = graph.apply("Gather", {dense, graph.constant(std::span<const std::int64_t>(index), {1})},
                                   {{"axis", std::int64_t{1}}});
  const OnnxTensor inside = graph.apply("Mul", {graph.apply("Sub", {x, low}), inverse_width});
  const OnnxTensor components = graph.apply("Clip", {inside, graph.scalar(0.0f), graph.scalar(1.0f)});
  return graph.apply("Relu", {graph.apply("Add", {graph.apply("MatMul", {components, map}), bias})});
}

/// What becomes of the last layer's sums for a prediction.
Result<OnnxTensor> predicted(OnnxGraph& graph, LossKind loss, const OnnxTensor& z) {
  switch (loss) {
    case LossKind::softmax_cross_entropy:
      return graph.apply("Softmax", {z}, {{"axis", std::int64_t{1}}});
    case LossKind::binary_cross_entropy:
      return graph.apply("Sigmoid", {z});
    case LossKind::squared_error:
    case LossKind::huber:
      return z;
  }
  return refuse(fmt::format("the loss with number {} has no operators of ONNX yet: it cannot be exported",
                            static_cast<int>(loss)));
}

}  // namespace

Result<std::string> network_to_onnx(OnnxGraph& graph, const NetworkSpec& spec, std::string_view packed,
                                    const OnnxFeatures& features) {
  // Every field by name: a network that has more to it does not compile here until its operators are written below.
  const auto& [dense_width, cardinalities, embedding_widths, numeric_columns, numeric_bins, hidden, activation,
               batch_norm, dropout, outputs, loss, huber_delta] = spec;
  HONE_TRY_VOID(check_spec(spec));
  if (packed.size() != Layout(spec).values * sizeof(float))
    return fail(Error::Kind::corrupt, "the weights do not have the size of the network: the model file is damaged");
  Weights weights(packed);
  std::vector<OnnxTensor> inputs;
  if (numeric_bins > 0)
    for (const std::size_t column : numeric_columns)
      inputs.push_back(embedded_number(graph, features.dense, column, Layout(spec).bins, weights));
  if (dense_width > 0) inputs.push_back(features.dense);
  for (std::size_t i = 0; i < cardinalities.size(); ++i) {
    const OnnxTensor table = weights.next(graph, {cardinalities[i], embedding_widths[i]});
    inputs.push_back(graph.apply("Gather", {table, features.categories[i]}));
  }
  OnnxTensor x = graph.concatenate(inputs);
  std::size_t in = Layout(spec).input_width;
  for (const std::size_t out : hidden) {
    x = graph.apply("MatMul", {x, weights.next(graph, {in, out})});
    if (batch_norm) {
      const OnnxTensor gamma = weights.next(graph, {out}), beta = weights.next(graph, {out});
      const OnnxTensor mean = weights.next(graph, {out}), variance = weights.next(graph, {out});
      x = graph.apply("BatchNormalization", {x, gamma, beta, mean, variance}, {{"epsilon", norm_epsilon}});
    } else {
      x = graph.apply("Add", {x, weights.next(graph, {out})});
    }
    HONE_TRY(x, activated(graph, *activation, x));
    in = out;
  }
  x = graph.apply("MatMul", {x, weights.next(graph, {in, outputs})});
  x = graph.apply("Add", {x, weights.next(graph, {outputs})});
  if (weights.left() > 0)
    return refuse(
        fmt::format("the network has {} weights in layers that have no operators of ONNX yet: it cannot be "
                    "exported",
                    weights.left()));
  return predicted(graph, loss, x);
}

}  // namespace hone

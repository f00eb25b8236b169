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

/// Components of a number, their linear map, relu: Network::embed_numbers.
OnnxTensor embedded_number(OnnxGraph& graph, const OnnxTensor& dense, std::size_t column, const Layout& layout,
                           Weights& weights) {
  const std::size_t count = layout.components;
  const OnnxTensor map = weights.next(graph, {count, panel_width}), bias = weights.next(graph, {panel_width});
  const OnnxTensor first = weights.next(graph, {count}), second = weights.next(graph, {count});
  const std::vector<std::int64_t> index = {static_cast<std::int64_t>(column)};
  const OnnxTensor x = graph.apply("Gather", {dense, graph.constant(std::span<const std::int64_t>(index), {1})},
                                   {{"axis", std::int64_t{1}}});
  OnnxTensor components;
  if (layout.waves) {  // frequencies, phases
    const OnnxTensor turns = graph.apply("Add", {graph.apply("Mul", {x, first}), second});
    const OnnxTensor part = graph.apply("Sub", {turns, graph.apply("Round", {turns})});
    components = graph.apply("Cos", {graph.apply("Mul", {part, graph.scalar(6.28318531f)})});
  } else {  // lower edges, inverse widths
    const OnnxTensor inside = graph.apply("Mul", {graph.apply("Sub", {x, first}), second});
    components = graph.apply("Clip", {inside, graph.scalar(0.0f), graph.scalar(1.0f)});
  }
  return graph.apply("Relu", {graph.apply("Add", {graph.apply("MatMul", {components, map}), bias})});
}

/// What becomes of the last layer's sums for a prediction.
Result<OnnxTensor> predicted(OnnxGraph& graph, const NetworkSpec& spec, const OnnxTensor& z) {
  switch (spec.loss) {
    case LossKind::softmax_cross_entropy:
    case LossKind::focal:
      return graph.apply("Softmax", {z}, {{"axis", std::int64_t{-1}}});
    case LossKind::binary_cross_entropy:
      return graph.apply("Sigmoid", {z});
    case LossKind::squared_error:
    case LossKind::huber:
    case LossKind::quantile:
      return z;
    case LossKind::poisson: {
      const OnnxTensor kept = graph.apply("Clip", {z, graph.scalar(-87.0f), graph.scalar(87.0f)});
      const OnnxTensor over = graph.apply("Sub", {graph.apply("Exp", {kept}), graph.scalar(1.0f)});
      return graph.apply("Mul", {over, graph.scalar(static_cast<float>(1 / spec.poisson_ratio))});
    }
  }
  return refuse(fmt::format("the loss with number {} has no operators of ONNX yet: it cannot be exported",
                            static_cast<int>(spec.loss)));
}

/// Batch norm with its running statistics, or layer norm. Constants follow one another as Layout::pack puts them.
OnnxTensor normalised(OnnxGraph& graph, NormKind norm, std::size_t out, const OnnxTensor& x, Weights& weights) {
  const OnnxTensor gamma = weights.next(graph, {out}), beta = weights.next(graph, {out});
  if (norm == NormKind::layer)
    return graph.apply("LayerNormalization", {x, gamma, beta}, {{"axis", std::int64_t{-1}}, {"epsilon", norm_epsilon}});
  const OnnxTensor mean = weights.next(graph, {out}), variance = weights.next(graph, {out});
  // Not BatchNormalization, which wants the columns to stand second: with members they stand third.
  const OnnxTensor deviation = graph.apply("Sqrt", {graph.apply("Add", {variance, graph.scalar(norm_epsilon)})});
  const OnnxTensor normal = graph.apply("Mul", {graph.apply("Sub", {x, mean}), graph.apply("Div", {gamma, deviation})});
  return graph.apply("Add", {normal, beta});
}

OnnxTensor whole_numbers(OnnxGraph& graph, const std::vector<std::int64_t>& values) {
  return graph.constant(std::span<const std::int64_t>(values), {values.size()});
}

/// The columns of `x` that a layer of `out` units has too, followed by zeros if it has more: what the shortcut adds.
OnnxTensor shortcut(OnnxGraph& graph, const OnnxTensor& x, std::size_t in, std::size_t out, bool members) {
  if (in == out) return x;
  const auto size = static_cast<std::int64_t>(out);
  if (in > out)
    return graph.apply("Slice",
                       {x, whole_numbers(graph, {0}), whole_numbers(graph, {size}), whole_numbers(graph, {-1})});
  std::vector<std::int64_t> pads(members ? 6 : 4, 0);
  pads.back() = size - static_cast<std::int64_t>(in);
  return graph.apply("Pad", {x, whole_numbers(graph, pads)});
}

/// The layers. With members every tensor is (members, rows, columns), the mean of the members comes back.
Result<OnnxTensor> layers(OnnxGraph& graph, const NetworkSpec& spec, const Layout& layout, OnnxTensor x,
                          Weights& weights) {
  const std::size_t members = layout.members;
  const bool several = members > 1;
  const auto per_member = [&](std::size_t width) {
    return weights.next(graph, several ? OnnxShape{members, 1, width} : OnnxShape{width});
  };
  for (std::size_t k = 0; k + 1 < layout.layers.size(); ++k) {
    const LayerPlace& l = layout.layers[k];
    const OnnxTensor before = x;
    const OnnxTensor map = weights.next(graph, {l.in, l.out});
    if (l.scaled_in) x = graph.apply("Mul", {x, per_member(l.in)});
    x = graph.apply("MatMul", {x, map});
    if (l.scaled_out) x = graph.apply("Mul", {x, per_member(l.out)});
    x = l.norm == NormKind::none ? graph.apply("Add", {x, per_member(l.out)})
                                 : normalised(graph, l.norm, l.out, x, weights);
    HONE_TRY(const OnnxTensor bent, activated(graph, *spec.activation, x));
    if (l.blended) {
      const OnnxTensor share = weights.next(graph, {l.out});
      x = graph.apply("Add", {x, graph.apply("Mul", {graph.apply("Sub", {bent, x}), share})});
    } else {
      x = bent;
    }
    if (spec.residual && k > 0) x = graph.apply("Add", {x, shortcut(graph, before, l.in, l.out, several)});
  }
  const LayerPlace& l = layout.layers.back();
  const OnnxTensor map = weights.next(graph, several ? OnnxShape{members, l.in, l.out} : OnnxShape{l.in, l.out});
  x = graph.apply("MatMul", {x, map});
  x = graph.apply("Add", {x, per_member(l.out)});
  HONE_TRY(x, predicted(graph, spec, x));
  if (!several) return x;
  return graph.apply("ReduceMean", {x}, {{"axes", std::vector<std::int64_t>{0}}, {"keepdims", std::int64_t{0}}});
}

}  // namespace

Result<std::string> network_to_onnx(OnnxGraph& graph, const NetworkSpec& spec, std::string_view packed,
                                    const OnnxFeatures& features) {
  // Every field by name: a network that has more to it does not compile here until its operators are written above.
  [[maybe_unused]] const auto& [dense_width, cardinalities, embedding_widths, numeric_columns, numeric_bins,
                                numeric_frequencies, frequency_scale, hidden, activation, norm, residual, dropout,
                                members, base_width, ntk, bias_rate, numeric_rate, front_scale, parametric_activation,
                                data_start, outputs, loss, huber_delta, focal_gamma, quantile, poisson_ratio] = spec;
  HONE_TRY_VOID(check_spec(spec));
  const Layout layout(spec);
  if (packed.size() != layout.values * sizeof(float))
    return fail(Error::Kind::corrupt, "the weights do not have the size of the network: the model file is damaged");
  Weights weights(packed);
  std::vector<OnnxTensor> inputs;
  for (const NumericPlace& number : layout.numbers)
    inputs.push_back(embedded_number(graph, features.dense, number.column, layout, weights));
  if (dense_width > 0) inputs.push_back(features.dense);
  for (std::size_t i = 0; i < cardinalities.size(); ++i) {
    const OnnxTensor table = weights.next(graph, {cardinalities[i], embedding_widths[i]});
    inputs.push_back(graph.apply("Gather", {table, features.categories[i]}));
  }
  HONE_TRY(OnnxTensor result, layers(graph, spec, layout, graph.concatenate(inputs), weights));
  if (weights.left() > 0)
    return refuse(
        fmt::format("the network has {} weights in layers that have no operators of ONNX yet: it cannot be "
                    "exported",
                    weights.left()));
  return result;
}

}  // namespace hone

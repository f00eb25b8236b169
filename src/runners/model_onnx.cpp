#include "runners/model_onnx.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "nn/network_onnx.hpp"
#include "onnx/graph.hpp"

namespace hone {
namespace {

/// complete_predictions() as operators.
OnnxTensor completed(OnnxGraph& graph, const TargetInfo& target, LossKind loss, const OnnxTensor& prediction) {
  if (target.task == Task::regression) {
    const auto low = static_cast<float>((target.low - target.mean) / target.scale);
    const auto high = static_cast<float>((target.high - target.mean) / target.scale);
    return graph.apply("Clip", {prediction, graph.scalar(low), graph.scalar(high)});
  }
  if (loss != LossKind::binary_cross_entropy) return prediction;
  return graph.concatenate({graph.apply("Sub", {graph.scalar(1.0f), prediction}), prediction});
}

/// The classes as whole numbers, if all of them are: 0, 1, 2, and not 01, 1.5 or yes.
std::vector<std::int64_t> whole_classes(const std::vector<std::string>& classes) {
  std::vector<std::int64_t> numbers;
  for (const std::string& name : classes) {
    const auto number = parse_integer(name);
    if (!number || std::to_string(*number) != name) return {};
    numbers.push_back(*number);
  }
  return numbers;
}

void add_classification(OnnxGraph& graph, const TargetInfo& target, const OnnxTensor& probabilities) {
  const std::size_t classes = target.classes.size();
  const OnnxTensor best =
      graph.apply("ArgMax", {probabilities}, {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}});
  const std::vector<std::int64_t> numbers = whole_classes(target.classes);
  const OnnxTensor names =
      numbers.empty() ? graph.constant(target.classes, {classes}) : graph.constant(numbers, {classes});
  graph.output(graph.apply("Gather", {names, best}), "label", numbers.empty() ? OnnxType::text : OnnxType::int64, 0,
               "the most probable class; the first among equals");
  graph.output(probabilities, "probabilities", OnnxType::float32, classes,
               "of the classes, in the order of the property `classes`");
}

void add_regression(OnnxGraph& graph, const TargetInfo& target, const OnnxTensor& mean) {
  const OnnxTensor units = graph.apply("Mul", {graph.cast(mean, OnnxType::float64), graph.scalar(target.scale)});
  const OnnxTensor value = graph.apply("Add", {units, graph.scalar(target.mean)});
  graph.output(graph.cast(value, OnnxType::float32), "value", OnnxType::float32, 1, "in the units of the target");
}

/// What a person or a program wants to know of the model, by name.
std::vector<std::pair<std::string, std::string>> properties(const Model& model) {
  const TargetInfo& target = model.encoder->target();
  const bool classes = target.task == Task::classification;
  std::vector<std::pair<std::string, std::string>> list = {{"target", target.name},
                                                           {"task", classes ? "classification" : "regression"},
                                                           {"study", model.study},
                                                           {"configuration", model.configuration.json()}};
  if (classes)
    list.emplace_back("classes",
                      nlohmann::json(target.classes).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return list;
}

std::vector<OnnxFile::Port> ports(const std::vector<OnnxGraph::Port>& list) {
  std::vector<OnnxFile::Port> result;
  for (const auto& [name, type, width] : list) result.push_back({name, std::string(onnx_type_name(type)), width});
  return result;
}

}  // namespace

Result<OnnxFile> model_to_onnx(const Model& model) {
  // Every field by name, as of the network: what is added to a model must be thought of here.
  const auto& [encoder, spec, members, configuration, study] = model;
  const TargetInfo& target = encoder->target();
  OnnxGraph graph;
  HONE_TRY(const OnnxFeatures features, encoder->to_onnx(graph));
  if (features.dense.empty() != (spec.dense_width == 0) || features.categories.size() != spec.cardinalities.size())
    return fail(Error::Kind::corrupt, "encoder and network of the model do not fit together: the file is damaged");
  OnnxTensor sum;
  for (const std::string& weights : members) {
    HONE_TRY(const OnnxTensor prediction, network_to_onnx(graph, spec, weights, features));
    const OnnxTensor own = completed(graph, target, spec.loss, prediction);
    sum = sum.empty() ? own : graph.apply("Add", {sum, own});
  }
  if (members.size() > 1) sum = graph.apply("Div", {sum, graph.scalar(static_cast<float>(members.size()))});
  if (target.task == Task::classification)
    add_classification(graph, target, sum);
  else
    add_regression(graph, target, sum);
  OnnxFile file;
  HONE_TRY(file.bytes, graph.model("hone", fmt::format("Predicts '{}'.", target.name), properties(model)));
  file.inputs = ports(graph.inputs());
  file.outputs = ports(graph.outputs());
  return file;
}

}  // namespace hone

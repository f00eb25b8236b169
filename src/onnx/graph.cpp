#include "onnx/graph.hpp"

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

// Field numbers of onnx.proto (https://github.com/onnx/onnx), by message.
namespace model_field {
enum : std::uint32_t {
  ir_version = 1,
  producer_name = 2,
  producer_version = 3,
  doc_string = 6,
  graph = 7,
  opset_import = 8,
  metadata_props = 14
};
}
namespace graph_field {
enum : std::uint32_t { node = 1, name = 2, initializer = 5, input = 11, output = 12 };
}
namespace node_field {
enum : std::uint32_t { input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7 };
}
namespace attribute_field {
enum : std::uint32_t { name = 1, f = 2, i = 3, ints = 8, strings = 9, type = 20 };
enum : std::int64_t { type_float = 1, type_int = 2, type_ints = 7, type_strings = 8 };
}  // namespace attribute_field
namespace tensor_field {
enum : std::uint32_t { dims = 1, data_type = 2, string_data = 6, name = 8, raw_data = 9 };
}
namespace value_field {
enum : std::uint32_t { name = 1, type = 2, doc_string = 3 };
enum : std::uint32_t { tensor_type = 1, elem_type = 1, shape = 2, dim = 1, dim_value = 1, dim_param = 2 };
}  // namespace value_field
enum : std::uint32_t { key = 1, value = 2, domain = 1, version = 2 };  // StringStringEntryProto, OperatorSetIdProto

ProtoMessage port_message(const OnnxGraph::Port& port, std::string_view doc) {
  ProtoMessage shape;
  shape.message(value_field::dim, ProtoMessage().text(value_field::dim_param, "rows"));
  if (port.width > 0)
    shape.message(value_field::dim,
                  ProtoMessage().integer(value_field::dim_value, static_cast<std::int64_t>(port.width)));
  ProtoMessage tensor;
  tensor.integer(value_field::elem_type, static_cast<std::int64_t>(port.type)).message(value_field::shape, shape);
  ProtoMessage message;
  message.text(value_field::name, port.name)
      .message(value_field::type, ProtoMessage().message(value_field::tensor_type, tensor))
      .text(value_field::doc_string, doc);
  return message;
}

ProtoMessage attribute_message(const OnnxAttribute& attribute) {
  ProtoMessage message;
  message.text(attribute_field::name, attribute.name);
  std::int64_t type = 0;
  if (const auto* i = std::get_if<std::int64_t>(&attribute.value)) {
    message.integer(attribute_field::i, *i);
    type = attribute_field::type_int;
  } else if (const auto* f = std::get_if<float>(&attribute.value)) {
    message.real(attribute_field::f, *f);
    type = attribute_field::type_float;
  } else if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&attribute.value)) {
    for (const std::int64_t item : *ints) message.integer(attribute_field::ints, item);
    type = attribute_field::type_ints;
  } else {
    for (const auto& item : std::get<std::vector<std::string>>(attribute.value))
      message.text(attribute_field::strings, item);
    type = attribute_field::type_strings;
  }
  return message.integer(attribute_field::type, type);
}

ProtoMessage opset_message(std::string_view of, std::int64_t number) {
  return ProtoMessage().text(domain, of).integer(version, number);
}

template <class T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

std::string_view onnx_type_name(OnnxType type) {
  switch (type) {
    case OnnxType::float32:
      return "float32";
    case OnnxType::uint8:
      return "uint8";
    case OnnxType::int64:
      return "int64";
    case OnnxType::text:
      return "string";
    case OnnxType::boolean:
      return "bool";
    case OnnxType::float64:
      return "float64";
  }
  return "";
}

std::string OnnxGraph::unused(std::string_view kind) {
  std::string name;
  do name = fmt::format("/hone/{}_{}", kind, ++made_);
  while (!names_.insert(name).second);
  return name;
}

Result<OnnxTensor> OnnxGraph::input(const std::string& name, OnnxType type, std::size_t width, std::string_view doc) {
  if (name.empty()) return refuse("ONNX has no name for an input without one: give the column a name");
  if (!names_.insert(name).second)
    return refuse(
        fmt::format("ONNX cannot tell two inputs named '{}' apart: rename that column and train again", quoted(name)));
  inputs_.push_back({name, type, width});
  input_messages_.push_back(port_message(inputs_.back(), doc));
  return name;
}

OnnxTensor OnnxGraph::add_constant(ProtoMessage tensor, OnnxType type, const OnnxShape& shape) {
  for (const std::size_t size : shape) tensor.integer(tensor_field::dims, static_cast<std::int64_t>(size));
  OnnxTensor name = unused("constant");
  tensor.integer(tensor_field::data_type, static_cast<std::int64_t>(type)).text(tensor_field::name, name);
  constants_.push_back(std::move(tensor));
  return name;
}

OnnxTensor OnnxGraph::constant(std::span<const float> values, const OnnxShape& shape) {
  return add_constant(ProtoMessage().text(tensor_field::raw_data, bytes_of(values)), OnnxType::float32, shape);
}
OnnxTensor OnnxGraph::constant(std::span<const double> values, const OnnxShape& shape) {
  return add_constant(ProtoMessage().text(tensor_field::raw_data, bytes_of(values)), OnnxType::float64, shape);
}
OnnxTensor OnnxGraph::constant(std::span<const std::int64_t> values, const OnnxShape& shape) {
  return add_constant(ProtoMessage().text(tensor_field::raw_data, bytes_of(values)), OnnxType::int64, shape);
}
OnnxTensor OnnxGraph::constant(std::span<const std::string> values, const OnnxShape& shape) {
  ProtoMessage tensor;  // texts are the one type that raw_data cannot hold
  for (const std::string& text : values) tensor.text(tensor_field::string_data, text);
  return add_constant(std::move(tensor), OnnxType::text, shape);
}

OnnxTensor OnnxGraph::apply(std::string_view kind, const std::vector<OnnxTensor>& inputs,
                            const std::vector<OnnxAttribute>& attributes, std::string_view node_domain) {
  ProtoMessage node;
  for (const OnnxTensor& tensor : inputs) {
    HONE_CHECK(names_.contains(tensor), "an operator reads tensors of its own graph");
    node.text(node_field::input, tensor);
  }
  OnnxTensor made = unused(kind);
  node.text(node_field::output, made).text(node_field::name, made).text(node_field::op_type, kind);
  for (const OnnxAttribute& attribute : attributes) node.message(node_field::attribute, attribute_message(attribute));
  if (!node_domain.empty()) node.text(node_field::domain, node_domain);
  nodes_.push_back(std::move(node));
  return made;
}

OnnxTensor OnnxGraph::cast(const OnnxTensor& tensor, OnnxType type) {
  return apply("Cast", {tensor}, {{"to", static_cast<std::int64_t>(type)}});
}

OnnxTensor OnnxGraph::concatenate(const std::vector<OnnxTensor>& tensors) {
  HONE_CHECK(!tensors.empty(), "nothing to concatenate");
  return tensors.size() == 1 ? tensors.front() : apply("Concat", tensors, {{"axis", std::int64_t{1}}});
}

std::string OnnxGraph::output(const OnnxTensor& tensor, std::string name, OnnxType type, std::size_t width,
                              std::string_view doc) {
  while (!names_.insert(name).second) name += '_';
  ProtoMessage node;
  node.text(node_field::input, tensor).text(node_field::output, name).text(node_field::op_type, "Identity");
  nodes_.push_back(std::move(node));
  outputs_.push_back({name, type, width});
  output_messages_.push_back(port_message(outputs_.back(), doc));
  return name;
}

Result<std::string> OnnxGraph::model(std::string_view name, std::string_view doc,
                                     const std::vector<std::pair<std::string, std::string>>& properties,
                                     std::size_t bytes_max) const {
  std::size_t size = 0;
  for (const auto& list : {&nodes_, &constants_})
    for (const ProtoMessage& message : *list) size += message.bytes().size();
  if (size > bytes_max)
    return refuse(fmt::format("the network takes {}, ONNX files end at {}: train one with fewer units or members",
                              bytes_text(static_cast<double>(size)), bytes_text(static_cast<double>(bytes_max))));
  ProtoMessage graph;
  for (const ProtoMessage& node : nodes_) graph.message(graph_field::node, node);
  graph.text(graph_field::name, name);
  for (const ProtoMessage& tensor : constants_) graph.message(graph_field::initializer, tensor);
  for (const ProtoMessage& port : input_messages_) graph.message(graph_field::input, port);
  for (const ProtoMessage& port : output_messages_) graph.message(graph_field::output, port);

  ProtoMessage model;
  model.integer(model_field::ir_version, onnx_ir_version)
      .text(model_field::producer_name, "hone")
      .text(model_field::producer_version, HONE_VERSION)
      .text(model_field::doc_string, doc)
      .message(model_field::graph, graph)
      .message(model_field::opset_import, opset_message("", onnx_opset))
      .message(model_field::opset_import, opset_message(onnx_ml, onnx_ml_opset));
  for (const auto& [property, text] : properties)
    model.message(model_field::metadata_props, ProtoMessage().text(key, property).text(value, text));
  return model.bytes();
}

}  // namespace hone

// Judges ONNX files by the reference library: check_onnx FILE... The checker looks at every node, then types and shapes
// are inferred strictly. One JSON line a file on stdout; what is wrong on stderr, exit code 1.
// The only file that reads onnx_pb.h, which takes seconds to compile.
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

namespace {

nlohmann::json ports(const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& list) {
  auto json = nlohmann::json::array();
  for (const auto& port : list) {
    const auto& type = port.type().tensor_type();
    json.push_back({{"name", port.name()},
                    {"type", onnx::TensorProto_DataType_Name(static_cast<int>(type.elem_type()))},
                    {"width", type.shape().dim_size() < 2 ? 0 : type.shape().dim(1).dim_value()},
                    {"doc", port.doc_string()}});
  }
  return json;
}

nlohmann::json check(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  onnx::ModelProto model;
  if (!file || !model.ParseFromString(content.str())) throw std::runtime_error("is no ONNX file");
  onnx::checker::check_model(model);
  const auto declared = ports(model.graph().output());
  model.mutable_graph()->clear_output();  // so that the types found are compared with those declared, below
  for (const auto& port : declared) model.mutable_graph()->add_output()->set_name(port.at("name").get<std::string>());
  onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), {true, 1, true});
  auto inferred = ports(model.graph().output());
  for (std::size_t i = 0; i < declared.size(); ++i) {
    inferred[i]["doc"] = declared[i].at("doc");
    if (inferred[i] != declared[i])
      throw std::runtime_error("declares " + declared[i].dump() + " where the graph gives " + inferred[i].dump());
  }
  std::set<std::string> kinds;
  for (const auto& node : model.graph().node()) kinds.insert(node.op_type());
  auto opsets = nlohmann::json::object();
  for (const auto& opset : model.opset_import()) opsets[opset.domain()] = opset.version();
  auto properties = nlohmann::json::object();
  for (const auto& entry : model.metadata_props()) properties[entry.key()] = entry.value();
  return {{"file", path},
          {"ir", model.ir_version()},
          {"opsets", opsets},
          {"producer", model.producer_name()},
          {"inputs", ports(model.graph().input())},
          {"outputs", declared},
          {"operators", kinds},
          {"properties", properties}};
}

}  // namespace

int main(int count, char** words) {
  int code = 0;
  for (int i = 1; i < count; ++i) {
    try {
      std::printf("%s\n", check(words[i]).dump().c_str());
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s: %s\n", words[i], error.what());
      code = 1;
    }
  }
  return code;
}

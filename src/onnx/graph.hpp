/// A graph of ONNX operators under construction, and the model file around it. Knows operators by name only: which ones
/// express an encoder or a network stands with those (data/encoder_onnx.cpp, nn/network_onnx.cpp).
#pragma once
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "onnx/protobuf.hpp"

namespace hone {

/// Versions that the files are written for (docs/formats/onnx.md).
constexpr std::int64_t onnx_ir_version = 8, onnx_opset = 17, onnx_ml_opset = 3;
/// 2 GiB, less a little for what stands around the graph.
constexpr std::size_t onnx_bytes_max = (std::size_t{1} << 31) - (1u << 20);
/// Domain of the operators of classical machine learning (LabelEncoder).
constexpr std::string_view onnx_ml = "ai.onnx.ml";

/// Element types, numbered as in TensorProto.DataType.
enum class OnnxType { float32 = 1, uint8 = 2, int64 = 7, text = 8, boolean = 9, float64 = 11 };

/// The name of a tensor within its graph.
using OnnxTensor = std::string;
/// Sizes of a constant; empty: a scalar.
using OnnxShape = std::vector<std::size_t>;

struct OnnxAttribute {
  std::string_view name;
  std::variant<std::int64_t, float, std::vector<std::int64_t>, std::vector<std::string>> value;
};

class OnnxGraph {
 public:
  /// An input (rows, width). Errors: an empty name, or one that is taken.
  Result<OnnxTensor> input(const std::string& name, OnnxType type, std::size_t width, std::string_view doc);

  // Constants. The number of values is the product of `shape`.
  OnnxTensor constant(std::span<const float> values, const OnnxShape& shape);
  OnnxTensor constant(std::span<const double> values, const OnnxShape& shape);
  OnnxTensor constant(std::span<const std::int64_t> values, const OnnxShape& shape);
  OnnxTensor constant(std::span<const std::string> values, const OnnxShape& shape);
  template <class T>
  OnnxTensor scalar(T value) {
    return constant(std::span<const T>(&value, 1), {});
  }

  /// An operator with one output. `kind` must exist in the opset; whether types fit is not checked here.
  OnnxTensor apply(std::string_view kind, const std::vector<OnnxTensor>& inputs,
                   const std::vector<OnnxAttribute>& attributes = {}, std::string_view domain = "");
  OnnxTensor cast(const OnnxTensor& tensor, OnnxType type);
  /// Side by side, (rows, sum of widths); one tensor alone is itself. At least one.
  OnnxTensor concatenate(const std::vector<OnnxTensor>& tensors);

  /// Makes `tensor` an output, (rows) or (rows, width) for width > 0. Where an input has the name already, underscores
  /// are appended; the name that it got comes back.
  std::string output(const OnnxTensor& tensor, std::string name, OnnxType type, std::size_t width,
                     std::string_view doc);

  /// The model file. `properties`: key and value for a person. Errors: more bytes than a protobuf message can hold.
  Result<std::string> model(std::string_view name, std::string_view doc,
                            const std::vector<std::pair<std::string, std::string>>& properties,
                            std::size_t bytes_max = onnx_bytes_max) const;

  struct Port {
    std::string name;
    OnnxType type;
    std::size_t width;  ///< 0: (rows) instead of (rows, width)
  };
  const std::vector<Port>& inputs() const { return inputs_; }
  const std::vector<Port>& outputs() const { return outputs_; }

 private:
  std::string unused(std::string_view kind);
  OnnxTensor add_constant(ProtoMessage tensor, OnnxType type, const OnnxShape& shape);

  std::set<std::string, std::less<>> names_;
  std::size_t made_ = 0;
  std::vector<Port> inputs_, outputs_;
  std::vector<ProtoMessage> input_messages_, output_messages_, nodes_, constants_;
};

/// "float32", "string", ...: as the documents call it.
std::string_view onnx_type_name(OnnxType type);

}  // namespace hone

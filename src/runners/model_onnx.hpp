/// A trained model as an ONNX file: preprocessing, every member of the ensemble, and what is made of their outputs.
#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runners/model.hpp"

namespace hone {

struct OnnxFile {
  struct Port {
    std::string name, type;  ///< "age", "float64"
    std::size_t width;       ///< columns; 0: the tensor is (rows) and not (rows, width)
  };
  std::string bytes;
  std::vector<Port> inputs, outputs;
};

/// docs/formats/onnx.md says what the file holds. Errors: a part of the model that ONNX cannot express, by name; more
/// than 2 GiB.
Result<OnnxFile> model_to_onnx(const Model& model);

}  // namespace hone

/// Encoded data, ready for a network: what passes from the room `data` to the room `nn`.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/mapping.hpp"

namespace hone {

enum class Task { classification, regression };

/// Dense numbers (scaled floats, or bytes as they stand in the file), and category indices for embeddings. Large ones
/// lie in temporary files (base/mapping.hpp).
struct Features {
  std::size_t rows = 0;
  std::size_t dense_width = 0;
  LargeVector<float> dense;         ///< (rows, dense_width) row-major, or empty when `bytes` is used
  LargeVector<std::uint8_t> bytes;  ///< (rows, dense_width) row-major; a feature is byte_scale * byte + byte_shift
  float byte_scale = 1, byte_shift = 0;
  std::size_t category_width = 0;
  LargeVector<std::int32_t> categories;  ///< (rows, category_width); 0 stands for missing or unseen
  bool is_bytes() const { return !bytes.empty(); }
};

/// What is to be predicted. Exactly one of the two is filled.
struct Targets {
  LargeVector<std::int32_t> labels;  ///< (rows) classification: 0 .. classes - 1
  LargeVector<float> values;         ///< (rows) regression: scaled as TargetInfo says
};

/// How targets were encoded, to say predictions in the user's units.
struct TargetInfo {
  Task task = Task::classification;
  std::string name;                  ///< column, or "label"
  std::vector<std::string> classes;  ///< classification: text of each label
  double mean = 0, scale = 1;        ///< regression: value = mean + scale * encoded
  double low = 0, high = 0;          ///< regression: smallest and largest value of the training part
  std::size_t outputs() const { return task == Task::classification ? classes.size() : 1; }
};

/// One part of a data set after encoding.
struct EncodedPart {
  Features features;
  Targets targets;  ///< empty when the target is unknown (predict)
};

}  // namespace hone

/// IDX files (the format of MNIST): images of bytes and their labels.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hone {

/// A tensor of unsigned bytes, as it stands in the file: a look at its content, which must live as long.
struct IdxArray {
  std::vector<std::size_t> shape;       ///< rows first; at least one dimension
  std::span<const std::uint8_t> bytes;  ///< row-major
  std::size_t rows() const { return shape[0]; }
  std::size_t row_bytes() const;  ///< product of the other dimensions
};

/// True if the content begins like an IDX file.
bool is_idx(std::string_view content);

/// Layout: two zero bytes, element type, number of dimensions, each dimension as 4 bytes big-endian, elements.
/// Errors: not IDX, elements other than unsigned bytes, a length that contradicts the header.
Result<IdxArray> parse_idx(std::string_view content, std::string_view name);

/// Images and labels that belong together.
struct IdxPair {
  std::string images, labels;  ///< paths; `labels` is "" where there is no such file
};
struct IdxPaths {
  IdxPair main;
  std::optional<IdxPair> sealed;  ///< the t10k files beside train files
};

/// Finds the files behind a folder or a file name by their usual names (train-images-idx3-ubyte,
/// t10k-labels-idx1-ubyte, each with .gz or without). Errors: no images there. `path` that is no file of images is
/// taken as such all the same.
Result<IdxPaths> find_idx(const std::string& path);

}  // namespace hone

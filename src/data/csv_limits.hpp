/// From which sizes on a table of text is read in another way.
#pragma once
#include <cstddef>

namespace hone {

/// When a table is split block by block. Texts up to `kept_bytes` with up to `kept_cells` cells (8 bytes each) are one
/// block: they are split once and kept so. Others are blocks of about `block_bytes`, split anew whenever they are
/// visited, each into the memory of the last. Results do not depend on it; tests make it small.
struct CsvLimits {
  std::size_t kept_bytes = std::size_t{256} << 20, kept_cells = std::size_t{32} << 20;
  std::size_t block_bytes = std::size_t{256} << 10;  // with its cells within a processor's cache
};

/// Files of at least this size are mapped; smaller ones are read, so that nobody can change them meanwhile.
constexpr std::size_t mapped_file_bytes_min = std::size_t{64} << 20;

}  // namespace hone

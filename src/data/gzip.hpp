/// Reading a data file whole, unpacking gzip on the way.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace hone {

/// Cells and bytes are addressed with 32 bits, so no data file may be larger than this once unpacked.
constexpr std::uint64_t data_file_bytes_max = 0xFFFFFFFEu;

/// True if the content begins like a gzip file (RFC 1952).
bool is_gzip(std::string_view content);

/// All members of a gzip file, one after another. `name` stands in messages only. Errors: truncated, damaged, or more
/// than `bytes_max` bytes when unpacked (a few bytes can stand for a thousand times as many).
Result<std::string> gunzip(std::string_view content, std::string_view name, std::uint64_t bytes_max);

/// The file's content, unpacked if it is gzip. Errors: missing, a folder, unreadable, empty, truncated, too large.
Result<std::string> read_data_file(const std::string& path);

}  // namespace hone

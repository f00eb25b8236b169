/// Opening a data file: mapped or read whole, unpacking gzip on the way.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/mapping.hpp"
#include "base/result.hpp"
#include "data/csv_limits.hpp"

namespace hone {

/// No file of IDX may be larger than this once unpacked.
constexpr std::uint64_t data_file_bytes_max = 0xFFFFFFFEu;

/// True if the content begins like a gzip file (RFC 1952).
bool is_gzip(std::string_view content);

/// All members of a gzip file, one after another. `name` stands in messages only. Errors: truncated, damaged, or more
/// than `bytes_max` bytes when unpacked (a few bytes can stand for a thousand times as many).
Result<std::string> gunzip(std::string_view content, std::string_view name, std::uint64_t bytes_max);

/// The file's content, unpacked if it is gzip. Errors: missing, a folder, unreadable, empty, truncated, too large.
Result<std::string> read_data_file(const std::string& path);

/// The content of a file, in memory or mapped.
class DataText {
 public:
  DataText() = default;
  explicit DataText(std::string owned) : owned_(std::move(owned)) {}
  explicit DataText(FileMapping mapping) : mapping_(std::move(mapping)) {}
  /// Valid until this object is moved or ends.
  std::string_view view() const { return mapping_.text().empty() ? std::string_view(owned_) : mapping_.text(); }
  bool is_mapped() const { return !mapping_.text().empty(); }
  std::string& owned() { return owned_; }

 private:
  std::string owned_;
  FileMapping mapping_;
};

/// The same as read_data_file(), of any size: large files that are not packed are mapped (at least `mapped_bytes_min`
/// bytes; tests make it small). What is unpacked may take half of the memory that is available.
Result<DataText> open_data_file(const std::string& path, std::size_t mapped_bytes_min = mapped_file_bytes_min);

}  // namespace hone

#include "data/memory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "base/mapping.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

/// The number behind `key` in a file of "key: number kB" lines, in bytes, or nothing.
std::optional<std::uint64_t> meminfo(std::string_view key) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    std::string_view rest = trim(std::string_view(line).substr(key.size()));
    if (const auto number = parse_integer(rest.substr(0, rest.find(' ')))) return std::uint64_t(*number) * 1024;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> number_file(const char* path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const auto number = parse_integer(trim(line));  // "max" means no limit
  return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

}  // namespace

std::uint64_t available_memory_bytes() {
  std::uint64_t available = std::uint64_t{1} << 40;
  if (const auto free = meminfo("MemAvailable:")) available = *free;
  const auto limit = number_file("/sys/fs/cgroup/memory.max");
  const auto used = number_file("/sys/fs/cgroup/memory.current");
  if (limit && used) available = std::min(available, *limit > *used ? *limit - *used : 0);
  return available;
}

double MemoryEstimate::encoded_bytes() const {
  return 2 * 4.0 * static_cast<double>(rows) * static_cast<double>(dense_width + category_width);
}

double MemoryEstimate::bytes() const {
  const double cells = streamed ? 0 : static_cast<double>(rows) * static_cast<double>(columns);
  const double encoded = can_spill ? std::min<double>(encoded_bytes(), array_memory_bytes_default) : encoded_bytes();
  return static_cast<double>(file_bytes) + 8 * cells + encoded;
}

Result<void> check_memory(const std::string& path, const MemoryEstimate& need, std::uint64_t available_bytes) {
  if (need.bytes() <= static_cast<double>(available_bytes)) return {};
  return refuse(
      fmt::format("'{}' needs about {} of memory ({} rows, {} columns, {} inputs once encoded), {} is available; use "
                  "fewer rows, or "
                  "drop columns with --columns NAME=drop",
                  path, bytes_text(need.bytes()), need.rows, need.columns, need.dense_width + need.category_width,
                  bytes_text(static_cast<double>(available_bytes))));
}

}  // namespace hone

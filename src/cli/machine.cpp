#include "cli/machine.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>

#include "base/clock.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

/// The value of the first line "KEY ... : VALUE" or "KEY: VALUE" in a /proc file, or "".
std::string proc_value(const char* path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key))
      if (const auto colon = line.find(':'); colon != std::string::npos)
        return std::string(trim(std::string_view(line).substr(colon + 1)));
  return "";
}

/// Words of the first line of a file of the control group, empty if there is none.
std::vector<std::string> group_words(const char* name) {
  std::ifstream file(std::string("/sys/fs/cgroup/") + name);
  std::string line;
  std::getline(file, line);
  return line.empty() ? std::vector<std::string>{} : split(line, ' ');
}

/// "24600000 kB" -> bytes.
double kilobytes(const std::string& text) {
  return parse_number(text.substr(0, text.find(' '))).value_or(0) * 1024;
}

/// A file that is gone when it goes out of scope.
struct ScratchFile {
  std::string path;
  int descriptor;
  explicit ScratchFile(const std::filesystem::path& folder)
      : path((folder / ".hone-doctor-XXXXXX").string()), descriptor(mkstemp(path.data())) {}
  ~ScratchFile() {
    if (descriptor < 0) return;
    close(descriptor);
    unlink(path.c_str());
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
};

}  // namespace

std::string processor_name() {
  const std::string name = proc_value("/proc/cpuinfo", "model name");
  return name.empty() ? "unknown" : name;
}

std::string processor_features() {
  std::vector<std::string> names;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) names.emplace_back("avx2");
  if (__builtin_cpu_supports("fma")) names.emplace_back("fma");
  if (__builtin_cpu_supports("avx512f")) names.emplace_back("avx512f");
  if (__builtin_cpu_supports("avx512bw")) names.emplace_back("avx512bw");
  if (__builtin_cpu_supports("avx512dq")) names.emplace_back("avx512dq");
  if (__builtin_cpu_supports("avx512vl")) names.emplace_back("avx512vl");
#endif
  return join(names, " ");
}

std::size_t usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::size_t cores = 1;
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
  const auto quota = group_words("cpu.max");  // "200000 100000", or "max 100000"
  if (quota.size() == 2)
    if (const auto used = parse_number(quota[0]), period = parse_number(quota[1]); used && period && *period > 0)
      cores = std::min(cores, static_cast<std::size_t>(std::max(1.0, std::ceil(*used / *period))));
  return cores;
}

Memory memory() {
  Memory found{.total_bytes = kilobytes(proc_value("/proc/meminfo", "MemTotal")),
               .available_bytes = kilobytes(proc_value("/proc/meminfo", "MemAvailable"))};
  const auto limit = group_words("memory.max"), used = group_words("memory.current");
  if (limit.empty() || used.empty()) return found;
  if (const auto bytes = parse_number(limit[0]); bytes && *bytes < found.total_bytes) {
    found.total_bytes = *bytes;
    found.available_bytes = std::clamp(*bytes - parse_number(used[0]).value_or(0), 0.0, found.available_bytes);
  }
  return found;
}

Result<double> sync_seconds(const std::filesystem::path& folder, int rounds) {
  const ScratchFile file(folder);
  if (file.descriptor < 0) return refuse(fmt::format("cannot write in {}: {}", folder.string(), std::strerror(errno)));
  const std::string block(4096, 'x');
  std::vector<double> seconds;
  for (int round = 0; round < rounds; ++round) {
    const double start = system_clock().monotonic_seconds();
    const off_t place = static_cast<off_t>(block.size()) * round;
    if (pwrite(file.descriptor, block.data(), block.size(), place) != static_cast<ssize_t>(block.size()) ||
        fsync(file.descriptor) != 0)
      return fail(Error::Kind::unavailable,
                  fmt::format("cannot write in {}: {}", folder.string(), std::strerror(errno)));
    seconds.push_back(system_clock().monotonic_seconds() - start);
  }
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

}  // namespace hone

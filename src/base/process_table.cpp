#include "base/process_table.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "base/files.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

/// What getdents64 fills in.
struct DirectoryEntry {
  std::uint64_t inode;
  std::int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[1];
};

/// The file's beginning; "" if it cannot be read.
std::string_view read_into(std::span<char> buffer, const char* path) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t got = ::read(file, buffer.data(), buffer.size());
  ::close(file);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

/// One that is too large is left as it was.
template <class Number>
bool read_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty()) text.remove_prefix(1);  // the blank
  return true;
}

std::int64_t page_bytes() {
  static const std::int64_t bytes = ::sysconf(_SC_PAGESIZE);
  return bytes;
}

/// In another container ids mean other processes, and who is dead there cannot be told from here.
std::string id_namespace(pid_t process) {
  std::error_code hidden;
  return std::filesystem::read_symlink(fmt::format("/proc/{}/ns/pid", process), hidden).string();
}

/// The entries of /proc/PID/environ; none of a process of somebody else, or in another container.
std::vector<std::string> environment_of(pid_t process) {
  static const std::string ours = id_namespace(::getpid());
  if (id_namespace(process) != ours) return {};
  const auto text = read_file(fmt::format("/proc/{}/environ", process));
  return text ? split(*text, '\0') : std::vector<std::string>{};
}

bool holds_all(const std::vector<std::string>& environment, std::span<const std::string> entries) {
  return std::ranges::all_of(
      entries, [&](const std::string& entry) { return std::ranges::find(environment, entry) != environment.end(); });
}

std::vector<ProcessStatus> all_processes() {
  std::vector<ProcessStatus> all;
  visit_processes([](const ProcessStatus& status,
                     void* context) { static_cast<std::vector<ProcessStatus>*>(context)->push_back(status); },
                  &all);
  return all;
}

}  // namespace

std::optional<ProcessStatus> process_status(pid_t process) {
  std::array<char, 32> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", static_cast<int>(process));
  std::array<char, 1024> buffer;
  std::string_view line = read_into(buffer, path.data());
  // The second field, the program's name in parentheses, may itself hold blanks and parentheses: what follows the last
  // ')' is regular.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string_view::npos || line.size() < name_end + 4) return std::nullopt;
  ProcessStatus status;
  status.process = process;
  status.state = line[name_end + 2];
  line.remove_prefix(name_end + 4);
  std::array<std::int64_t, 25> fields = {};
  for (std::size_t field = 4; field < fields.size(); ++field)
    if (!read_number(line, fields[field])) return std::nullopt;
  status.parent = static_cast<pid_t>(fields[4]);
  status.group = static_cast<pid_t>(fields[5]);
  status.start = fields[22];
  status.page_count = fields[24];
  return status;
}

void visit_processes(void (*visit)(const ProcessStatus& status, void* context), void* context) {
  const int folder = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  alignas(DirectoryEntry) std::array<char, 8192> buffer;
  for (long got; (got = ::syscall(SYS_getdents64, folder, buffer.data(), buffer.size())) > 0;) {
    for (long at = 0; at < got;) {
      unsigned short length;
      std::memcpy(&length, buffer.data() + at + offsetof(DirectoryEntry, length), sizeof length);
      std::string_view name = buffer.data() + at + offsetof(DirectoryEntry, name);
      at += length;
      pid_t process = 0;
      if (name.front() < '0' || name.front() > '9' || !read_number(name, process)) continue;
      if (const auto status = process_status(process)) visit(*status, context);
    }
  }
  ::close(folder);
}

std::vector<ProcessStatus> descendants_of(pid_t root) {
  const std::vector<ProcessStatus> all = all_processes();
  std::vector<ProcessStatus> found;
  std::vector<pid_t> parents = {root};
  while (!parents.empty()) {
    const pid_t parent = parents.back();
    parents.pop_back();
    for (const ProcessStatus& each : all)
      if (each.parent == parent) found.push_back(each), parents.push_back(each.process);
  }
  return found;
}

std::int64_t resident_bytes(std::span<const ProcessStatus> processes) {
  std::int64_t own = 0, shared_most = 0;
  for (const ProcessStatus& each : processes) {
    std::array<char, 128> buffer;
    std::string_view text = read_into(buffer, fmt::format("/proc/{}/statm", each.process).c_str());
    std::int64_t size = 0, resident = 0, shared = 0;
    if (!read_number(text, size) || !read_number(text, resident) || !read_number(text, shared)) continue;
    own += resident - shared;
    shared_most = std::max(shared_most, shared);
  }
  return (own + shared_most) * page_bytes();
}

std::int64_t proportional_bytes(std::span<const ProcessStatus> processes) {
  std::int64_t all = 0;
  for (const ProcessStatus& each : processes) {
    std::array<char, 4096> buffer;
    const std::string_view text = read_into(buffer, fmt::format("/proc/{}/smaps_rollup", each.process).c_str());
    std::size_t at = text.find("\nPss:");
    std::int64_t kibibytes = 0;
    if (at != std::string_view::npos) at = text.find_first_of("0123456789", at);
    std::string_view number = at == std::string_view::npos ? std::string_view() : text.substr(at);
    all += read_number(number, kibibytes) ? kibibytes * 1024 : each.page_count * page_bytes();
  }
  return all;
}

std::int64_t kill_processes_with(std::span<const std::string> entries) {
  std::int64_t killed = 0;
  for (const ProcessStatus& each : all_processes()) {
    if (each.process == ::getpid() || each.state == 'Z' || !holds_all(environment_of(each.process), entries)) continue;
    // The descriptor first, then once more the environment: the id may have gone to another process by now.
    const int process = static_cast<int>(::syscall(SYS_pidfd_open, each.process, 0));
    if (process < 0) continue;
    if (holds_all(environment_of(each.process), entries) &&
        ::syscall(SYS_pidfd_send_signal, process, SIGKILL, nullptr, 0) == 0)
      ++killed;
    ::close(process);
  }
  return killed;
}

std::vector<std::string> values_in_environments(const std::string& name) {
  std::vector<std::string> values;
  for (const ProcessStatus& each : all_processes()) {
    if (each.process == ::getpid()) continue;
    for (const std::string& entry : environment_of(each.process))
      if (entry.starts_with(name + "=")) values.push_back(entry.substr(name.size() + 1));
  }
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace hone

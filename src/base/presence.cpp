#include "base/presence.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/files.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

/// "process 4711 (hone fit data.csv)".
std::string process_text(pid_t process) {
  std::string words = read_file(fmt::format("/proc/{}/cmdline", process)).value_or("");
  while (!words.empty() && words.back() == '\0') words.pop_back();
  std::ranges::replace(words, '\0', ' ');
  return words.empty() ? fmt::format("process {}", process) : fmt::format("process {} ({})", process, quoted(words));
}

}  // namespace

Presence::~Presence() {
  if (file_ >= 0) ::close(file_);
}

Result<Presence> Presence::lock(const std::filesystem::path& folder, short kind) {
  const std::filesystem::path path = folder / "in-use";
  Presence presence(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (presence.file_ < 0)
    return fail(Error::Kind::unavailable, fmt::format("cannot open '{}': {}", path.string(), std::strerror(errno)));
  for (;;) {
    struct flock wanted {};
    wanted.l_type = kind;
    if (::fcntl(presence.file_, F_SETLK, &wanted) == 0) return presence;
    if (errno != EACCES && errno != EAGAIN)
      return fail(Error::Kind::unavailable, fmt::format("cannot lock '{}': {}", path.string(), std::strerror(errno)));
    struct flock held {};
    held.l_type = kind;
    if (::fcntl(presence.file_, F_GETLK, &held) == 0 && held.l_type == F_UNLCK) continue;  // gone by now
    return fail(Error::Kind::conflict, process_text(held.l_pid));
  }
}

Result<Presence> Presence::enter(const std::filesystem::path& folder) {
  return lock(folder, F_RDLCK);
}

Result<Presence> Presence::enter_alone(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return Presence();
  return lock(folder, F_WRLCK);
}

}  // namespace hone

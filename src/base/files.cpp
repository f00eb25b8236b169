#include "base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "base/text.hpp"

#define XXH_INLINE_ALL
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include <xxhash.h>
#pragma GCC diagnostic pop

namespace hone {
namespace {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> system_error(Error::Kind kind, std::string_view what, const std::filesystem::path& path) {
  const int reason = errno;
  std::string cure;
  if (reason == EACCES) cure = "; change the permissions of the file, or of its folder";
  if (reason == ENOENT && path.has_parent_path() && !std::filesystem::exists(path.parent_path()))
    cure = fmt::format("; the folder '{}' does not exist", path.parent_path().string());
  if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG) cure = "; make room on the disk and try again";
  return fail(kind, fmt::format("cannot {} '{}': {}{}", what, path.string(), std::strerror(reason), cure));
}

Result<void> write_all(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(Error::Kind::unavailable, "write", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Names of what this process has open, which may be a file that somebody else holds.
bool is_open_already(std::string_view path) {
  return path == "/dev/stdout" || path == "/dev/stderr" || path.starts_with("/dev/fd/") || path.starts_with("/proc/");
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0)
    return system_error(errno == ENOENT ? Error::Kind::not_found : Error::Kind::invalid_argument, "open", path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return system_error(Error::Kind::invalid_argument, "read", path);
  if (S_ISDIR(info.st_mode)) return refuse(fmt::format("'{}' is a folder, a file is needed", path.string()));
  std::string content(static_cast<std::size_t>(info.st_size > 0 ? info.st_size : 0), '\0');
  std::size_t filled = 0;
  for (;;) {
    if (filled == content.size()) content.resize(content.size() + 65536);
    const ssize_t got = ::read(file.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(Error::Kind::invalid_argument, "read", path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

Result<void> write_file(const std::filesystem::path& link, std::string_view content, bool durable) {
  struct stat info {};
  const bool exists = ::stat(link.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) return refuse(fmt::format("'{}' is a folder, a file is needed", link.string()));
  if (exists && (!S_ISREG(info.st_mode) || is_open_already(link.native()))) {  // cannot be replaced by another file
    const Descriptor device(::open(link.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    if (device.get() < 0) return system_error(Error::Kind::unavailable, "write", link);
    return write_all(device.get(), content, link);
  }
  std::error_code none;
  const std::filesystem::path target = std::filesystem::canonical(link, none);
  const std::filesystem::path& path = none ? link : target;
  const std::filesystem::path temporary = path.string() + fmt::format(".tmp{}", ::getpid());
  const auto abandon = [&](std::unexpected<Error> error) -> Result<void> {
    ::unlink(temporary.c_str());
    return error;
  };
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.get() < 0) return system_error(Error::Kind::unavailable, "write", path);
    if (auto written = write_all(file.get(), content, path); !written)
      return abandon(std::unexpected(std::move(written).error()));
    if (durable && ::fsync(file.get()) != 0) return abandon(system_error(Error::Kind::unavailable, "sync", path));
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return abandon(system_error(Error::Kind::unavailable, "rename to", path));
  if (durable) {
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || ::fsync(directory.get()) != 0)
      return system_error(Error::Kind::unavailable, "sync", folder);
  }
  return {};
}

void remove_abandoned(const std::filesystem::path& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    const std::size_t mark = name.rfind(".tmp");
    if (mark == std::string::npos) continue;
    const auto process = parse_integer(std::string_view(name).substr(mark + 4));
    if (!process || *process <= 0 || *process > std::numeric_limits<pid_t>::max()) continue;
    std::error_code ignored;
    if (::kill(static_cast<pid_t>(*process), 0) != 0 && errno == ESRCH) std::filesystem::remove(at->path(), ignored);
  }
}

Result<void> make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    return fail(Error::Kind::unavailable, fmt::format("cannot create '{}': {}", path.string(), error.message()));
  return {};
}

std::string network_file_system(const std::filesystem::path& path) {
  struct statfs info {};
  if (::statfs(path.c_str(), &info) != 0) return "";
  switch (static_cast<unsigned long>(info.f_type)) {  // numbers from linux/magic.h and statfs(2)
    case 0x6969:
      return "nfs";
    case 0xFF534D42:
      return "cifs";
    case 0xFE534D42:
      return "smb2";
    case 0x517B:
      return "smb";
    case 0x01021997:
      return "9p";
    case 0x0BD00BD0:
      return "lustre";
    case 0x47504653:
      return "gpfs";
    case 0x5346414F:
      return "afs";
    case 0x00C36400:
      return "ceph";
    default:
      return "";
  }
}

std::uint64_t hash64(std::string_view content) {
  return XXH3_64bits(content.data(), content.size());
}

std::string hash_text(std::string_view content) {
  return fmt::format("{:016x}", hash64(content));
}

}  // namespace hone

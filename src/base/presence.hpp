/// Which processes are at work in a folder: a mark that others see until its process ends, however it ends.
#pragma once
#include <filesystem>
#include <utility>

#include "base/result.hpp"

namespace hone {

/// A record lock (fcntl) on the file "in-use" of the folder: the kernel takes it back when the process dies, and names
/// the holder. At most one object per folder and process: closing any descriptor of the file drops the lock.
class Presence {
 public:
  Presence() = default;
  Presence(Presence&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Presence& operator=(Presence&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~Presence();

  /// Any number of processes may be present; the folder must exist. Errors: `conflict` while one has it alone, naming
  /// it; `unavailable`.
  static Result<Presence> enter(const std::filesystem::path& folder);
  /// No other process is present, and none comes. Without the folder nobody can be. Errors: `conflict` naming one that
  /// is present; `unavailable`.
  static Result<Presence> enter_alone(const std::filesystem::path& folder);

 private:
  explicit Presence(int file) : file_(file) {}
  static Result<Presence> lock(const std::filesystem::path& folder, short kind);

  int file_ = -1;
};

}  // namespace hone

/// The keeper's side of base/process.hpp: what happens in the forked process.
#pragma once
#include <cstdint>

namespace hone {

/// hone tells the keeper one byte at a time; the end of the connection means `kill`.
enum class KeeperOrder : char { terminate = 't', kill = 'k' };

/// The keeper's only message, sent when every process of the program has ended.
struct KeeperReport {
  int start_error = 0;
  int status = 0;  ///< of the program, as waitpid gives it
  double cpu_seconds = 0;
  std::int64_t peak_bytes = 0;
  std::int64_t swept = 0;
};

/// What the keeper needs, prepared before the fork: after it nothing may be allocated.
struct KeeperTask {
  const char* program = nullptr;
  char* const* words = nullptr;        ///< null at the end
  char* const* environment = nullptr;  ///< null at the end
  const char* folder = nullptr;        ///< null: the current one
  int out = -1, err = -1;              ///< where its output goes
  int control = -1;                    ///< to hone, SOCK_SEQPACKET
};

/// Runs the program to its end. Does not return.
[[noreturn]] void keep_program(const KeeperTask& task);

}  // namespace hone

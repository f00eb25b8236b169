/// Running other programs: started, heard, ended with everything they started themselves.
///
/// Between hone and a program stands a keeper, a fork of hone that does nothing else: the program and whatever it
/// starts are its descendants, and those whose parent ends become its children (PR_SET_CHILD_SUBREAPER), however they
/// were started (setsid, double fork). When the program has ended, or hone has, killed by SIGKILL too, the keeper kills
/// what is left and ends. If the keeper itself is killed, the program goes with it (PR_SET_PDEATHSIG), and
/// `kill_processes_with` finds the rest by its environment.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hone {

/// A program to be started.
struct ProgramStart {
  std::filesystem::path program;         ///< the file; see `find_program`
  std::vector<std::string> words;        ///< its arguments, the program's name first
  std::vector<std::string> environment;  ///< all of it: "NAME=VALUE"
  std::filesystem::path folder;          ///< where it runs; "" is the current one
};

/// How it ended, and what it took with everything it started.
struct ProgramEnd {
  int start_error = 0;           ///< errno if it could not be started
  bool lost = false;             ///< the keeper was killed: nothing else is known
  std::optional<int> exit_code;  ///< if it ended by itself
  int signal = 0;                ///< else what killed it
  double cpu_seconds = 0;        ///< user and system
  std::int64_t peak_bytes = 0;   ///< resident memory of its largest process; 0: less than hone's own
  std::int64_t swept = 0;        ///< processes that it left running, and that were killed
};

enum class OutputStream { out, err };
using OutputSink = std::function<void(OutputStream, std::string_view)>;

/// A program at work. Its end is the end of all its descendants: the destructor kills what is left.
class RunningProgram {
 public:
  virtual ~RunningProgram() = default;
  /// Waits at most `seconds` for output, which goes to `sink` in pieces, or for the end. Once it has ended and all
  /// output was given: how. Not to be called again then.
  virtual std::optional<ProgramEnd> wait(double seconds, const OutputSink& sink) = 0;
  /// SIGTERM to its process group; whoever has left the group is killed when the group has ended.
  virtual void terminate() = 0;
  /// SIGKILL to all of it.
  virtual void kill() = 0;
  /// Bytes of memory that all its processes take now; with each shared page divided by its users if `exact`.
  virtual std::int64_t memory_bytes(bool exact) = 0;
};

/// Where programs are started; another one in simulations.
class ProgramStarter {
 public:
  virtual ~ProgramStarter() = default;
  /// It has a session and a process group of its own, /dev/null as input, default signal handling, and no descriptor of
  /// ours. Errors: `unavailable` (no processes or descriptors are left); a program that cannot be started is an end.
  virtual Result<std::unique_ptr<RunningProgram>> start(const ProgramStart& what) = 0;
};

/// Real processes. Thread safe.
ProgramStarter& system_programs();

/// The file that `word` names as a shell would find it: along `path` (as in $PATH), or if there is a '/' in it from
/// `folder`. Errors: `not_found`; a folder, a file that is not executable.
Result<std::filesystem::path> find_program(const std::string& word, std::string_view path,
                                           const std::filesystem::path& folder);

/// "SIGSEGV (segmentation fault)".
std::string signal_text(int signal);

}  // namespace hone

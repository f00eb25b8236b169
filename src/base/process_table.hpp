/// The processes of this machine, as /proc shows them: who started whom, and how much memory they take.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hone {

/// From /proc/PID/stat.
struct ProcessStatus {
  pid_t process = 0, parent = 0, group = 0;
  char state = '?';             ///< 'Z': ended, but its parent has not looked yet
  std::int64_t start = 0;       ///< clock ticks since boot (field 22): with the id it names a process for good
  std::int64_t page_count = 0;  ///< resident
};

/// Nothing if there is no such process, or /proc hides it. Allocates nothing: safe after a fork of a process with
/// threads.
std::optional<ProcessStatus> process_status(pid_t process);

/// Calls `visit(status, context)` for every process that is seen. Allocates nothing. Cost: some 10 us per process.
void visit_processes(void (*visit)(const ProcessStatus& status, void* context), void* context);

/// `root`'s children, their children, and so on; without `root`.
std::vector<ProcessStatus> descendants_of(pid_t root);

/// Bytes of memory that these take together: resident, shared pages (libraries, files) counted once.
std::int64_t resident_bytes(std::span<const ProcessStatus> processes);
/// The same with every shared page divided among those that share it, copies of a forked parent too. Slow: the kernel
/// walks all pages.
std::int64_t proportional_bytes(std::span<const ProcessStatus> processes);

/// Kills every process whose environment holds all of `entries` ("NAME=VALUE"), this one apart. Returns how many.
std::int64_t kill_processes_with(std::span<const std::string> entries);
/// The values of the variable `name` in the environments of other processes, each once.
std::vector<std::string> values_in_environments(const std::string& name);

}  // namespace hone

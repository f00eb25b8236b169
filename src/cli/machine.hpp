/// What this machine offers: read from /proc and /sys, or measured. For `hone doctor`.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace hone {

std::string processor_name();
/// "avx2 fma avx512f ...": of the instruction sets that the kernels know.
std::string processor_features();
/// Processors this process may use: affinity, and the quota of its control group, rounded up.
std::size_t usable_cores();

struct Memory {
  double total_bytes = 0, available_bytes = 0;
};
/// The machine's, or less if a control group limits it.
Memory memory();

/// Seconds that writing 4 KiB and waiting for the disk takes in `folder`: the median of `rounds`. Errors: the folder
/// does not exist or cannot be written to.
Result<double> sync_seconds(const std::filesystem::path& folder, int rounds = 15);

}  // namespace hone

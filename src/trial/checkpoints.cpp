/// The names of checkpoint files and the housekeeping around them (declared in trial/runner.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <vector>

#include "base/text.hpp"
#include "trial/runner.hpp"

namespace hone {
namespace {

/// The step in a name that `checkpoint_file` made for `trial`, or -1.
std::int64_t step_of(const std::string& name, std::int64_t trial) {
  const std::string prefix = fmt::format("trial-{}-step-", trial);
  constexpr std::string_view suffix = ".checkpoint";
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return -1;
  return parse_integer(std::string_view(name).substr(prefix.size(), name.size() - prefix.size() - suffix.size()))
      .value_or(-1);
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    files.push_back(at->path());
  return files;
}

constexpr std::string_view run_prefix = "run-";

}  // namespace

std::filesystem::path run_folder(const std::filesystem::path& folder, std::int64_t run) {
  return run == 0 ? folder : folder / fmt::format("{}{}", run_prefix, run);
}

std::filesystem::path checkpoint_file(const std::filesystem::path& folder, std::int64_t trial, std::int64_t step) {
  return folder / fmt::format("trial-{}-step-{}.checkpoint", trial, step);
}

std::filesystem::path program_folder(const std::filesystem::path& folder, std::int64_t trial) {
  return folder / fmt::format("trial-{}", trial);
}

std::int64_t latest_checkpoint(const std::filesystem::path& folder, std::int64_t trial, std::int64_t at_most) {
  if (at_most > 0 && !folder.empty() && !files_in(program_folder(folder, trial)).empty()) return at_most;
  std::int64_t latest = 0;
  for (const auto& file : files_in(folder)) {
    const std::int64_t step = step_of(file.filename().string(), trial);
    if (step <= at_most) latest = std::max(latest, step);
  }
  return latest;
}

void remove_checkpoints(const std::filesystem::path& folder, std::int64_t trial, std::int64_t keep) {
  if (folder.empty()) return;
  std::error_code ignored;  // a file that stays costs disk, not correctness
  if (keep == 0) std::filesystem::remove_all(program_folder(folder, trial), ignored);
  for (const auto& file : files_in(folder)) {
    const std::int64_t step = step_of(file.filename().string(), trial);
    if (step >= 0 && (keep == 0 || step != keep)) std::filesystem::remove(file, ignored);
    if (keep == 0 && file.filename().string().starts_with(run_prefix)) remove_checkpoints(file, trial, 0);
  }
}

}  // namespace hone

/// Trials that are paused and stay in memory, up to a limit; beyond it the one that was paused first goes to its
/// folder.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <list>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "nn/train_state.hpp"
#include "runners/network_checkpoint.hpp"

namespace hone {

/// A run between two rungs.
struct PausedTrial {
  std::int64_t trial = 0, step = 0;
  std::uint64_t key = 0;  ///< as of write_checkpoint()
  RunProgress progress;
  TrainState state;
  double due_seconds = 0;             ///< of training, until the run is to be saved to its folder anyway (SaveRhythm)
  std::filesystem::path checkpoints;  ///< its folder; "": there is none, and beyond the limit it is lost
};

/// 256 MiB: a few hundred trials of the default space on a table (around 1 MB each), more than wait for a promotion at
/// once, and less than one worker may take for its training.
constexpr std::size_t paused_bytes_max = std::size_t{256} << 20;

/// Thread safe. What is lost (by a kill, or for want of a folder) costs training, never a result: the trial starts
/// anew, or from its last file, and gives the same bits.
class PausedTrials {
 public:
  explicit PausedTrials(std::size_t bytes_max = paused_bytes_max) : bytes_max_(bytes_max) {}

  /// Takes over a pause. Beyond the limit the oldest are written to their folders, which is waited for. Errors: of
  /// writing, and then that trial is lost.
  Result<void> put(PausedTrial paused);
  /// Hands out the state of `trial`; nothing if it is not here or belongs to another key. One that is just being
  /// written is waited for, so that after "nothing" its file is there.
  std::optional<PausedTrial> take(std::int64_t trial, std::uint64_t key);
  /// The state of `trial`, if there is one here, is not wanted any more.
  void forget(std::int64_t trial);
  /// Writes those of `trials` that are here to their folders and forgets all: when a process ends.
  Result<void> save(std::span<const std::int64_t> trials);

  std::size_t bytes() const;  ///< of all that are in memory

 private:
  using Entries = std::list<PausedTrial>;
  bool is_being_written(std::int64_t trial) const;
  void drop(std::int64_t trial);
  /// The oldest ones that are too many, marked as being written.
  Entries too_many();

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable written_;
  Entries entries_;  ///< the oldest first
  std::size_t bytes_ = 0;
  std::vector<std::int64_t> being_written_;
};

}  // namespace hone

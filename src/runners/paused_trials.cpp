#include "runners/paused_trials.hpp"

#include <algorithm>

#include "trial/runner.hpp"

namespace hone {
namespace {

Result<void> write(const PausedTrial& paused) {
  if (paused.checkpoints.empty()) return {};
  HONE_TRY_VOID(write_checkpoint(checkpoint_file(paused.checkpoints, paused.trial, paused.step), paused.key,
                                 paused.progress, paused.state));
  remove_checkpoints(paused.checkpoints, paused.trial, paused.step);
  return {};
}

}  // namespace

void PausedTrials::forget(std::int64_t trial) {
  const std::scoped_lock lock(mutex_);
  drop(trial);
}

Result<void> PausedTrials::put(PausedTrial paused) {
  Entries new_one;  // its memory is taken before the lock
  new_one.push_back(std::move(paused));
  Entries spilled;
  {
    const std::scoped_lock lock(mutex_);
    drop(new_one.front().trial);  // another process may have gone on from there
    bytes_ += new_one.front().state.bytes();
    entries_.splice(entries_.end(), new_one);
    spilled = too_many();
  }
  Result<void> result;
  for (const PausedTrial& one : spilled) {
    auto written = write(one);
    if (!written && result) result = std::move(written);
    {
      const std::scoped_lock lock(mutex_);
      being_written_.erase(std::ranges::find(being_written_, one.trial));
    }
    written_.notify_all();
  }
  return result;
}

void PausedTrials::drop(std::int64_t trial) {
  const auto at = std::ranges::find(entries_, trial, &PausedTrial::trial);
  if (at == entries_.end()) return;
  bytes_ -= at->state.bytes();
  entries_.erase(at);
}

PausedTrials::Entries PausedTrials::too_many() {
  Entries spilled;
  while (bytes_ > bytes_max_) {
    being_written_.push_back(entries_.front().trial);
    bytes_ -= entries_.front().state.bytes();
    spilled.splice(spilled.end(), entries_, entries_.begin());
  }
  return spilled;
}

bool PausedTrials::is_being_written(std::int64_t trial) const {
  return std::ranges::find(being_written_, trial) != being_written_.end();
}

std::optional<PausedTrial> PausedTrials::take(std::int64_t trial, std::uint64_t key) {
  std::unique_lock lock(mutex_);
  written_.wait(lock, [&] { return !is_being_written(trial); });
  const auto at = std::ranges::find_if(
      entries_, [&](const PausedTrial& paused) { return paused.trial == trial && paused.key == key; });
  if (at == entries_.end()) return std::nullopt;
  bytes_ -= at->state.bytes();
  std::optional<PausedTrial> taken(std::move(*at));
  entries_.erase(at);
  return taken;
}

Result<void> PausedTrials::save(std::span<const std::int64_t> trials) {
  Entries all;
  {
    const std::scoped_lock lock(mutex_);
    all.swap(entries_);
    bytes_ = 0;
  }
  Result<void> result;
  for (const PausedTrial& one : all) {
    if (std::ranges::find(trials, one.trial) == trials.end()) continue;
    if (auto written = write(one); !written && result) result = std::move(written);
  }
  return result;
}

std::size_t PausedTrials::bytes() const {
  const std::scoped_lock lock(mutex_);
  return bytes_;
}

}  // namespace hone

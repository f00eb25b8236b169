#include "engine/membership.hpp"

#include <algorithm>

namespace hone {

Result<void> Membership::join() {
  if (last_beat_) return {};
  return beat(clock_.monotonic_seconds());
}

Result<void> Membership::beat(double now) {
  // A process that was stopped for an hour has not worked for an hour.
  const double worked =
      last_beat_ && options_.counts_time ? std::clamp(now - *last_beat_, 0.0, 4 * options_.beat_seconds) : 0.0;
  HONE_TRY(used_seconds_, store_.beat(study_, owner_, worked));
  last_beat_ = now;
  return {};
}

Result<bool> Membership::tick() {
  const double now = clock_.monotonic_seconds();
  if (last_beat_ && now - *last_beat_ < options_.beat_seconds) return false;
  HONE_TRY_VOID(beat(now));
  HONE_TRY(const std::vector<WorkerRecord> workers, store_.workers(study_));
  const double since_last_look = last_look_ ? std::min(now - *last_look_, 2 * options_.beat_seconds) : 0;
  last_look_ = now;
  const std::vector<WorkerRecord> silent = silent_of(workers, since_last_look);
  const bool any_dead = std::ranges::any_of(
      workers, [&](const WorkerRecord& worker) { return worker.owner != owner_ && !worker.owner.may_be_alive(); });
  if (silent.empty() && !any_dead) return false;
  HONE_TRY(const auto back, store_.reclaim(study_, options_.retries, silent));
  return !back.empty();
}

std::vector<WorkerRecord> Membership::silent_of(const std::vector<WorkerRecord>& workers, double since_last_look) {
  std::vector<WorkerRecord> silent;
  std::map<Owner, Watched> watched;
  for (const WorkerRecord& worker : workers) {
    if (worker.owner == owner_ || worker.owner.same_host()) continue;
    const auto before = watched_.find(worker.owner);
    Watched& now = watched[worker.owner];
    now.beats = worker.beats;
    if (before != watched_.end() && before->second.beats == worker.beats)
      now.silent_seconds = before->second.silent_seconds + since_last_look;
    if (now.silent_seconds >= options_.silent_seconds) silent.push_back(worker);
  }
  watched_ = std::move(watched);
  return silent;
}

Result<void> Membership::leave() {
  if (!last_beat_) return {};
  HONE_TRY_VOID(beat(clock_.monotonic_seconds()));  // the time since the last one counts
  HONE_TRY_VOID(store_.leave(study_, owner_));
  last_beat_.reset();
  return {};
}

double Membership::used_seconds() const {
  if (!last_beat_) return used_seconds_;
  return used_seconds_ + std::clamp(clock_.monotonic_seconds() - *last_beat_, 0.0, 4 * options_.beat_seconds);
}

}  // namespace hone

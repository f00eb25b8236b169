#include "storage/memory_workers.hpp"

#include "base/clock.hpp"
#include "storage/store_rules.hpp"

namespace hone {

double MemoryWorkers::beat(const Owner& owner, double seconds, double used) {
  const std::int64_t now = system_clock().unix_ms();
  const double more = unaccounted_seconds(seconds, now, last_seen_ms_);
  const auto [at, is_new] = workers_.try_emplace(owner, Kept{{owner, 0, now, now}});
  Kept& worker = at->second;
  ++worker.record.beats;
  worker.is_gone = false;
  worker.record.seen_ms = last_seen_ms_ = now;
  return used + more;
}

void MemoryWorkers::leave(const Owner& owner) {
  if (const auto found = workers_.find(owner); found != workers_.end()) found->second.is_gone = true;
}

std::vector<WorkerRecord> MemoryWorkers::list() const {
  std::vector<WorkerRecord> all;
  for (const auto& [owner, worker] : workers_)
    if (!worker.is_gone) all.push_back(worker.record);
  return all;
}

std::vector<Owner> MemoryWorkers::give_up(std::span<const WorkerRecord> silent) {
  std::vector<Owner> given_up;
  for (auto& [owner, worker] : workers_) {
    if (worker.is_gone || (owner.may_be_alive() && !is_still_silent(worker.record, silent))) continue;
    worker.is_gone = true;
    given_up.push_back(owner);
  }
  return given_up;
}

}  // namespace hone

/// The workers of a study in memory, with their leases.
#pragma once
#include <map>
#include <span>
#include <vector>

#include "storage/store.hpp"

namespace hone {

class MemoryWorkers {
 public:
  /// As Store::beat; `used` is the study's used time so far. Returns what it is now.
  double beat(const Owner& owner, double seconds, double used);
  void leave(const Owner& owner);
  std::vector<WorkerRecord> list() const;
  /// Removes those that are certainly dead or still silent, and returns them.
  std::vector<Owner> give_up(std::span<const WorkerRecord> silent);

 private:
  struct Kept {
    WorkerRecord record;
    bool is_gone = false;  ///< who comes back goes on counting: an old look at it must not fit again
  };
  std::map<Owner, Kept> workers_;
  std::int64_t last_seen_ms_ = 0;
};

}  // namespace hone

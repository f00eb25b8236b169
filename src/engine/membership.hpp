/// A process's part in a study: it says that it is there, and takes back the trials of those that are not.
///
/// A worker on this machine is judged by its process. One elsewhere is judged by its beats, over a clock of our own:
/// only time between two looks that both succeeded counts, and never more than twice the usual time between them, so
/// neither a clock that jumps, nor a store that was away, nor our own suspension takes anybody's trials.
#pragma once
#include <map>
#include <optional>

#include "base/clock.hpp"
#include "storage/store.hpp"

namespace hone {

struct MembershipOptions {
  double beat_seconds = 5;     ///< between two beats
  double silent_seconds = 60;  ///< so long without a beat, and a worker elsewhere is given up
  std::int64_t retries = 1;    ///< how often a trial of a lost worker is started again
  bool counts_time = true;     ///< false: somebody else accounts for the study's used time
};

/// Not thread safe.
class Membership {
 public:
  /// `store` and `clock` must outlive it.
  Membership(Store& store, StudyId study, Owner owner, MembershipOptions options, const Clock& clock)
      : store_(store), study_(study), owner_(std::move(owner)), options_(options), clock_(clock) {}

  /// Joins, beats if it is time to, and looks at the others. Call it every second or so; between beats it costs
  /// nothing. True if trials came back. Errors: of the store; the next call tries again.
  Result<bool> tick();
  /// Joins if it has not, at once.
  Result<void> join();
  /// Gives up the lease: the process holds nothing any more. The next tick would join again.
  Result<void> leave();
  /// Seconds that the study has been worked on, by anybody, ours up to now included.
  double used_seconds() const;

 private:
  struct Watched {
    std::int64_t beats = 0;
    double silent_seconds = 0;
  };
  Result<void> beat(double now);
  /// Those that have been silent for too long, by our own clock.
  std::vector<WorkerRecord> silent_of(const std::vector<WorkerRecord>& workers, double since_last_look);

  Store& store_;
  StudyId study_;
  Owner owner_;
  MembershipOptions options_;
  const Clock& clock_;
  std::optional<double> last_beat_, last_look_;  // monotonic
  double used_seconds_ = 0;                      // at the last beat
  std::map<Owner, Watched> watched_;
};

}  // namespace hone

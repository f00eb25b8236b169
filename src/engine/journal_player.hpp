/// Plays a study's journal line by line: what every trial was after each of them.
#pragma once
#include <vector>

#include "base/result.hpp"
#include "storage/store.hpp"

namespace hone {

class JournalPlayer {
 public:
  /// `objectives`: how many values a complete trial has. `axes`: coordinates of a point.
  JournalPlayer(std::size_t objectives, std::size_t axes) : objectives_(objectives), axes_(axes) {}

  /// Applies the next line. `proposed` (null for lines of the study as a whole) has what the journal does not: where
  /// the trial came from, its point, its configuration; and the revision at which it finished, which tells a lost trial
  /// that failed from one that waits again. Returns the trial that changed, or null. O(reports of the trial).
  /// Errors: `corrupt` saying why such a line cannot stand here; nothing was applied then.
  Result<const TrialRecord*> play(const Event& line, const TrialRecord* proposed);

  const std::vector<TrialRecord>& trials() const { return trials_; }
  Revision revision() const { return revision_; }

 private:
  Result<void> asked(const Event& line, const TrialRecord& proposed);
  Result<void> change(TrialRecord& trial, const Event& line, const TrialRecord& proposed);

  std::size_t objectives_, axes_;
  std::vector<TrialRecord> trials_;
  Revision revision_ = 0;
};

/// Does the line change a trial?
bool is_trial_line(const Event& line);

}  // namespace hone

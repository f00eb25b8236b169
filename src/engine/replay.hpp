/// Replay: a study's suggestions and decisions derived once more from its journal, the stored points hidden.
///
/// The journal says in which order everything happened, and from which prefix of the study each trial was proposed and
/// each decision made. Replay plays it from the first line: a trial's point is derived from the points derived before
/// it, and only then compared with the stored one. Equal binaries must give equal bits, however many workers there
/// were. Before that the journal and the tables must agree with each other: a value that was changed later is found
/// there, at its own trial.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/store.hpp"

namespace hone {

/// All that a replay needs of a study, as of one moment.
struct ReplayInput {
  StudyRecord record;
  std::shared_ptr<const Space> space;  ///< without parameters: an open study
  std::vector<Event> journal;
  std::vector<TrialRecord> trials;
  std::vector<Provenance> provenance;  ///< one per trial
};
/// Errors: of the store; `corrupt` for a stored study file that cannot be read.
Result<ReplayInput> read_replay_input(Store& store, const StudyRecord& record);

struct ReplayDifference {
  std::int64_t trial = -1;  ///< -1: the study as a whole
  Revision revision = 0;    ///< of the journal's line; 0: of none
  std::string what;
};

struct ReplayOutcome {
  std::int64_t suggestions = 0;  ///< derived again, and those of them that somebody gave values for
  std::int64_t given = 0;
  std::int64_t imported = 0;                  ///< trials that came from elsewhere: nothing to derive
  std::int64_t decisions = 0;                 ///< to go on, pause, stop, resume
  std::vector<ReplayDifference> differences;  ///< in order of the journal; of contradictions nothing more is derived
  /// Trials proposed by another binary or other kernels: not comparable. What is different about them is counted apart.
  std::int64_t foreign = 0, foreign_differences = 0;
  std::string foreign_id;           ///< what the first of those was proposed by
  bool contradicts_itself = false;  ///< journal and tables do not agree: nothing was derived
};

struct ReplayOptions {
  std::vector<std::string> kernel_ids;  ///< what this binary records with its trials
  /// Called after every trial derived; false: stop here.
  std::function<bool(std::int64_t derived, std::int64_t of)> progress = {};
};

/// Cost: that of the study's asks and decisions, without its runs. Errors: `interrupted` when `progress` says so;
/// `invalid_argument` for options in the journal that this binary does not know.
Result<ReplayOutcome> replay(const ReplayInput& input, const ReplayOptions& options);

}  // namespace hone

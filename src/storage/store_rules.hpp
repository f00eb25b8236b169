/// What every store must refuse, answer and write in the same words, whatever it keeps its studies in.
#pragma once
#include "space/study_file.hpp"
#include "storage/store.hpp"

namespace hone {

/// Names are 1 to 200 printable characters; one metric per direction, each direction "minimize" or "maximize".
Result<void> check_study(const StudyRecord& record);
Result<void> check_new_trial(const NewTrial& trial);
Result<void> check_report(std::int64_t step);
/// How many values were reported: one per objective.
Result<void> check_reported(std::size_t values, std::size_t objectives);
/// A journal line that is not a verb's: those are the stores' own to write.
Result<void> check_event(const Event& event);
/// Running times are finite and not negative.
Result<void> check_seconds(double seconds);
/// Costs are from 0 to `cost_max`.
Result<void> check_cost(double cost);
/// A finished state; when complete, `objectives` finite values.
Result<void> check_outcome(const Outcome& outcome, std::size_t objectives);

/// What can be said of imported trials without the study's own.
Result<void> check_imported(std::span<const ImportedTrial> trials, std::size_t objectives);

/// Is this the tell that finished the trial? Bits are compared; the running time is not part of an outcome, and values
/// count only when complete.
bool same_outcome(const TrialRecord& trial, const Outcome& outcome);

/// That of the best complete trial of a study with one objective, as `best_first` ranks them.
std::optional<double> best_value(const StudyRecord& record, std::span<const TrialRecord> trials);

/// What to add to a study's used time when a worker has worked for `seconds`: no more than has passed since anybody was
/// seen (`last_seen_ms`, the latest of all workers), so that two at once do not count twice. Clocks may jump.
double unaccounted_seconds(double seconds, std::int64_t now_ms, std::int64_t last_seen_ms);
/// The attribute that keeps it.
inline constexpr std::string_view seconds_used_key = "seconds_used";
/// Its value. Errors: `corrupt`.
Result<double> read_seconds_used(std::string_view text);
/// The attribute that keeps what all trials have cost together, and its value; 0 before the first. Errors: `corrupt`.
inline constexpr std::string_view cost_used_key = "cost_used";
Result<double> read_cost_used(std::string_view text);
/// Sums of decimal fractions fall short by their rounding: ten times 0.1 has cost 1.
inline constexpr double cost_slack = 1e-9;
inline bool is_cost_spent(double used, double budget) {
  return used >= budget * (1 - cost_slack);
}
/// Is `worker` as `silent` saw it, with no beat since?
bool is_still_silent(const WorkerRecord& worker, std::span<const WorkerRecord> silent);
/// Whose trials go back: `working` are the workers that were there before `given_up` went.
bool has_lost_its_trials(const Owner& owner, std::span<const WorkerRecord> working, std::span<const Owner> given_up);

/// Unique among the claims of a trial: every claim counts `attempt` up.
std::string claim_token(const Owner& owner, std::int64_t attempt);
/// Where a trial goes whose owner died for the `losses`-th time: back to waiting, or to failed.
TrialState state_after_loss(std::int64_t losses, std::int64_t retries);
std::string loss_reason(std::int64_t losses, std::int64_t retries);

// Refusals.
std::unexpected<Error> no_study(StudyId study);
std::unexpected<Error> no_trial(std::int64_t number);
std::unexpected<Error> name_taken(std::string_view name);
std::unexpected<Error> not_next(std::int64_t number, std::int64_t next);
std::unexpected<Error> cost_spent(double budget);
/// `verb`: "claimed", "pruned".
std::unexpected<Error> wrong_state(std::int64_t number, TrialState state, std::string_view verb);
/// For a verb of the holder: the trial is in another state, or somebody else holds it.
std::unexpected<Error> not_holder(std::int64_t number, TrialState state);
std::unexpected<Error> other_outcome(std::int64_t number, TrialState state);

}  // namespace hone

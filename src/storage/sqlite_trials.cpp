/// The verbs on trials. Each is one transaction: look, refuse or write, commit.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "storage/journal_text.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/sqlite_values.hpp"

namespace hone {

Result<SqliteStore::Standing> SqliteStore::standing(StudyId study, std::int64_t number) {
  SqliteRows rows = select_standing_.query(study, number);
  HONE_TRY(const bool found, rows.next());
  if (!found) {
    HONE_TRY_VOID(revision_of(study));
    return no_trial(number);
  }
  HONE_TRY(const TrialState state, state_from(rows.text(0)));
  return Standing{state, std::string(rows.text(1)), rows.integer(2), rows.integer(3), rows.integer(4)};
}

Result<SqliteStore::Standing> SqliteStore::require_holder(StudyId study, const Claim& claim) {
  HONE_TRY(Standing now, standing(study, claim.trial));
  if (now.state != TrialState::running || now.token != claim.token) return not_holder(claim.trial, now.state);
  return now;
}

Result<Revision> SqliteStore::require_next(StudyId study, std::int64_t number) {
  SqliteRows rows = next_number_.query(study);
  HONE_TRY(const bool found, rows.next());
  if (!found) return no_study(study);
  if (const std::int64_t next = rows.integer(0); next != number) return not_next(number, next);
  return rows.integer(1);
}

Result<Claim> SqliteStore::create_trial(StudyId study, const NewTrial& trial, const Owner& owner) {
  HONE_TRY_VOID(check_new_trial(trial));
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(Commit::relaxed));
  HONE_TRY(const Revision before, require_next(study, trial.number));
  if (trial.cost_budget) {
    HONE_TRY(const double used, stored_cost(study));
    if (is_cost_spent(used, *trial.cost_budget)) return cost_spent(*trial.cost_budget);
  }
  HONE_TRY(Claim claim, write_trial(study, before, trial, trial.configuration, owner));
  HONE_TRY_VOID(transaction.commit());
  return claim;
}

Result<Claim> SqliteStore::write_trial(StudyId study, Revision before, const NewTrial& trial,
                                       const Configuration& configuration, const Owner& owner) {
  HONE_TRY(const Revision revision,
           change(study, before, "asked", trial.number, trial.until_step, asked_detail(trial)));
  Claim claim{trial.number, claim_token(owner, 1), revision, system_clock().unix_ms()};
  HONE_TRY_VOID(new_trial_.run(study, trial.number, origin_name(trial.origin), trial.arm, trial.why, trial.attempt,
                               trial.seen, revision, trial.until_step, trial.started_ms.value_or(claim.at_ms),
                               trial.options_hash, trial.kernel_id, point_text(trial.point), configuration.json()));
  HONE_TRY_VOID(new_run_.run(study, trial.number, 1, claim.token, owner.host, owner.boot_id, owner.process,
                             owner.process_start, seed_text(trial.run_seed)));
  return claim;
}

Result<Claim> SqliteStore::claim_trial(StudyId study, std::int64_t number, std::int64_t until_step,
                                       const Owner& owner) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(Commit::relaxed));
  HONE_TRY(const Standing before, standing(study, number));
  if (before.state != TrialState::waiting && before.state != TrialState::paused)
    return wrong_state(number, before.state, "claimed");
  const std::string_view kind = before.state == TrialState::paused ? "resumed" : "claimed";
  HONE_TRY(const Revision revision, change(study, before.revision, kind, number, until_step, owner.text()));
  const std::int64_t attempt = before.attempt + 1;
  Claim claim{number, claim_token(owner, attempt), revision, system_clock().unix_ms()};
  HONE_TRY_VOID(give_trial_.run_on_one_row(study, number, until_step));
  HONE_TRY_VOID(give_run_.run_on_one_row(study, number, attempt, claim.token, owner.host, owner.boot_id, owner.process,
                                         owner.process_start));
  HONE_TRY_VOID(transaction.commit());
  return claim;
}

Result<Revision> SqliteStore::configure(StudyId study, const Claim& claim, const Configuration& configuration,
                                        std::string_view domain) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(Commit::relaxed));
  HONE_TRY(const Standing before, require_holder(study, claim));
  HONE_TRY(const Revision revision, write_configuration(study, before.revision, claim.trial, configuration, domain));
  HONE_TRY_VOID(transaction.commit());
  return revision;
}

Result<Revision> SqliteStore::write_configuration(StudyId study, Revision before, std::int64_t trial,
                                                  const Configuration& configuration, std::string_view domain) {
  HONE_TRY(const Revision revision, change(study, before, "configured", trial, 0, domain));
  HONE_TRY_VOID(configure_.run_on_one_row(study, trial, configuration.json()));
  return revision;
}

Result<Revision> SqliteStore::report(StudyId study, const Claim& claim, std::int64_t step,
                                     std::span<const double> values) {
  HONE_TRY_VOID(check_report(step));
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(Commit::relaxed));
  HONE_TRY(const Standing before, require_holder(study, claim));
  HONE_TRY(const std::size_t objectives, checked_objectives(study, before.objectives));
  HONE_TRY_VOID(check_reported(values.size(), objectives));
  HONE_TRY(const Revision revision, write_report(study, before.revision, claim.trial, step, values));
  HONE_TRY_VOID(transaction.commit());
  return revision;
}

Result<Revision> SqliteStore::write_report(StudyId study, Revision before, std::int64_t trial, std::int64_t step,
                                           std::span<const double> values) {
  HONE_TRY(const Revision revision, change(study, before, "reported", trial, step, reported_detail(values)));
  HONE_TRY_VOID(put_report_.run(study, trial, step, plain_value(values[0]), special_name(values[0])));
  for (std::size_t m = 1; m < values.size(); ++m)
    HONE_TRY_VOID(put_further_value_.run(study, trial, step, m, plain_value(values[m]), special_name(values[m])));
  return revision;
}

Result<double> SqliteStore::stored_cost(StudyId study) {
  SqliteRows rows = select_attribute_.query(study, cost_used_key);
  HONE_TRY(const bool found, rows.next());
  return found ? read_cost_used(rows.text(0)) : 0;
}

Result<Revision> SqliteStore::set_cost(StudyId study, const Claim& claim, double cost) {
  HONE_TRY_VOID(check_cost(cost));
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(Commit::relaxed));
  HONE_TRY(const Standing before, require_holder(study, claim));
  HONE_TRY(const Revision revision, write_cost(study, before.revision, claim.trial, cost));
  HONE_TRY_VOID(transaction.commit());
  return revision;
}

Result<Revision> SqliteStore::write_cost(StudyId study, Revision before, std::int64_t trial, double cost) {
  HONE_TRY(const double used, stored_cost(study));
  HONE_TRY(const Revision revision, change(study, before, "cost", trial, 0, cost_detail(cost)));
  double known = 0;
  {
    SqliteRows rows = select_cost_.query(study, trial);
    HONE_TRY(const bool found, rows.next());
    if (found) known = rows.real(0);
  }
  HONE_TRY_VOID(set_cost_.run_on_one_row(study, trial, std::max(known, cost)));
  HONE_TRY_VOID(put_attribute_.run(study, cost_used_key, number_text(used + std::max(0.0, cost - known))));
  return revision;
}

Result<Revision> SqliteStore::pause(StudyId study, const Claim& claim, std::int64_t step, double seconds) {
  return hand_back(study, claim, TrialState::paused, "paused", step, seconds);
}

Result<Revision> SqliteStore::release(StudyId study, const Claim& claim, double seconds) {
  return hand_back(study, claim, TrialState::waiting, "released", 0, seconds);
}

Result<Revision> SqliteStore::hand_back(StudyId study, const Claim& claim, TrialState to, std::string_view kind,
                                        std::int64_t step, double seconds) {
  HONE_TRY_VOID(check_seconds(seconds));
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(Commit::relaxed));
  HONE_TRY(const Standing before, require_holder(study, claim));
  HONE_TRY(const Revision revision, change(study, before.revision, kind, claim.trial, step, ""));
  HONE_TRY_VOID(take(study, claim.trial, to, seconds));
  HONE_TRY_VOID(transaction.commit());
  return revision;
}

Result<void> SqliteStore::take(StudyId study, std::int64_t number, TrialState to, double seconds) {
  HONE_CHECK(is_legal_move(TrialState::running, to), "a running trial may move there");
  HONE_TRY_VOID(take_run_.run_on_one_row(study, number, state_name(to)));
  return take_trial_.run_on_one_row(study, number, state_name(to), seconds);
}

Result<void> SqliteStore::finish(StudyId study, std::int64_t number, TrialState to, const char* told,
                                 std::string_view reason, double seconds, Revision revision) {
  HONE_CHECK(is_finished(to), "a trial ends in a finished state");
  HONE_TRY_VOID(finish_run_.run_on_one_row(study, number, state_name(to), told));
  return finish_trial_.run_on_one_row(study, number, state_name(to), reason, seconds, revision);
}

Result<std::size_t> SqliteStore::objectives(StudyId study) {
  SqliteRows rows = count_objectives_.query(study);
  HONE_TRY_VOID(rows.next());
  if (rows.integer(1) == 0) return no_study(study);
  return checked_objectives(study, rows.integer(0));
}

Result<std::size_t> SqliteStore::checked_objectives(StudyId study, std::int64_t count) const {
  if (count == 0)
    return fail(Error::Kind::corrupt, fmt::format("'{}': study {} has no objective", database_.path(), study));
  return static_cast<std::size_t>(count);
}

Result<Revision> SqliteStore::tell(StudyId study, const Claim& claim, const Outcome& outcome) {
  std::uint64_t commit = 0;
  HONE_TRY(const Revision revision, store_outcome(study, claim, outcome, commit));
  if (!relaxed_) HONE_TRY_VOID(log_sync_.reach(commit));  // others may write while we wait for the disk
  return revision;
}

Result<Revision> SqliteStore::store_outcome(StudyId study, const Claim& claim, const Outcome& outcome,
                                            std::uint64_t& commit) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(Commit::relaxed));
  const auto found = standing(study, claim.trial);
  // What is wrong with the outcome itself is said first.
  HONE_TRY(const std::size_t expected, found ? checked_objectives(study, found->objectives) : objectives(study));
  HONE_TRY_VOID(check_outcome(outcome, expected));
  HONE_TRY(const Standing before, found);
  if (is_finished(before.state)) {
    commit = log_sync_.committed();  // the first time it may have failed to reach the disk
    return told_again(study, claim, before, outcome);
  }
  if (before.state != TrialState::running || before.token != claim.token) return not_holder(claim.trial, before.state);
  HONE_TRY(const Revision revision, write_outcome(study, before.revision, claim.trial, outcome));
  HONE_TRY_VOID(transaction.commit());
  commit = log_sync_.committed();
  return revision;
}

Result<Revision> SqliteStore::write_outcome(StudyId study, Revision before, std::int64_t trial,
                                            const Outcome& outcome) {
  HONE_TRY(const Revision revision, change(study, before, "told", trial, 0, told_detail(outcome)));
  for (std::size_t i = 0; i < outcome.constraints.size(); ++i)
    HONE_TRY_VOID(new_constraint_.run(study, trial, i, plain_value(outcome.constraints[i]),
                                      special_name(outcome.constraints[i])));
  const std::string values = values_text(outcome.values);
  const char* const told = outcome.state == TrialState::complete ? values.c_str() : nullptr;
  HONE_TRY_VOID(finish(study, trial, outcome.state, told, outcome.reason, outcome.seconds, revision));
  return revision;
}

Result<Revision> SqliteStore::told_again(StudyId study, const Claim& claim, const Standing& before,
                                         const Outcome& outcome) {
  if (before.token.empty() || before.token != claim.token) return not_holder(claim.trial, before.state);
  HONE_TRY(const std::size_t values, objectives(study));
  HONE_TRY(const TrialRecord trial, read_trial(study, claim.trial, values));
  if (!same_outcome(trial, outcome)) return other_outcome(claim.trial, before.state);
  return trial.finished;
}

Result<Revision> SqliteStore::prune(StudyId study, std::int64_t number, std::string_view reason) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(durable()));
  HONE_TRY(const Standing before, standing(study, number));
  if (before.state != TrialState::waiting && before.state != TrialState::paused)
    return wrong_state(number, before.state, "pruned");
  HONE_TRY(const Revision revision, change(study, before.revision, "pruned", number, 0, reason));
  HONE_TRY_VOID(finish(study, number, TrialState::pruned, nullptr, reason, 0.0, revision));
  HONE_TRY_VOID(transaction.commit());
  return revision;
}

}  // namespace hone

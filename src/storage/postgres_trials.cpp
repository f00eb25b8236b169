/// The verbs on trials.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "storage/journal_text.hpp"
#include "storage/postgres_store.hpp"
#include "storage/sqlite_values.hpp"

namespace hone {
namespace {

/// A claim that was repeated after a crash is another claim, whatever its attempt is: the mark is in its token.
std::string token_end(std::int64_t mark) {
  return fmt::format(".{:x}", mark);
}

}  // namespace

Result<Claim> PostgresStore::create_trial(StudyId study, const NewTrial& trial, const Owner& owner) {
  HONE_TRY_VOID(check_new_trial(trial));
  static constexpr PgStatement call{"create_trial",
                                    "SELECT * FROM hone.create_trial($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
                                    "$12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)"};
  const std::int64_t mark = new_mark();
  const std::string token = claim_token(owner, 1) + token_end(mark);
  HONE_TRY(const Answer answer,
           verb(call, study, mark, trial.number, origin_name(trial.origin), trial.arm, trial.why, trial.attempt,
                trial.seen, trial.until_step, trial.options_hash, trial.kernel_id, point_text(trial.point),
                trial.configuration.json(), trial.run_seed, token, owner.host, owner.boot_id, owner.process,
                owner.process_start, asked_detail(trial), trial.started_ms.value_or(-1), trial.cost_budget));
  if (answer.status == "cost") return cost_spent(*trial.cost_budget);
  if (!answer.is_done()) {
    step_aside(mark);
    return not_next(trial.number, answer.count);
  }
  late_ = 0;
  return Claim{trial.number, token, answer.revision, answer.at_ms};
}

void PostgresStore::step_aside(std::int64_t random_bits) {
  const int late = std::min(late_ + 1, 5);
  late_ = late;
  const double share = static_cast<double>(random_bits % 1024) / 1024;
  std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(share * (1 << late)));
}

Result<Claim> PostgresStore::claim_trial(StudyId study, std::int64_t number, std::int64_t until_step,
                                         const Owner& owner) {
  static constexpr PgStatement call{
      "claim_trial", "SELECT * FROM hone.claim_trial($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"};
  const std::int64_t mark = new_mark();
  std::string before_attempt = claim_token(owner, 0);
  before_attempt.pop_back();
  HONE_TRY(const Answer answer, verb(call, study, mark, number, until_step, before_attempt, token_end(mark), owner.host,
                                     owner.boot_id, owner.process, owner.process_start, owner.text()));
  if (answer.status == "no trial") return no_trial(number);
  if (!answer.is_done()) return wrong_state(number, answer.state(), "claimed");
  return Claim{number, claim_token(owner, answer.count) + token_end(mark), answer.revision, answer.at_ms};
}

Result<Revision> PostgresStore::held_answer(const Result<Answer>& answer, std::int64_t trial) {
  if (!answer) return std::unexpected(answer.error());
  if (answer->is_done()) return answer->revision;
  if (answer->status == "no trial") return no_trial(trial);
  return not_holder(trial, answer->state());
}

Result<Revision> PostgresStore::configure(StudyId study, const Claim& claim, const Configuration& configuration,
                                          std::string_view domain) {
  static constexpr PgStatement call{"configure", "SELECT * FROM hone.configure($1, $2, $3, $4, $5, $6, $7, $8)"};
  return held_answer(verb(call, study, new_mark(), claim.trial, claim.token, configuration.json(), domain),
                     claim.trial);
}

Result<Revision> PostgresStore::report(StudyId study, const Claim& claim, std::int64_t step,
                                       std::span<const double> values) {
  HONE_TRY_VOID(check_report(step));
  static constexpr PgStatement call{"report", "SELECT * FROM hone.report($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
  const auto answer = verb(call, study, new_mark(), claim.trial, claim.token, step, values, reported_detail(values));
  if (answer && answer->status == "values")
    HONE_TRY_VOID(check_reported(values.size(), static_cast<std::size_t>(answer->count)));
  return held_answer(answer, claim.trial);
}

Result<Revision> PostgresStore::set_cost(StudyId study, const Claim& claim, double cost) {
  HONE_TRY_VOID(check_cost(cost));
  static constexpr PgStatement call{"set_cost", "SELECT * FROM hone.set_cost($1, $2, $3, $4, $5, $6, $7, $8)"};
  return held_answer(verb(call, study, new_mark(), claim.trial, claim.token, cost, cost_detail(cost)), claim.trial);
}

Result<Revision> PostgresStore::pause(StudyId study, const Claim& claim, std::int64_t step, double seconds) {
  return hand_back(study, claim, TrialState::paused, "paused", step, seconds);
}

Result<Revision> PostgresStore::release(StudyId study, const Claim& claim, double seconds) {
  return hand_back(study, claim, TrialState::waiting, "released", 0, seconds);
}

Result<Revision> PostgresStore::hand_back(StudyId study, const Claim& claim, TrialState to, std::string_view kind,
                                          std::int64_t step, double seconds) {
  HONE_TRY_VOID(check_seconds(seconds));
  static constexpr PgStatement call{"hand_back",
                                    "SELECT * FROM hone.hand_back($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
  return held_answer(verb(call, study, new_mark(), claim.trial, claim.token, state_name(to), kind, step, seconds),
                     claim.trial);
}

Result<std::size_t> PostgresStore::objectives(StudyId study) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto known = objectives_.find(study); known != objectives_.end()) return known->second;
  }
  static constexpr PgStatement select{"objectives", "SELECT objectives FROM hone.heads WHERE study = $1"};
  HONE_TRY(const PgRows rows, pool_.run(select, PgParameters(study)));
  if (rows.count() == 0) return no_study(study);
  const auto count = static_cast<std::size_t>(rows.integer(0, 0));
  const std::scoped_lock lock(mutex_);
  return objectives_[study] = count;
}

Result<Revision> PostgresStore::tell(StudyId study, const Claim& claim, const Outcome& outcome) {
  HONE_TRY(const std::size_t expected, objectives(study));
  HONE_TRY_VOID(check_outcome(outcome, expected));
  static constexpr PgStatement call{"tell",
                                    "SELECT * FROM hone.tell($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"};
  HONE_TRY(const PostgresLine before, last_line(study));
  const std::int64_t mark = new_mark();
  const std::string detail = told_detail(outcome);
  const bool complete = outcome.state == TrialState::complete;
  const auto answer = complete
                          ? durable_verb(before, call, study, mark, claim.trial, claim.token, state_name(outcome.state),
                                         outcome.values, outcome.constraints, outcome.reason, outcome.seconds, detail)
                          : durable_verb(before, call, study, mark, claim.trial, claim.token, state_name(outcome.state),
                                         nullptr, outcome.constraints, outcome.reason, outcome.seconds, detail);
  // The first time it may have failed to reach the disk: now it has, with this answer.
  if (answer && answer->status == "refused" && answer->held && is_finished(answer->state()))
    return told_again(study, claim, *answer, outcome);
  return held_answer(answer, claim.trial);
}

Result<Revision> PostgresStore::prune(StudyId study, std::int64_t number, std::string_view reason) {
  static constexpr PgStatement call{"prune", "SELECT * FROM hone.prune($1, $2, $3, $4, $5, $6)"};
  HONE_TRY(const PostgresLine before, last_line(study));
  const std::int64_t mark = new_mark();
  HONE_TRY(const Answer answer, durable_verb(before, call, study, mark, number, reason));
  if (answer.status == "no trial") return no_trial(number);
  if (!answer.is_done()) return wrong_state(number, answer.state(), "pruned");
  return answer.revision;
}

}  // namespace hone

/// Reading trials back. What contradicts itself is `corrupt`, never a wrong record.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "storage/postgres_store.hpp"
#include "storage/sqlite_values.hpp"

namespace hone {
namespace {

// One statement is one moment. The first three columns say where the study stood; without any trial the others are
// NULL. OFFSET 0 keeps the planner, who knows the tables as they were when still empty, from reading all trials of the
// study for each that has changed. That is asked at every turn, and most of its time goes into making the plan's nodes
// ready: subqueries that a trial without reports never begins cost less than a join with aggregates.
#define HONE_CHANGES(stands, changed, steps, measured, from)                                \
  "SELECT h.revision, h.mark, " stands                                                      \
  ", t.number, t.state, t.origin, t.arm, t.why, t.attempt, t.seen, t.asked, "               \
  "t.finished, greatest(t.changed, " changed                                                \
  "), t.until_step, t.started_ms, t.seconds, t.reason, t.point, "                           \
  "t.configuration, t.constraints, t.seed, t.starts, t.token, t.told, " steps ", " measured \
  ", h.trials, h.objectives, t.cost FROM hone.heads AS h " from " WHERE h.study = $1"
#define HONE_REPORTS_OF_TRIAL "FROM hone.reports WHERE study = $1 AND trial = t.number ORDER BY "
#define HONE_FEW_CHANGES(stands, from)                                                                   \
  HONE_CHANGES(stands, "(SELECT max(revision) FROM hone.reports WHERE study = $1 AND trial = t.number)", \
               "ARRAY(SELECT step " HONE_REPORTS_OF_TRIAL "step)",                                       \
               "ARRAY(SELECT measured " HONE_REPORTS_OF_TRIAL "step)", from)

constexpr PgStatement all_trials{
    "all_trials",
    HONE_CHANGES("true", "r.revision", "r.steps", "r.measured",
                 "LEFT JOIN hone.trials AS t ON t.study = h.study LEFT JOIN (SELECT trial, array_agg(step ORDER BY "
                 "step) AS steps, array_agg(measured ORDER BY step) AS measured, max(revision) AS revision FROM "
                 "hone.reports WHERE study = $1 GROUP BY trial) AS r ON r.trial = t.number") " ORDER BY t.number"};
constexpr PgStatement changed_trials{
    "changed_trials",
    HONE_FEW_CHANGES(
        "(h.revision = $2 AND h.mark = $3) OR EXISTS (SELECT FROM hone.journal WHERE study = $1 AND "
        "revision = $2 AND mark = $3)",
        "LEFT JOIN (SELECT trial FROM hone.journal WHERE study = $1 AND revision > $2 AND changes "
        "GROUP BY trial) AS j ON true "
        "LEFT JOIN LATERAL (SELECT * FROM hone.trials WHERE study = $1 AND number = j.trial OFFSET 0) AS t "
        "ON true")};
constexpr PgStatement one_trial{"one_trial",
                                HONE_FEW_CHANGES("true", "JOIN hone.trials AS t ON t.study = $1 AND t.number = $2")};

std::unexpected<Error> contradiction(std::int64_t trial, std::string_view what) {
  return fail(Error::Kind::corrupt, fmt::format("the database contradicts itself: trial {} {}", trial, what));
}

/// A word of ours that it does not know is the database's fault.
template <class T>
Result<T> stored(Result<T> parsed) {
  if (parsed) return parsed;
  return fail(Error::Kind::corrupt, "in the database: " + parsed.error().message);
}

Result<void> read_reports(const PgRows& rows, int row, Run& run, std::int64_t trial, std::size_t objectives) {
  if (rows.is_null(row, 24)) return {};
  HONE_TRY(const std::vector<double> steps, rows.reals(row, 24));  // exact below 2^53
  HONE_TRY(const std::vector<double> values, rows.reals(row, 25));
  if (values.size() != steps.size() * objectives)
    return contradiction(trial, fmt::format("has {} values in {} reports", values.size(), steps.size()));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto value = values.begin() + static_cast<std::ptrdiff_t>(i * objectives);
    run.reports.push_back({static_cast<std::int64_t>(steps[i]), *value});
    run.further_values.insert(run.further_values.end(), value + 1, value + static_cast<std::ptrdiff_t>(objectives));
  }
  return {};
}

Result<TrialRecord> read_trial(const PgRows& rows, int row) {
  TrialRecord trial;
  trial.number = rows.integer(row, 3);
  HONE_TRY(trial.state, stored(state_from(rows.raw(row, 4))));
  HONE_TRY(trial.origin, stored(origin_from(rows.raw(row, 5))));
  trial.arm = rows.text(row, 6);
  trial.why = rows.text(row, 7);
  trial.attempt = rows.integer(row, 8);
  trial.seen = rows.integer(row, 9);
  trial.asked = rows.integer(row, 10);
  trial.finished = rows.integer(row, 11);
  trial.changed = rows.integer(row, 12);
  trial.until_step = rows.integer(row, 13);
  trial.started_ms = rows.integer(row, 14);
  HONE_TRY(trial.seconds, rows.real(row, 15));
  HONE_TRY(trial.cost, rows.real(row, 28));
  trial.reason = rows.text(row, 16);
  HONE_TRY(trial.point, read_point(rows.raw(row, 17)));
  HONE_TRY(trial.configuration, read_configuration(rows.text(row, 18)));
  HONE_TRY(trial.constraints, rows.reals(row, 19));
  Run& run = trial.runs.emplace_back();
  HONE_TRY(run.seed, read_seed(rows.raw(row, 20)));
  run.attempt = rows.integer(row, 21);
  run.state = trial.state;
  if (run.state == TrialState::running) run.token = rows.text(row, 22);
  HONE_TRY(run.values, rows.reals(row, 23));
  trial.values = run.values;
  const auto objectives = static_cast<std::size_t>(rows.integer(row, 27));
  HONE_TRY_VOID(read_reports(rows, row, run, trial.number, objectives));
  if (is_finished(trial.state) != (trial.finished > 0) ||
      trial.values.size() != (trial.state == TrialState::complete ? objectives : 0))
    return contradiction(trial.number, fmt::format("is {} with {} of {} values", state_name(trial.state),
                                                   trial.values.size(), objectives));
  return trial;
}

Result<std::vector<TrialRecord>> read_rows(const PgRows& rows, bool all) {
  std::vector<TrialRecord> trials;
  trials.reserve(static_cast<std::size_t>(rows.count()));
  for (int row = 0; row < rows.count(); ++row) {
    if (rows.is_null(row, 3)) continue;
    HONE_TRY(trials.emplace_back(), read_trial(rows, row));
    if (all && trials.back().number != std::ssize(trials) - 1)
      return contradiction(trials.back().number, fmt::format("is the {}th one: numbers are missing", trials.size()));
  }
  if (!all) {
    std::ranges::sort(trials, {}, &TrialRecord::number);
    const auto again = std::ranges::unique(trials, {}, &TrialRecord::number);
    trials.erase(again.begin(), again.end());
  }
  if (all && std::ssize(trials) != rows.integer(0, 26)) return contradiction(rows.integer(0, 26) - 1, "is not there");
  return trials;
}

}  // namespace

Result<Store::Changes> PostgresStore::changed_since(StudyId study, Revision revision) {
  const std::uint64_t losses = lines_.losses(study);
  const auto mark = lines_.mark(study, revision);
  Changes changes;
  changes.reread = lines_.has_lost(study) || (revision > 0 && !mark);
  if (revision > 0 && !changes.reread) {
    HONE_TRY(const PgRows rows, pool_.run(changed_trials, PgParameters(study, revision, *mark)));
    if (rows.count() == 0) return no_study(study);
    if (rows.flag(0, 2)) {
      changes.revision = rows.integer(0, 0);
      HONE_TRY(changes.trials, read_rows(rows, false));
      lines_.read(study, {changes.revision, rows.integer(0, 1)}, false, losses);
      return changes;
    }
    changes.reread = true;
  }
  HONE_TRY(const PgRows rows, pool_.run(all_trials, PgParameters(study)));
  if (rows.count() == 0) return no_study(study);
  changes.revision = rows.integer(0, 0);
  HONE_TRY(changes.trials, read_rows(rows, true));
  lines_.read(study, {changes.revision, rows.integer(0, 1)}, changes.reread, losses);
  return changes;
}

Result<std::vector<TrialRecord>> PostgresStore::read_all_trials(StudyId study) {
  HONE_TRY(const PgRows rows, pool_.run(all_trials, PgParameters(study)));
  if (rows.count() == 0) return no_study(study);
  return read_rows(rows, true);
}

Result<Revision> PostgresStore::told_again(StudyId study, const Claim& claim, const Answer& refused,
                                           const Outcome& outcome) {
  HONE_TRY(const PgRows rows, pool_.run(one_trial, PgParameters(study, claim.trial)));
  if (rows.count() == 0) return no_trial(claim.trial);
  HONE_TRY(const TrialRecord trial, read_trial(rows, 0));
  if (!same_outcome(trial, outcome)) return other_outcome(claim.trial, refused.state());
  return trial.finished;
}

Result<std::vector<Provenance>> PostgresStore::provenance(StudyId study) {
  static constexpr PgStatement select{
      "provenance",
      "SELECT number, options_hash, kernel_id FROM hone.heads AS h LEFT JOIN hone.trials AS t ON "
      "t.study = h.study WHERE h.study = $1 ORDER BY number"};
  HONE_TRY(const PgRows rows, pool_.run(select, PgParameters(study)));
  if (rows.count() == 0) return no_study(study);
  std::vector<Provenance> found;
  for (int row = 0; row < rows.count(); ++row)
    if (!rows.is_null(row, 0)) found.push_back({rows.text(row, 1), rows.text(row, 2)});
  return found;
}

}  // namespace hone

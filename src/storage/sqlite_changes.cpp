/// Reading trials back. What contradicts itself is `corrupt`, never a wrong record.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "storage/sqlite_store.hpp"
#include "storage/sqlite_values.hpp"

namespace hone {
namespace {

/// A word of ours that the file does not know is the file's fault.
template <class T>
Result<T> stored(Result<T> parsed, const std::string& path) {
  if (parsed) return parsed;
  return fail(Error::Kind::corrupt, fmt::format("'{}': {}", path, parsed.error().message));
}

template <class... Keys>
Result<std::vector<double>> read_numbers(SqliteStatement& statement, const Keys&... keys) {
  std::vector<double> numbers;
  SqliteRows rows = statement.query(keys...);
  HONE_TRY_VOID(rows.each([&]() -> Result<void> {
    HONE_TRY(numbers.emplace_back(), read_number(rows, 0));
    return {};
  }));
  return numbers;
}

/// (objectives) mean over the complete runs, in order of their index.
std::vector<double> mean_value(const std::vector<Run>& runs) {
  std::vector<double> mean;
  std::int64_t count = 0;
  for (const Run& run : runs) {
    if (run.state != TrialState::complete) continue;
    mean.resize(run.values.size());
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = count == 0 ? run.values[i] : mean[i] + run.values[i];
    ++count;
  }
  if (count > 1)
    for (double& value : mean) value /= static_cast<double>(count);
  return mean;
}

}  // namespace

Result<Store::Changes> SqliteStore::changed_since(StudyId study, Revision revision) {
  const std::scoped_lock lock(mutex_);
  Changes changes;
  HONE_TRY(changes.revision, revision_of(study));
  if (changes.revision == revision) return changes;  // one question is one moment
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_read());
  HONE_TRY(changes.revision, revision_of(study));
  std::map<std::int64_t, Revision> changed;  // by number, the last change
  SqliteRows rows = select_changed_.query(study, revision);
  HONE_TRY_VOID(rows.each([&]() -> Result<void> {
    changed[rows.integer(0)] = rows.integer(1);
    return {};
  }));
  if (revision == 0 && !changed.empty() && changed.rbegin()->first + 1 != std::ssize(changed))
    return fail(Error::Kind::corrupt, fmt::format("'{}': study {} has {} trials, but the last one is number {}",
                                                  database_.path(), study, changed.size(), changed.rbegin()->first));
  HONE_TRY(const std::size_t values, objectives(study));
  for (const auto& [number, at] : changed) {
    HONE_TRY(TrialRecord trial, read_trial(study, number, values));
    trial.changed = at;
    changes.trials.push_back(std::move(trial));
  }
  return changes;
}

Result<std::vector<Provenance>> SqliteStore::provenance(StudyId study) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_read());
  HONE_TRY_VOID(revision_of(study));
  SqliteStatement select(database_, "SELECT options_hash, kernel_id FROM trials WHERE study = ?1 ORDER BY number");
  std::vector<Provenance> found;
  SqliteRows rows = select.query(study);
  HONE_TRY_VOID(rows.each([&]() -> Result<void> {
    found.push_back({std::string(rows.text(0)), std::string(rows.text(1))});
    return {};
  }));
  return found;
}

Result<TrialRecord> SqliteStore::read_trial(StudyId study, std::int64_t number, std::size_t objectives) {
  TrialRecord trial;
  trial.number = number;
  {
    SqliteRows row = select_trial_.query(study, number);
    HONE_TRY(const bool found, row.next());
    if (!found)
      return fail(Error::Kind::corrupt, fmt::format("'{}': the journal names trial {} of study {}, which is not there",
                                                    database_.path(), number, study));
    HONE_TRY(trial.state, stored(state_from(row.text(0)), database_.path()));
    HONE_TRY(trial.origin, stored(origin_from(row.text(1)), database_.path()));
    trial.arm = row.text(2);
    trial.why = row.text(3);
    trial.attempt = row.integer(4);
    trial.seen = row.integer(5);
    trial.asked = row.integer(6);
    trial.finished = row.integer(7);
    trial.until_step = row.integer(8);
    trial.started_ms = row.integer(9);
    trial.seconds = row.real(10);
    trial.reason = row.text(11);
    HONE_TRY(trial.point, read_point(row.text(12)));
    HONE_TRY(trial.configuration, read_configuration(row.text(13)));
  }
  HONE_TRY_VOID(read_parts(study, trial, objectives));
  const bool complete = trial.state == TrialState::complete;
  if (complete) trial.values = mean_value(trial.runs);
  if (trial.runs.empty() || is_finished(trial.state) != (trial.finished > 0) ||
      (complete && trial.values.size() != objectives))
    return fail(Error::Kind::corrupt, fmt::format("'{}': trial {} of study {} is {} with {} runs and {} of {} values",
                                                  database_.path(), trial.number, study, state_name(trial.state),
                                                  trial.runs.size(), trial.values.size(), objectives));
  return trial;
}

Result<void> SqliteStore::read_parts(StudyId study, TrialRecord& trial, std::size_t objectives) {
  HONE_TRY(trial.constraints, read_numbers(select_constraints_, study, trial.number));
  {
    SqliteRows rows = select_runs_.query(study, trial.number);
    HONE_TRY_VOID(rows.each([&]() -> Result<void> {
      Run& run = trial.runs.emplace_back();
      run.index = rows.integer(0);
      HONE_TRY(run.seed, read_seed(rows.text(1)));
      run.attempt = rows.integer(2);
      HONE_TRY(run.state, stored(state_from(rows.text(3)), database_.path()));
      if (run.state == TrialState::running) run.token = rows.text(4);
      if (!rows.is_null(5)) {
        HONE_TRY(run.values, read_values(rows.text(5)));
      }
      return {};
    }));
  }
  for (Run& run : trial.runs) {
    HONE_TRY_VOID(read_run(study, trial.number, run));
    if (objectives == 1) continue;
    HONE_TRY_VOID(read_further_values(study, trial.number, run, objectives));
  }
  return {};
}

Result<void> SqliteStore::read_run(StudyId study, std::int64_t number, Run& run) {
  SqliteRows rows = select_reports_.query(study, number, run.index);
  return rows.each([&]() -> Result<void> {
    Report& report = run.reports.emplace_back();
    report.step = rows.integer(0);
    HONE_TRY(report.value, read_number(rows, 1));
    return {};
  });
}

Result<void> SqliteStore::read_further_values(StudyId study, std::int64_t number, Run& run, std::size_t objectives) {
  const std::size_t further = objectives - 1;
  run.further_values.assign(run.reports.size() * further, std::numeric_limits<double>::quiet_NaN());
  SqliteRows rows = select_further_values_.query(study, number, run.index);
  return rows.each([&]() -> Result<void> {
    const auto at = std::ranges::lower_bound(run.reports, rows.integer(0), {}, &Report::step);
    const std::int64_t position = rows.integer(1);
    if (at == run.reports.end() || at->step != rows.integer(0) || position < 1 ||
        position >= static_cast<std::int64_t>(objectives))
      return fail(Error::Kind::corrupt, fmt::format("'{}': trial {} of study {} has a value of objective {} at step {}",
                                                    database_.path(), number, study, position, rows.integer(0)));
    const auto report = static_cast<std::size_t>(at - run.reports.begin());
    HONE_TRY(run.further_values[report * further + static_cast<std::size_t>(position) - 1], read_number(rows, 2));
    return {};
  });
}

}  // namespace hone

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

std::unexpected<Error> contradiction(const std::string& path, std::int64_t trial, std::string_view what) {
  return fail(Error::Kind::corrupt, fmt::format("'{}': trial {} {}", path, trial, what));
}

// One row each; column 0 is the trial's number.

Result<void> fill_trial(const SqliteRows& row, TrialRecord& trial, const std::string& path) {
  trial.number = row.integer(0);
  HONE_TRY(trial.state, stored(state_from(row.text(1)), path));
  HONE_TRY(trial.origin, stored(origin_from(row.text(2)), path));
  trial.arm = row.text(3);
  trial.why = row.text(4);
  trial.attempt = row.integer(5);
  trial.seen = row.integer(6);
  trial.asked = row.integer(7);
  trial.finished = row.integer(8);
  trial.until_step = row.integer(9);
  trial.started_ms = row.integer(10);
  trial.seconds = row.real(11);
  trial.cost = row.real(12);
  trial.reason = row.text(13);
  HONE_TRY(trial.point, read_point(row.text(14)));
  HONE_TRY(trial.configuration, read_configuration(row.text(15)));
  return {};
}

Result<void> add_run(const SqliteRows& row, TrialRecord& trial, const std::string& path) {
  Run& run = trial.runs.emplace_back();
  run.index = row.integer(1);
  HONE_TRY(run.seed, read_seed(row.text(2)));
  run.attempt = row.integer(3);
  HONE_TRY(run.state, stored(state_from(row.text(4)), path));
  if (run.state == TrialState::running) run.token = row.text(5);
  if (!row.is_null(6)) {
    HONE_TRY(run.values, read_values(row.text(6)));
  }
  return {};
}

Run* run_of(TrialRecord& trial, std::int64_t index) {
  const auto at = std::ranges::find(trial.runs, index, &Run::index);
  return at == trial.runs.end() ? nullptr : &*at;
}

Result<void> add_report(const SqliteRows& row, TrialRecord& trial, const std::string& path) {
  Run* const run = run_of(trial, row.integer(1));
  if (!run) return contradiction(path, trial.number, "has a report of a run that it does not have");
  Report& report = run->reports.emplace_back();
  report.step = row.integer(2);
  HONE_TRY(report.value, read_number(row, 3));
  return {};
}

/// Of a study with several objectives, after the reports.
Result<void> add_further_value(const SqliteRows& row, TrialRecord& trial, std::size_t objectives,
                               const std::string& path) {
  Run* const run = run_of(trial, row.integer(1));
  const std::int64_t step = row.integer(2), position = row.integer(3);
  const auto at =
      run ? std::ranges::lower_bound(run->reports, step, {}, &Report::step) : decltype(run->reports.begin()){};
  if (!run || at == run->reports.end() || at->step != step || position < 1 ||
      position >= static_cast<std::int64_t>(objectives))
    return contradiction(path, trial.number, fmt::format("has a value of objective {} at step {}", position, step));
  const auto report = static_cast<std::size_t>(at - run->reports.begin());
  HONE_TRY(run->further_values[report * (objectives - 1) + static_cast<std::size_t>(position) - 1],
           read_number(row, 4));
  return {};
}

void make_room_for_further_values(TrialRecord& trial, std::size_t objectives) {
  for (Run& run : trial.runs)
    run.further_values.assign(run.reports.size() * (objectives - 1), std::numeric_limits<double>::quiet_NaN());
}

/// Once all its parts are there.
Result<void> complete_record(TrialRecord& trial, std::size_t objectives, const std::string& path) {
  const bool complete = trial.state == TrialState::complete;
  if (complete) trial.values = mean_value(trial.runs);
  if (!trial.runs.empty() && is_finished(trial.state) == (trial.finished > 0) &&
      (!complete || trial.values.size() == objectives))
    return {};
  return contradiction(path, trial.number,
                       fmt::format("is {} with {} runs and {} of {} values", state_name(trial.state), trial.runs.size(),
                                   trial.values.size(), objectives));
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
  if (revision == 0) {
    HONE_TRY(changes.trials, read_trials(study, values));
    if (changes.trials.size() != changed.size())
      return fail(Error::Kind::corrupt, fmt::format("'{}': study {} has {} trials, and the journal knows {}",
                                                    database_.path(), study, changes.trials.size(), changed.size()));
    for (TrialRecord& trial : changes.trials) trial.changed = changed.at(trial.number);
    return changes;
  }
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
  const std::string& path = database_.path();
  TrialRecord trial;
  {
    SqliteRows row = one_trials_.query(study, number);
    HONE_TRY(const bool found, row.next());
    if (!found)
      return fail(Error::Kind::corrupt,
                  fmt::format("'{}': the journal names trial {} of study {}, which is not there", path, number, study));
    HONE_TRY_VOID(fill_trial(row, trial, path));
  }
  const auto each = [&](SqliteStatement& part, auto&& use) {
    SqliteRows rows = part.query(study, number);
    return rows.each([&] { return use(rows); });
  };
  HONE_TRY_VOID(each(one_constraints_, [&](const SqliteRows& row) -> Result<void> {
    HONE_TRY(trial.constraints.emplace_back(), read_number(row, 1));
    return {};
  }));
  HONE_TRY_VOID(each(one_runs_, [&](const SqliteRows& row) { return add_run(row, trial, path); }));
  HONE_TRY_VOID(each(one_reports_, [&](const SqliteRows& row) { return add_report(row, trial, path); }));
  if (objectives > 1) {
    make_room_for_further_values(trial, objectives);
    HONE_TRY_VOID(
        each(one_further_, [&](const SqliteRows& row) { return add_further_value(row, trial, objectives, path); }));
  }
  HONE_TRY_VOID(complete_record(trial, objectives, path));
  return trial;
}

Result<std::vector<TrialRecord>> SqliteStore::read_trials(StudyId study, std::size_t objectives) {
  const std::string& path = database_.path();
  std::vector<TrialRecord> trials;
  {
    SqliteRows rows = all_trials_.query(study);
    HONE_TRY_VOID(rows.each([&]() -> Result<void> {
      if (auto filled = fill_trial(rows, trials.emplace_back(), path); !filled) return filled;
      if (trials.back().number == std::ssize(trials) - 1) return {};
      return contradiction(path, trials.back().number,
                           fmt::format("of study {} is the {}th one: numbers are missing", study, trials.size()));
    }));
  }
  const auto each = [&](SqliteStatement& part, auto&& use) {
    SqliteRows rows = part.query(study);
    return rows.each([&]() -> Result<void> {
      const std::int64_t number = rows.integer(0);
      if (number < 0 || number >= std::ssize(trials)) return contradiction(path, number, "has parts, but is not there");
      return use(rows, trials[static_cast<std::size_t>(number)]);
    });
  };
  HONE_TRY_VOID(each(all_constraints_, [&](const SqliteRows& row, TrialRecord& trial) -> Result<void> {
    HONE_TRY(trial.constraints.emplace_back(), read_number(row, 1));
    return {};
  }));
  HONE_TRY_VOID(each(all_runs_, [&](const SqliteRows& row, TrialRecord& trial) { return add_run(row, trial, path); }));
  HONE_TRY_VOID(
      each(all_reports_, [&](const SqliteRows& row, TrialRecord& trial) { return add_report(row, trial, path); }));
  if (objectives > 1) {
    for (TrialRecord& trial : trials) make_room_for_further_values(trial, objectives);
    HONE_TRY_VOID(each(all_further_, [&](const SqliteRows& row, TrialRecord& trial) {
      return add_further_value(row, trial, objectives, path);
    }));
  }
  for (TrialRecord& trial : trials) HONE_TRY_VOID(complete_record(trial, objectives, path));
  return trials;
}

}  // namespace hone

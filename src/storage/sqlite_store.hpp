/// Studies in a SQLite file; several processes may work on it at once. The tables: docs/formats/storage.md.
///
/// The verbs are in sqlite_store.cpp (studies), sqlite_trials.cpp (trials), sqlite_workers.cpp (leases) and
/// sqlite_changes.cpp (reading trials).
#pragma once
#include <mutex>

#include "storage/sqlite_database.hpp"
#include "storage/sqlite_log_sync.hpp"
#include "storage/sqlite_schema.hpp"
#include "storage/store_rules.hpp"

namespace hone {

class SqliteStore final : public Store {
 public:
  /// Errors: of `open_sqlite_file`.
  static Result<std::unique_ptr<SqliteStore>> open(const SqliteOptions& options);

  std::string url() const override;
  Result<StudyRecord> create_study(const StudyRecord& record) override;
  Result<std::optional<StudyRecord>> find_study(std::string_view name) override;
  Result<std::vector<StudyRecord>> studies() override;
  Result<std::vector<StudySummary>> summaries() override;
  Result<void> remove_study(StudyId study) override;
  Result<void> set_attribute(StudyId study, std::string_view key, std::string_view value) override;
  Result<std::optional<std::string>> attribute(StudyId study, std::string_view key) override;
  Result<Revision> log(StudyId study, const Event& event) override;
  Result<std::vector<Event>> events(StudyId study) override;
  Result<std::vector<Event>> journal(StudyId study) override;
  Result<Claim> create_trial(StudyId study, const NewTrial& trial, const Owner& owner) override;
  Result<Claim> claim_trial(StudyId study, std::int64_t number, std::int64_t until_step, const Owner& owner) override;
  Result<Revision> configure(StudyId study, const Claim& claim, const Configuration& configuration,
                             std::string_view domain) override;
  using Store::report;
  Result<Revision> report(StudyId study, const Claim& claim, std::int64_t step,
                          std::span<const double> values) override;
  Result<Revision> set_cost(StudyId study, const Claim& claim, double cost) override;
  Result<Revision> pause(StudyId study, const Claim& claim, std::int64_t step, double seconds) override;
  Result<Revision> release(StudyId study, const Claim& claim, double seconds) override;
  Result<Revision> tell(StudyId study, const Claim& claim, const Outcome& outcome) override;
  Result<Revision> prune(StudyId study, std::int64_t number, std::string_view reason) override;
  Result<Revision> import_trials(StudyId study, std::span<const ImportedTrial> trials, const Owner& owner) override;
  Result<double> beat(StudyId study, const Owner& owner, double seconds) override;
  Result<void> leave(StudyId study, const Owner& owner) override;
  Result<std::vector<WorkerRecord>> workers(StudyId study) override;
  Result<std::vector<std::int64_t>> reclaim(StudyId study, std::int64_t retries,
                                            std::span<const WorkerRecord> silent) override;
  Result<Changes> changed_since(StudyId study, Revision revision) override;
  Result<std::vector<Provenance>> provenance(StudyId study) override;

 private:
  /// What a verb must know about a trial before it moves it.
  struct Standing {
    TrialState state = TrialState::waiting;
    std::string token;         ///< "" if nobody holds it or told it
    std::int64_t attempt = 0;  ///< how often run 0 was started
    Revision revision = 0;     ///< of the study
    std::int64_t objectives = 0;
  };

  SqliteStore(std::filesystem::path path, bool relaxed) : path_(std::move(path)), relaxed_(relaxed) {}
  /// How a durable verb commits.
  Commit durable() const { return relaxed_ ? Commit::relaxed : Commit::durable; }

  /// The journal; `condition`: more after WHERE study = ?1, or "".
  Result<std::vector<Event>> read_journal(StudyId study, const char* condition);
  // These are parts of verbs: they need mutex_ and a transaction.
  Result<std::vector<StudyRecord>> read_studies(SqliteRows& rows);
  /// The present revision; `not_found` for an unknown study.
  Result<Revision> revision_of(StudyId study);
  /// Writes the journal's line after revision `before`: that is the next revision. `changes`: it changes the trial.
  Result<Revision> write_line(StudyId study, Revision before, std::string_view kind, std::int64_t trial, bool changes,
                              std::int64_t step, std::string_view detail);
  /// The line of a verb on a trial.
  Result<Revision> change(StudyId study, Revision before, std::string_view kind, std::int64_t trial, std::int64_t step,
                          std::string_view detail) {
    return write_line(study, before, kind, trial, true, step, detail);
  }
  /// Errors: no such study, no such trial.
  Result<Standing> standing(StudyId study, std::int64_t number);
  /// The standing; errors: `conflict` unless `claim` is the present one.
  Result<Standing> require_holder(StudyId study, const Claim& claim);
  /// Looks for the next free number and the present revision. Errors: `conflict` if `number` is another one.
  Result<Revision> require_next(StudyId study, std::int64_t number);
  /// The line after revision `before` and its rows, as the next five.
  Result<Claim> write_trial(StudyId study, Revision before, const NewTrial& trial, const Configuration& configuration,
                            const Owner& owner);
  Result<Revision> write_configuration(StudyId study, Revision before, std::int64_t trial,
                                       const Configuration& configuration, std::string_view domain);
  Result<Revision> write_report(StudyId study, Revision before, std::int64_t trial, std::int64_t step,
                                std::span<const double> values);
  Result<Revision> write_cost(StudyId study, Revision before, std::int64_t trial, double cost);
  Result<Revision> write_outcome(StudyId study, Revision before, std::int64_t trial, const Outcome& outcome);
  Result<Revision> write_imported(StudyId study, Revision before, const ImportedTrial& imported, const Owner& owner);
  /// running -> paused or waiting, away from its holder.
  Result<void> take(StudyId study, std::int64_t number, TrialState to, double seconds);
  /// `told`: the values of a complete run, or null.
  Result<void> finish(StudyId study, std::int64_t number, TrialState to, const char* told, std::string_view reason,
                      double seconds, Revision revision);
  /// running -> paused or waiting by its holder: one verb.
  Result<Revision> hand_back(StudyId study, const Claim& claim, TrialState to, std::string_view kind, std::int64_t step,
                             double seconds);
  /// `tell` without waiting for the disk; `commit`: what must be there before it may be acknowledged.
  Result<Revision> store_outcome(StudyId study, const Claim& claim, const Outcome& outcome, std::uint64_t& commit);
  Result<Revision> told_again(StudyId study, const Claim& claim, const Standing& before, const Outcome& outcome);
  /// Of all trials together.
  Result<double> stored_cost(StudyId study);
  Result<std::vector<WorkerRecord>> read_workers(StudyId study);
  Result<std::size_t> objectives(StudyId study);
  /// Errors: `corrupt` if there are none.
  Result<std::size_t> checked_objectives(StudyId study, std::int64_t count) const;
  /// `objectives`: how many values a complete trial has.
  Result<TrialRecord> read_trial(StudyId study, std::int64_t number, std::size_t objectives);
  /// All of them, each table read once in its own order: a fifth of the time that one after another would take.
  Result<std::vector<TrialRecord>> read_trials(StudyId study, std::size_t objectives);

  std::filesystem::path path_;
  bool relaxed_;
  SqliteLogSync log_sync_;
  std::mutex mutex_;         // guards everything below
  SqliteDatabase database_;  // before the statements: they go first

#define HONE_STATEMENT(name, sql) SqliteStatement name##_{database_, sql}
#define HONE_RUN_0 " WHERE study = ?1 AND trial = ?2 AND run = 0"
#define HONE_WORKER " WHERE study = ?1 AND host = ?2 AND boot_id = ?3 AND process = ?4 AND process_start = ?5"
#define HONE_LIVE_TRIAL " WHERE study = ?1 AND number = ?2 AND finished = 0"
  HONE_STATEMENT(select_revision,
                 "SELECT coalesce((SELECT max(revision) FROM journal WHERE study = id), 0) "
                 "FROM studies WHERE id = ?1");
  HONE_STATEMENT(new_line, "INSERT INTO journal VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  HONE_STATEMENT(
      count_objectives,
      "SELECT (SELECT count(*) FROM objectives WHERE study = ?1), (SELECT count(*) FROM studies WHERE id = ?1)");
  HONE_STATEMENT(select_attribute, "SELECT value FROM attributes WHERE study = ?1 AND key = ?2");
  HONE_STATEMENT(put_attribute, "INSERT OR REPLACE INTO attributes VALUES(?1, ?2, ?3)");

  HONE_STATEMENT(next_number,
                 "SELECT coalesce((SELECT max(number) + 1 FROM trials WHERE study = id), 0), "
                 "coalesce((SELECT max(revision) FROM journal WHERE study = id), 0) FROM studies WHERE id = ?1");
  HONE_STATEMENT(new_trial,
                 "INSERT INTO trials(study, number, state, origin, arm, why, attempt, seen, asked, "
                 "until_step, started_ms, options_hash, kernel_id, point, configuration) "
                 "VALUES(?1, ?2, 'running', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
  HONE_STATEMENT(new_run,
                 "INSERT INTO runs(study, trial, run, state, attempt, token, host, boot_id, process, "
                 "process_start, seed) VALUES(?1, ?2, 0, 'running', ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  HONE_STATEMENT(select_standing,
                 "SELECT trials.state, runs.token, runs.attempt, "
                 "coalesce((SELECT max(revision) FROM journal WHERE study = ?1), 0), "
                 "(SELECT count(*) FROM objectives WHERE study = ?1) FROM trials JOIN runs "
                 "ON runs.study = trials.study AND runs.trial = trials.number AND runs.run = 0 "
                 "WHERE trials.study = ?1 AND trials.number = ?2");
  HONE_STATEMENT(give_trial, "UPDATE trials SET state = 'running', until_step = ?3" HONE_LIVE_TRIAL);
  HONE_STATEMENT(give_run,
                 "UPDATE runs SET state = 'running', attempt = ?3, token = ?4, host = ?5, boot_id = ?6, "
                 "process = ?7, process_start = ?8" HONE_RUN_0);
  HONE_STATEMENT(configure, "UPDATE trials SET configuration = ?3" HONE_LIVE_TRIAL);
  HONE_STATEMENT(select_cost, "SELECT cost FROM trials WHERE study = ?1 AND number = ?2");
  HONE_STATEMENT(set_cost, "UPDATE trials SET cost = ?3" HONE_LIVE_TRIAL);
  HONE_STATEMENT(take_trial, "UPDATE trials SET state = ?3, seconds = seconds + ?4" HONE_LIVE_TRIAL);
  HONE_STATEMENT(take_run,
                 "UPDATE runs SET state = ?3, token = NULL, host = NULL, boot_id = NULL, process = NULL, "
                 "process_start = NULL" HONE_RUN_0);
  HONE_STATEMENT(finish_trial,
                 "UPDATE trials SET state = ?3, reason = ?4, seconds = seconds + ?5, "
                 "finished = ?6" HONE_LIVE_TRIAL);
  HONE_STATEMENT(finish_run, "UPDATE runs SET state = ?3, told = ?4" HONE_RUN_0);
  HONE_STATEMENT(put_report, "INSERT OR REPLACE INTO reports VALUES(?1, ?2, 0, ?3, ?4, ?5)");
  HONE_STATEMENT(put_further_value, "INSERT OR REPLACE INTO further_values VALUES(?1, ?2, 0, ?3, ?4, ?5, ?6)");
  HONE_STATEMENT(new_constraint, "INSERT INTO trial_constraints VALUES(?1, ?2, ?3, ?4, ?5)");
  HONE_STATEMENT(running,
                 "SELECT trial, losses, host, boot_id, process, process_start FROM runs "
                 "WHERE study = ?1 AND run = 0 AND state = 'running'");
  HONE_STATEMENT(count_loss, "UPDATE runs SET losses = ?3" HONE_RUN_0);

  HONE_STATEMENT(last_seen, "SELECT coalesce(max(seen_ms), 0) FROM workers WHERE study = ?1");
  HONE_STATEMENT(put_beat,
                 "INSERT INTO workers VALUES(?1, ?2, ?3, ?4, ?5, 1, ?6, ?6, NULL) ON CONFLICT DO UPDATE SET "
                 "beats = beats + 1, seen_ms = ?6, gone = NULL");
  HONE_STATEMENT(end_worker, "UPDATE workers SET gone = ?6" HONE_WORKER " AND gone IS NULL");
  HONE_STATEMENT(select_workers,
                 "SELECT host, boot_id, process, process_start, beats, joined_ms, seen_ms FROM workers "
                 "WHERE study = ?1 AND gone IS NULL ORDER BY 1, 2, 3, 4");

  HONE_STATEMENT(select_changed,
                 "SELECT trial, revision FROM journal WHERE study = ?1 AND revision > ?2 AND changes = 1 "
                 "ORDER BY revision");
  // Each part of one trial, and of all trials of a study at once; the trial's number is column 0.
#define HONE_PART(name, select, number, order)                                                                      \
  HONE_STATEMENT(one_##name, "SELECT " number ", " select " WHERE study = ?1 AND " number " = ?2 ORDER BY " order); \
  HONE_STATEMENT(all_##name, "SELECT " number ", " select " WHERE study = ?1 ORDER BY " order)
  HONE_PART(trials,
            "state, origin, arm, why, attempt, seen, asked, finished, until_step, started_ms, seconds, cost, reason, "
            "point, configuration FROM trials",
            "number", "number");
  HONE_PART(constraints, "value, special FROM trial_constraints", "trial", "trial, position");
  HONE_PART(runs, "run, seed, attempt, state, token, told FROM runs", "trial", "trial, run");
  HONE_PART(reports, "run, step, value, special FROM reports", "trial", "trial, run, step");
  HONE_PART(further, "run, step, position, value, special FROM further_values", "trial", "trial, run, step, position");
#undef HONE_PART
#undef HONE_RUN_0
#undef HONE_WORKER
#undef HONE_LIVE_TRIAL
#undef HONE_STATEMENT
};

}  // namespace hone

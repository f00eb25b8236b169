/// Studies in a PostgreSQL database; any number of processes on any machines may work on it at once. The tables:
/// docs/formats/postgresql.md.
///
/// The verbs are in postgres_store.cpp (studies), postgres_trials.cpp (trials), postgres_workers.cpp (leases) and
/// postgres_changes.cpp (reading trials). What must be decided under the study's lock is decided by the functions in
/// the database; the words of a refusal are made here.
#pragma once
#include <atomic>
#include <map>
#include <mutex>
#include <random>

#include "storage/postgres_pool.hpp"
#include "storage/store_rules.hpp"

namespace hone {

/// Which line stands at a revision: no other line ever has the same mark.
struct PostgresLine {
  Revision revision = 0;
  std::int64_t mark = 0;
};

/// The lines that a store object has read or written last, study by study; by them it notices that a server has lost
/// some. Thread safe.
class PostgresLines {
 public:
  /// The last one, if anything is known of the study.
  std::optional<PostgresLine> last(StudyId study);
  /// The mark at `revision`, if that line is known.
  std::optional<std::int64_t> mark(StudyId study, Revision revision);
  /// A verb wrote `line` when `before` was the last one known. `lost`: that one was not there any more.
  void wrote(StudyId study, PostgresLine before, PostgresLine line, bool lost);
  void lose(StudyId study);
  /// How often lines were found to be lost since they were last read anew, counted on.
  std::uint64_t losses(StudyId study);
  bool has_lost(StudyId study);
  /// All of the study was read up to `line`. `losses`: what was noticed before that began is mended by it, if `anew`.
  void read(StudyId study, PostgresLine line, bool anew, std::uint64_t losses);

 private:
  struct Known {
    std::map<Revision, std::int64_t> marks;
    std::uint64_t losses = 0, mended = 0;
    void add(PostgresLine line);
  };
  std::mutex mutex_;
  std::map<StudyId, Known> studies_;
};

class PostgresStore final : public Store {
 public:
  /// Errors: of the connection; `not_found` without `create` if there is no schema; a newer hone's schema.
  static Result<std::unique_ptr<PostgresStore>> open(PostgresOptions options);

  std::string url() const override { return without_password(pool_.options().url); }
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
  bool has_lost_lines(StudyId study) override { return lines_.has_lost(study); }
  Result<Changes> changed_since(StudyId study, Revision revision) override;
  Result<std::vector<Provenance>> provenance(StudyId study) override;

 private:
  /// What a verb's function answers (postgres_functions.cpp).
  struct Answer {
    std::string status;
    Revision revision = 0;
    std::int64_t at_ms = 0, count = 0;
    std::string was;  ///< the trial's state, when refused
    bool held = false;
    bool is_done() const { return status == "ok" || status == "done"; }
    TrialState state() const { return state_from(was).value_or(TrialState::waiting); }
  };

  explicit PostgresStore(const PostgresOptions& options) : pool_(options), sync_(options) {}
  /// Creates the schema, or brings it up to date.
  Result<void> prepare_schema();
  Result<PgRows> prepare_schema(PgConnection& connection, std::optional<Error>& refusal);
  Result<PgRows> convert_schema(PgConnection& connection);
  /// A random number that no other verb has.
  std::int64_t new_mark();
  /// The last known line; asks for the present one if there is none. Errors: no such study.
  Result<PostgresLine> last_line(StudyId study);
  /// A verb that writes lines. Errors: no such study.
  template <class... Values>
  Result<Answer> verb(const PgStatement& statement, StudyId study, std::int64_t mark, const Values&... values) {
    HONE_TRY(const PostgresLine before, last_line(study));
    return verb_after(before, statement, study, mark, values...);
  }
  /// The same; `before` must be the same one, too, when it is repeated: its own line is looked for after that.
  template <class... Values>
  Result<Answer> verb_after(PostgresLine before, const PgStatement& statement, StudyId study, std::int64_t mark,
                            const Values&... values) {
    HONE_TRY(const PgRows rows,
             pool_.run(statement, PgParameters(study, before.revision, before.mark, mark, values...)));
    return answer(rows, study, before, mark);
  }
  /// As `verb_after`, and known to be on the server's disk. It must be safe to repeat.
  template <class... Values>
  Result<Answer> durable_verb(PostgresLine before, const PgStatement& statement, StudyId study, std::int64_t mark,
                              const Values&... values) {
    const PgParameters parameters(study, before.revision, before.mark, mark, values...);
    HONE_TRY(const PgRows rows, run_durably(statement, parameters));
    return answer(rows, study, before, mark);
  }
  /// One such statement alone goes with its sync in one message; those of several threads share a sync.
  Result<PgRows> run_durably(const PgStatement& statement, const PgParameters& parameters);
  Result<Answer> answer(const PgRows& rows, StudyId study, PostgresLine before, std::int64_t mark);
  /// Somebody took the number first. Those who ask at once again only meet each other, at the cost of a look and a
  /// proposal each time: waits for up to 2 ms, and up to 32 ms when it comes again and again. `random_bits` >= 0.
  void step_aside(std::int64_t random_bits);
  /// A verb of the holder.
  static Result<Revision> held_answer(const Result<Answer>& answer, std::int64_t trial);
  Result<Revision> hand_back(StudyId study, const Claim& claim, TrialState to, std::string_view kind, std::int64_t step,
                             double seconds);
  Result<Revision> told_again(StudyId study, const Claim& claim, const Answer& refused, const Outcome& outcome);
  /// `verb` is repeated until it is known to be on the disk; it must be safe to repeat.
  template <class Verb>
  auto durably(Verb&& verb) -> decltype(verb()) {
    if (pool_.options().one_transaction) return verb();
    Backoff backoff(pool_.options().busy_seconds);
    do {
      HONE_TRY(const std::uint64_t begun, sync_.begin());
      auto result = verb();
      if (!result) return result;
      HONE_TRY(const bool reached, sync_.reach(begun));
      if (reached) return result;
    } while (backoff.wait());
    return not_durable();
  }
  std::unexpected<Error> not_durable() const;
  Result<Revision> import_in_one(StudyId study, std::span<const ImportedTrial> trials, const Owner& owner);
  Result<std::size_t> objectives(StudyId study);
  /// Without noting which lines were read.
  Result<std::vector<TrialRecord>> read_all_trials(StudyId study);
  Result<std::vector<Event>> read_journal(const PgStatement& statement, StudyId study);

  PostgresPool pool_;
  PostgresSync sync_;
  PostgresLines lines_;
  std::atomic<int> durable_now_ = 0;  // statements under way
  std::atomic<int> late_ = 0;         // how often in a row
  std::mutex mutex_;                  // guards the rest
  std::random_device random_;
  std::map<StudyId, std::size_t> objectives_;
};

}  // namespace hone

/// Keeps studies. One verb is one transaction; what a durable verb acknowledged survives kill -9 and power loss.
///
/// Durable before they answer: tell, prune, create_study, remove_study, set_attribute. The other verbs commit without
/// a sync (kill -9 loses none of them; power loss may drop a suffix, and the next durable verb syncs the log before
/// it). Every change of a study takes the next revision of that study; readers catch up with `changed_since`. All verbs
/// are thread safe; tells at the same time share one sync. Errors of every verb: `unavailable` (locked, disk full:
/// nothing was changed, the store is still usable; of a tell it may also mean that the outcome is stored but not known
/// to be on the disk: tell again), `corrupt`, `not_found` for an unknown study or trial.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "trial/ranking.hpp"
#include "trial/trial.hpp"

namespace hone {

using StudyId = std::int64_t;

/// What is fixed when a study is created.
struct StudyRecord {
  StudyId id = 0;                       ///< given by the store
  std::string name;                     ///< unique in the store, 1 to 200 printable characters
  std::string kind;                     ///< "fit", "tune", "session", "library"
  std::vector<std::string> directions;  ///< "minimize" | "maximize"
  std::vector<std::string> metrics;     ///< same length
  std::uint64_t seed = 0;
  std::int64_t max_step = 0;  ///< R; 0 if trials have no steps
  std::string study_file;     ///< normalised study file: a resume, a replay, a worker run from it alone
  std::string space_hash;     ///< of Space::to_toml
  std::string data_hash;      ///< of the data's content, or ""
  std::int64_t created_ms = 0, updated_ms = 0;
  Revision revision = 0;
};

struct NewTrial {
  std::int64_t number = 0;  ///< must be the next free number
  Origin origin = Origin::sampler;
  std::string arm, why;
  std::int64_t attempt = 0;
  Configuration given;  ///< the values that somebody asked for; for the journal only
  Configuration configuration;
  /// If it is there, `configuration` is that of `point` in it, for as long as the trial lives.
  std::shared_ptr<const Space> space;
  SharedVector<double> point;
  Revision seen = 0;
  std::int64_t until_step = 0;
  std::uint64_t run_seed = 0;
  std::string options_hash;  ///< of sampler, pruner and their options
  std::string kernel_id;     ///< binary version and kernel name: replay compares it before it compares bits
  /// Unix time at which it was started, of a trial that was evaluated elsewhere; 0 if nobody knows. Nothing: now.
  std::optional<std::int64_t> started_ms;
  /// Refused once the study has cost that much; nothing: never.
  std::optional<double> cost_budget;
};

/// What proposed a trial: as in NewTrial.
struct Provenance {
  std::string options_hash, kernel_id;
};

/// Who holds a trial. A dead owner on the same host is found at once by boot id, process id and process start time.
struct Owner {
  std::string host;  ///< its name; in a container also which process ids are meant: "node7/pid:[4026532261]"
  std::string boot_id;
  std::int64_t process = 0;
  std::int64_t process_start = 0;  ///< field 22 of /proc/PID/stat
  std::string text() const;        ///< for the token and for people
  /// Reads `text` back; nothing if it is none.
  static std::optional<Owner> from_text(std::string_view text);
  static Owner this_process();
  bool same_host() const;
  /// False only if it is certain: same host, and another boot, or no such process, or a process started later.
  bool may_be_alive() const;
  friend auto operator<=>(const Owner&, const Owner&) = default;
};

/// A process at work on a study, and the lease by which it holds its trials: it lasts as long as `beats` grows. Whoever
/// watches judges that by a clock of his own; no two machines' clocks are ever compared.
struct WorkerRecord {
  Owner owner;
  std::int64_t beats = 0;                   ///< how often it said that it is there, the first time included
  std::int64_t joined_ms = 0, seen_ms = 0;  ///< unix times, for people
};

/// The answer to a verb that gives a trial to somebody.
struct Claim {
  std::int64_t trial = 0;
  std::string token;
  Revision revision = 0;
  std::int64_t at_ms = 0;  ///< unix time of the claim
};

struct Outcome {
  TrialState state = TrialState::complete;  ///< complete, pruned, failed
  std::vector<double> values;               ///< when complete: one per objective, finite
  std::vector<double> constraints;
  std::string reason;
  double seconds = 0;  ///< running time of this stretch, added to the trial's
};

/// A trial that was evaluated elsewhere, as it ended there.
struct ImportedTrial {
  NewTrial trial;
  /// Of an open study, by parameter of the configuration: its domain for the journal, or "" where an earlier trial has
  /// it. Else empty.
  std::vector<std::string> domains;
  struct ImportedReport {
    std::int64_t step = 0;
    std::vector<double> values;  ///< (objectives)
  };
  std::vector<ImportedReport> reports;
  std::optional<Outcome> outcome;  ///< nothing: it is still to be evaluated
  double cost = 0;                 ///< of the study that takes it in, too
  std::string attributes;          ///< a JSON object for a line "attrs" of the journal, or ""
};

/// One line of a study's journal: "asked", "claimed", "configured", "reported", "cost", "paused", "resumed", "told",
/// "pruned", "released", "lost" by the verbs (details: storage/journal_text.hpp), and by the engine "option",
/// "decided", "reread", "restarted", "final", "look".
struct Event {
  Revision revision = 0;
  std::int64_t at_ms = 0;
  std::string kind;
  std::int64_t trial = -1;  ///< -1: the study as a whole
  std::int64_t step = 0;
  std::string detail;
};

/// What a list of studies says of one.
struct StudySummary {
  StudyRecord record;
  TrialCounts trials;
  std::optional<double> best;  ///< of the best complete trial, feasible ones first; with one objective only
};

class Store {
 public:
  virtual ~Store() = default;
  virtual std::string url() const = 0;
  /// Are the trials in this process's own memory, where reading them cannot fail? Then nobody else need keep them.
  virtual bool keeps_in_memory() const { return false; }
  /// One of them; nothing if the store keeps them elsewhere, or has no such study or trial.
  virtual std::optional<TrialRecord> trial_in_memory(StudyId study, std::int64_t number) {
    (void)study, (void)number;
    return std::nullopt;
  }

  // Studies.
  /// `record.id`, times and revision are ignored. Errors: `conflict` if the name is taken.
  virtual Result<StudyRecord> create_study(const StudyRecord& record) = 0;
  virtual Result<std::optional<StudyRecord>> find_study(std::string_view name) = 0;
  virtual Result<std::vector<StudyRecord>> studies() = 0;  ///< by name
  /// The same with what their trials amount to. This one reads all trials of all studies.
  virtual Result<std::vector<StudySummary>> summaries();
  virtual Result<void> remove_study(StudyId study) = 0;  ///< with everything in it

  /// Small named facts of a study ("final_state", "looks", "seconds_used"): text, replaced as a whole, durable.
  virtual Result<void> set_attribute(StudyId study, std::string_view key, std::string_view value) = 0;
  virtual Result<std::optional<std::string>> attribute(StudyId study, std::string_view key) = 0;
  /// What all trials of the study have cost together.
  Result<double> cost_used(StudyId study);
  /// Adds a line to the journal.
  virtual Result<Revision> log(StudyId study, const Event& event) = 0;
  /// The journal without the lines "reported".
  virtual Result<std::vector<Event>> events(StudyId study) = 0;
  /// All of it: one line per revision.
  virtual Result<std::vector<Event>> journal(StudyId study) = 0;

  // Trials.
  /// Creates the trial in state running, held by `owner`. Errors: `conflict` if the number is not the next free one, or
  /// the study has cost `trial.cost_budget` already.
  virtual Result<Claim> create_trial(StudyId study, const NewTrial& trial, const Owner& owner) = 0;
  /// waiting or paused -> running, to go on until `until_step`. Errors: `conflict` if it is in another state.
  virtual Result<Claim> claim_trial(StudyId study, std::int64_t number, std::int64_t until_step,
                                    const Owner& owner) = 0;
  /// A trial of an open study gets a further parameter: `configuration` replaces the one it has. `domain` goes into the
  /// journal. Errors: `conflict` for an old token.
  virtual Result<Revision> configure(StudyId study, const Claim& claim, const Configuration& configuration,
                                     std::string_view domain) = 0;
  /// A report of run 0, `values`: (objectives); a step that is known already is overwritten (a run that was started
  /// again). NaN and infinite values are kept as such. Errors: `conflict` for an old token; another number of values.
  virtual Result<Revision> report(StudyId study, const Claim& claim, std::int64_t step,
                                  std::span<const double> values) = 0;
  /// The same for a study with one objective.
  Result<Revision> report(StudyId study, const Claim& claim, std::int64_t step, double value) {
    return report(study, claim, step, std::span<const double>(&value, 1));
  }
  /// The trial has cost `cost` so far, all starts together (0 to 1e200, in the study's unit); never less than before.
  /// The sum of all is in the study's attribute "cost_used". Errors: `conflict` for an old token.
  virtual Result<Revision> set_cost(StudyId study, const Claim& claim, double cost) = 0;
  /// running -> paused after `step`. Errors: `conflict` for an old token.
  virtual Result<Revision> pause(StudyId study, const Claim& claim, std::int64_t step, double seconds) = 0;
  /// running -> waiting: the worker hands it back. Errors: `conflict` for an old token.
  virtual Result<Revision> release(StudyId study, const Claim& claim, double seconds) = 0;
  /// running -> finished; durable. The same tell again (same token, same outcome) is answered the same way; another
  /// outcome for a finished trial is a `conflict`.
  virtual Result<Revision> tell(StudyId study, const Claim& claim, const Outcome& outcome) = 0;
  /// waiting or paused -> pruned; durable.
  virtual Result<Revision> prune(StudyId study, std::int64_t number, std::string_view reason) = 0;

  // Workers and their leases.
  /// `owner` joins the study, or says that it is still there. `seconds`: how long it has worked since it last said so.
  /// Adds what of that no other worker has accounted for to the study's attribute "seconds_used", and returns the sum:
  /// the time during which anybody worked. Not durable; no line of the journal.
  virtual Result<double> beat(StudyId study, const Owner& owner, double seconds) = 0;
  /// `owner` holds nothing any more. Nothing happens if it is not there.
  virtual Result<void> leave(StudyId study, const Owner& owner) = 0;
  /// Those that have joined and neither left nor been given up, by owner.
  virtual Result<std::vector<WorkerRecord>> workers(StudyId study) = 0;
  /// Sends running trials back to waiting whose owner is certainly dead, or one of `silent` whose `beats` have not
  /// changed since, or on another host and not among the workers; those that were lost more than `retries` times fail
  /// with that reason. Such workers are given up. Returns the numbers of the trials.
  virtual Result<std::vector<std::int64_t>> reclaim(StudyId study, std::int64_t retries,
                                                    std::span<const WorkerRecord> silent = {}) = 0;

  /// Adds the trials, the first with the next free number, as if `owner` had created, reported and told each; durable.
  /// One transaction where the store has its own implementation; this one calls the verbs above one after another, and
  /// what came before an error stays. Errors: of those verbs.
  virtual Result<Revision> import_trials(StudyId study, std::span<const ImportedTrial> trials, const Owner& owner);

  /// Trials whose `changed` is above `revision`, by number, as of one moment; and that moment.
  struct Changes {
    Revision revision = 0;
    /// The line that this Store object read or wrote at the revision asked for is not there any more (a server lost it
    /// in a crash, and others may have taken its number): this is the whole study, and what was known of it is void.
    bool reread = false;
    std::vector<TrialRecord> trials;
  };
  /// Has this object noticed that lines it has answered are gone? A verb's own revision then says nothing about what
  /// came before it: the next `changed_since` answers with everything. O(1).
  virtual bool has_lost_lines(StudyId study) {
    (void)study;
    return false;
  }
  /// `revision`: 0, or one that this object has answered; a store that can lose lines remembers which lines those were.
  virtual Result<Changes> changed_since(StudyId study, Revision revision) = 0;
  /// One for each trial, by number.
  virtual Result<std::vector<Provenance>> provenance(StudyId study) = 0;
};

/// URLs: "memory://", "sqlite:///relative.db", "sqlite:////absolute.db"; `?durability=relaxed` behind a file's: no verb
/// waits for the disk, so power loss may also drop the latest tells. "postgresql://USER@HOST:PORT/DATABASE", as libpq
/// takes it. `create`: make the file, or the tables in the database, if there is none.
/// Errors: unknown scheme; not a SQLite file; written by a newer hone; read-only; a network file system (with the
/// cure); locked, or the server away, for longer than `busy_seconds`.
Result<std::unique_ptr<Store>> open_store(std::string_view url, bool create, double busy_seconds = 10);
/// The file behind a URL, or "" for memory and for a server.
Result<std::string> store_path(std::string_view url);
/// The URL without the passwords in it: the only form that messages and records may show.
std::string without_password(std::string_view url);

/// One kind of store; a new one is a file and a line in store_list.inc.
struct StoreInfo {
  std::string_view scheme, summary;
  Result<std::unique_ptr<Store>> (*open)(std::string_view rest, bool create, double busy_seconds);
};
#define HONE_STORE(id) extern const StoreInfo id##_store_info;
#include "storage/store_list.inc"
#undef HONE_STORE
std::span<const StoreInfo* const> all_stores();

}  // namespace hone

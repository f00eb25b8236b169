/// A study at work: asks, reports, prunes and tells, on top of a store. One object per process and study.
#pragma once
#include <array>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "engine/decision_line.hpp"
#include "engine/membership.hpp"
#include "engine/process_claims.hpp"
#include "engine/proposal.hpp"
#include "pruners/pruner.hpp"
#include "samplers/sampler.hpp"
#include "storage/store.hpp"
#include "trial/archive.hpp"
#include "trial/ranking.hpp"
#include "trial/runner.hpp"
#include "trial/view.hpp"

namespace hone {

/// What may change from one start of a study to the next; every change is an event of the study.
struct StudyOptions {
  std::string sampler = "auto";
  std::string pruner = "none";
  std::map<std::string, std::map<std::string, double>> options;  ///< by sampler or pruner name
  std::optional<std::int64_t> trials;  ///< total number of trials of the study; nothing: no limit
  std::optional<double> cost;          ///< no trial is started once all have cost that much; nothing: no limit
  double cost_per_hour = 0;            ///< what an hour of a running trial costs
  bool same_max_step = false;          ///< a stored study must have the wanted max_step; else its own holds
  std::int64_t retries = 1;            ///< how often a trial of a dead worker is started again
  double beat_seconds = 5;             ///< see MembershipOptions, as the next two
  double silent_seconds = 60;
  bool counts_time = false;
  std::optional<Owner> owner;          ///< who holds the trials; else this process
  std::vector<Configuration> enqueue;  ///< the first trials
  double audit = 0;                    ///< share of the trials that the pruner would end, finished anyway: see `judge`
  bool deterministic = true;           ///< equal configurations give equal values: never propose one twice
  std::filesystem::path checkpoints;   ///< folder, or "" for runners that cannot pause
  bool caller_keeps_states = false;    ///< a paused trial goes on where it paused, whatever `checkpoints` holds
  std::string kernel_id;               ///< recorded with every trial
};

/// One trial to be run now.
struct Assignment {
  Claim claim;
  RunRequest request;
  std::string arm;
};
/// Nothing to start before something else has finished.
struct NothingYet {};
/// The study is finished: "trials" (budget), "exhausted" (no configuration is left), "cost" (budget; what is paused or
/// waiting stays so, for a larger one); or "halted" (`halt_study`).
struct StudyDone {
  std::string reason;
  std::vector<std::int64_t> given_up = {};  ///< trials that were paused and are pruned now: nobody goes on with them
};
using Work = std::variant<Assignment, NothingYet, StudyDone>;

/// Halts a study: no trial is started, running ones are handed back, whoever works on it ends; or lets it go on. An
/// event of the study.
Result<void> halt_study(Store& store, StudyId study, bool halt);
Result<bool> is_halted(Store& store, StudyId study);

class Study {
 public:
  ~Study();
  /// Opens `wanted.name` in `store`, or creates it. A study that exists must have the same space, directions, metric
  /// and data: otherwise `conflict`, naming what differs. Trials of dead workers are handed back. `store` and `clock`
  /// must outlive the study.
  static Result<std::unique_ptr<Study>> open(Store& store, const StudyRecord& wanted,
                                             std::shared_ptr<const Space> space, const StudyOptions& options,
                                             const Clock& clock = system_clock());

  /// What `open` refuses without looking at a store: the record, unknown samplers, options, enqueued configurations, a
  /// space whose constraints leave nothing.
  static Result<void> check(const StudyRecord& wanted, const std::shared_ptr<const Space>& space,
                            const StudyOptions& options);

  /// What to do next. Waiting trials come first, then what the pruner wants, then a new configuration. With `given`
  /// values: a new trial that has them, the others proposed. Thread safe. Errors: given values that do not fit the
  /// space, are forbidden, or leave nothing that was not tried.
  Result<Work> next(const Configuration& given = {});
  /// Adds a waiting trial with those values, the others proposed: the next to be started. Thread safe. Errors: as
  /// `next`; `conflict` when the budget of trials is given out.
  Result<TrialRecord> enqueue(const Configuration& given);
  /// Blocks until something changed in this process or `seconds` passed.
  void wait_for_change(double seconds);

  /// Has the study no space of its own? Then its trials are given out without parameters, and each asks for its own,
  /// one after another (define by run); its space is what they have asked for so far. One thread at a time.
  bool is_open() const { return open_; }
  /// The value of `parameter` in that trial of an open study; the same again for the same name. Parameters that earlier
  /// trials had are proposed together by the sampler when a trial asks for its first; a new one is drawn uniformly.
  /// Cost: that of an ask without memo. Errors: a study that is not open; a parameter that had another domain before;
  /// what `validate` refuses.
  Result<Value> suggest(const Assignment& assignment, const Parameter& parameter);

  /// Stores the report, `values`: (objectives), and decides. Thread safe.
  Result<Decision> report(const Assignment& assignment, std::int64_t step, std::span<const double> values);
  /// The same for a study with one objective.
  Result<Decision> report(const Assignment& assignment, std::int64_t step, double value) {
    return report(assignment, step, std::span<const double>(&value, 1));
  }
  /// Adds a line about a running trial to the journal. Thread safe.
  Result<void> note(const Assignment& assignment, std::string_view kind, const std::string& detail);
  /// What this start of the trial has cost so far; a smaller number than before counts for nothing. Thread safe.
  /// Errors: `conflict` if the trial is somebody else's by now; not finite, negative.
  Result<void> cost(const Assignment& assignment, double so_far);
  /// Stores how a run ended; `seconds`: wall time of this stretch.
  Result<void> finish(const Assignment& assignment, const RunOutcome& outcome, double seconds);
  /// `report` or `finish` was refused with `conflict` or `not_found`: the trial is somebody else's by now.
  void lose(const Assignment& assignment);
  /// From now on `report` answers hand_back: workers are to end soon.
  void stop_soon();

  /// Keeps this process's lease, takes back trials of workers that are gone, hands back trials that are ours by the
  /// store but that nobody here works on (the answer to their claim was lost), and notices `halt_study`. Call it every
  /// second or so; it costs little. Thread safe. Errors: of the store; the next call tries again.
  Result<void> tick();
  /// Nobody here holds a trial any more. Also done when the study goes.
  Result<void> leave();
  /// Seconds that the study has been worked on, by anybody; with `counts_time`.
  double used_seconds();
  /// What all trials have cost together, as of the last ask or tick; only looked up if there is a budget for it.
  double cost_used() const { return cost_used_.load(); }
  /// Has somebody halted it?
  bool is_halted() const { return halted_.load(); }

  const StudyRecord& record() const { return record_; }
  Store& store() { return store_; }
  const Space& space() const { return *space_; }
  bool maximize() const { return history_.maximize().front(); }
  View view();
  /// All trials as recorded, by number.
  std::vector<TrialRecord> trials();
  /// One of them, or nothing.
  std::optional<TrialRecord> trial(std::int64_t number);
  TrialCounts counts();
  /// The best complete trial of a single-objective study; if none is complete, the one with the best value at the
  /// highest step reported. Nothing before the first report.
  std::optional<TrialRecord> best();
  /// The feasible complete trials that no other one dominates, by number.
  std::vector<TrialRecord> front();
  /// CPU seconds the engine itself has used: asks, reports, tells (the elapsed ones of calls that take under 20 us).
  double overhead_seconds();

 private:
  Study(Store& store, StudyRecord record, std::shared_ptr<const Space> space, const StudyOptions& options,
        const Clock& clock);
  Result<void> catch_up();  // needs mutex_
  void forget_all();        // needs mutex_
  Result<void> look_whether_halted();
  Result<bool> is_cost_spent();
  Result<void> add_cost(const Assignment& assignment, double so_far, double seconds);
  Result<void> hand_back_strays();
  /// Somebody here works on it from now on. Needs ask_mutex_.
  Assignment hold(std::int64_t number, const Claim& claim, std::int64_t from_step);
  std::uint64_t generation();
  /// After a verb of our own that took `revision`: applies its `change` to our copy of the trial if nobody else's came
  /// between, else reads what came.
  template <class Change>
  Result<void> learn(std::int64_t number, Revision revision, Change change);
  template <class Change>
  Result<void> learn_locked(std::int64_t number, Revision revision, Change change);  // needs mutex_
  /// Writes down what was decided, and from which prefix of the study.
  Result<void> log_decision(std::int64_t trial, std::int64_t step, const DecisionLine& line);
  void put(TrialRecord record);  // needs mutex_
  /// Our copy of a trial has changed: history and waiting_ take it in, and it is put away if it has finished.
  void changed(std::int64_t number);  // needs mutex_
  Result<void> catch_up_now();
  Result<void> grow_for(const std::vector<TrialRecord>& trials, Revision until);  // needs mutex_
  void grow(std::shared_ptr<const Space> space);                                  // needs mutex_
  std::optional<TrialRecord> trial_locked(std::int64_t number);                   // needs mutex_
  Result<double> unit_for(std::int64_t number, const Parameter& parameter);
  Result<std::optional<Work>> take_waiting();
  Result<Work> next_given(const Configuration& given);
  Result<std::optional<Work>> start_new(View view, std::int64_t until_step, const Configuration* given);
  Result<Proposed> proposal_for(const View& view, const Configuration* given);
  Result<std::optional<Work>> resume(const ResumeTrial& what);
  Result<std::optional<Assignment>> claim(std::int64_t number, std::int64_t until_step, std::int64_t from_step);
  Result<Work> nothing_new(const View& view);
  Result<Work> done_by_cost();
  Assignment assignment_for(const TrialRecord& record, const Claim& claim, std::int64_t from_step) const;
  Result<void> log_options();

  Store& store_;
  StudyRecord record_;
  std::shared_ptr<const Space> space_;
  bool open_ = false;
  std::map<std::int64_t, Point> proposed_;  ///< of an open study: what the sampler proposed for a trial, together
  StudyOptions options_;
  const Clock& clock_;
  Owner owner_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Memo> memo_;  // guarded by ask_mutex_, as the next two
  SeenPoints seen_;             // of the first seen_rows_ trials
  std::size_t seen_rows_ = 0;
  std::uint64_t seen_generation_ = 0;
  std::unique_ptr<Pruner> pruner_;
  std::string options_hash_;

  std::mutex membership_mutex_;  // taken before the others
  Membership membership_;        // guarded by membership_mutex_
  ProcessClaims claims_;         // given out by us, and not finished
  std::atomic<bool> halted_ = false;
  std::atomic<double> cost_used_ = 0;

  std::mutex ask_mutex_;  // one ask at a time; taken before mutex_
  std::mutex mutex_;      // guards everything below
  std::condition_variable changed_;
  History history_;
  std::map<std::int64_t, TrialRecord> live_;  // the trials that have not finished
  TrialArchive finished_;                     // the others, unless the store keeps them in memory
  std::set<std::int64_t> waiting_;            // numbers of the trials in that state
  struct Cost {
    double before = 0, so_far = 0;  // of earlier starts, of this one
  };
  std::map<std::int64_t, Cost> costs_;  // of the trials that are held here
  Revision revision_ = 0;
  std::uint64_t generation_ = 0;  ///< how often everything had to be read again
  std::uint64_t change_count_ = 0;
  bool stopping_ = false;
  bool lost_lines_ = false;  ///< the journal is still to say so
  double overhead_seconds_ = 0;
  std::array<std::atomic<bool>, 3> short_scopes_ = {};  // see OverheadTimer; guarded by nothing

  friend class OverheadTimer;
};

}  // namespace hone

#include "engine/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/check.hpp"
#include "base/files.hpp"
#include "engine/study_open.hpp"
#include "storage/record_changes.hpp"
#include "storage/store_rules.hpp"

namespace hone {

/// Adds the CPU time of a scope to the study's own account.
class OverheadTimer {
 public:
  explicit OverheadTimer(Study& study) : study_(study), start_(study.clock_.thread_cpu_seconds()) {}
  OverheadTimer(const OverheadTimer&) = delete;
  OverheadTimer& operator=(const OverheadTimer&) = delete;
  ~OverheadTimer() {
    const double used = study_.clock_.thread_cpu_seconds() - start_;
    const std::scoped_lock lock(study_.mutex_);
    study_.overhead_seconds_ += used;
  }

 private:
  Study& study_;
  double start_;
};

namespace {

std::vector<bool> maximize_flags(const StudyRecord& record) {
  std::vector<bool> flags;
  for (const std::string& direction : record.directions) flags.push_back(direction == "maximize");
  return flags;
}

std::map<std::string, double> options_of(const StudyOptions& options, const std::string& name) {
  const auto found = options.options.find(name);
  return found == options.options.end() ? std::map<std::string, double>{} : found->second;
}

std::int64_t last_step(const TrialRecord& record) {
  return record.runs.empty() || record.runs[0].reports.empty() ? 0 : record.runs[0].reports.back().step;
}

}  // namespace

Study::Study(Store& store, StudyRecord record, std::shared_ptr<const Space> space, const StudyOptions& options,
             const Clock& clock)
    : store_(store),
      record_(std::move(record)),
      space_(std::move(space)),
      options_(options),
      clock_(clock),
      owner_(Owner::this_process()),
      history_(space_, maximize_flags(record_)) {}

Result<void> Study::check(const StudyRecord& wanted, const std::shared_ptr<const Space>& space,
                          const StudyOptions& options) {
  HONE_TRY_VOID(check_study(wanted));
  HONE_TRY(const auto sampler, make_sampler(options.sampler, options_of(options, options.sampler)));
  HONE_TRY_VOID(make_pruner(options.pruner, options_of(options, options.pruner), {wanted.max_step}));
  for (const Configuration& first : options.enqueue)
    if (auto point = space->complete(first, Point(space->axes().size(), 0.5)); !point)
      return refuse("an enqueued configuration does not fit the space: " + point.error().message);
  if (space->forbid().empty()) return {};
  History empty(space, maximize_flags(wanted));  // what the first trial would meet
  const auto memo = sampler->make_memo();
  HONE_TRY_VOID(propose(empty.view(), SeenPoints(), *sampler, memo.get(), {.study_seed = wanted.seed}));
  return {};
}

Result<std::unique_ptr<Study>> Study::open(Store& store, const StudyRecord& wanted, std::shared_ptr<const Space> space,
                                           const StudyOptions& options, const Clock& clock) {
  HONE_TRY_VOID(check(wanted, space, options));  // everything that can be refused, before the store is touched
  HONE_TRY(auto sampler, make_sampler(options.sampler, options_of(options, options.sampler)));
  HONE_TRY(StudyRecord record, find_or_create(store, wanted, options.same_max_step));
  HONE_TRY(auto pruner, make_pruner(options.pruner, options_of(options, options.pruner), {record.max_step}));
  std::unique_ptr<Study> study(new Study(store, std::move(record), std::move(space), options, clock));
  study->sampler_ = std::move(sampler);
  study->memo_ = study->sampler_->make_memo();
  study->pruner_ = std::move(pruner);
  study->options_hash_ = hash_text(options_text(options));
  HONE_TRY_VOID(store.reclaim_dead(study->record_.id, options.retries));
  HONE_TRY_VOID(study->log_options());
  HONE_TRY_VOID(study->catch_up_now());
  return study;
}

/// A change of sampler, pruner or budget is part of the study's story.
Result<void> Study::log_options() {
  const std::string now = options_text(options_);
  HONE_TRY(const auto before, store_.attribute(record_.id, "options"));
  if (before == now) return {};
  HONE_TRY_VOID(store_.set_attribute(record_.id, "options", now));
  Event event;
  event.kind = "option";
  event.detail = now;
  HONE_TRY_VOID(store_.log(record_.id, event));
  return {};
}

Result<void> Study::catch_up_now() {
  const std::scoped_lock lock(mutex_);
  return catch_up();
}

Result<void> Study::catch_up() {
  HONE_TRY(Store::Changes changes, store_.changed_since(record_.id, revision_));
  for (TrialRecord& trial : changes.trials) put(std::move(trial));
  revision_ = changes.revision;
  history_.set_revision(revision_);
  return {};
}

void Study::put(TrialRecord record) {
  const auto number = static_cast<std::size_t>(record.number);
  HONE_CHECK(number <= records_.size(), "trial numbers are dense");
  history_.put(record);
  if (number == records_.size()) records_.emplace_back();
  records_[number] = std::move(record);
}

template <class Change>
Result<void> Study::learn(std::int64_t number, Revision revision, Change change) {
  const std::scoped_lock lock(mutex_);
  if (revision <= revision_) return {};  // another thread of ours has read it already
  if (revision != revision_ + 1) return catch_up();
  const auto at = static_cast<std::size_t>(number);
  if (at == records_.size()) records_.emplace_back();
  change(records_[at]);
  history_.put(records_[at]);
  revision_ = revision;
  history_.set_revision(revision_);
  return {};
}

Result<Work> Study::next() {
  const std::scoped_lock asking(ask_mutex_);
  const OverheadTimer timer(*this);
  for (;;) {
    HONE_TRY(auto waiting, take_waiting());
    if (waiting) return std::move(*waiting);

    View now = view();
    const bool new_allowed = !options_.trials || static_cast<std::int64_t>(now.size()) < *options_.trials;
    const NextStep step = pruner_->next(now, Asker{new_allowed});
    if (const auto* resumed = std::get_if<ResumeTrial>(&step)) {
      HONE_TRY(auto work, resume(*resumed));
      if (work) return std::move(*work);
      continue;  // another worker was faster
    }
    if (const auto* fresh = std::get_if<StartNew>(&step); fresh && new_allowed)
      return start_new(std::move(now), fresh->until_step);
    if (new_allowed) return NothingYet{};  // the pruner waits for running trials
    return nothing_new(now);
  }
}

/// A trial that was handed back, lost by a dead worker, or not yet started.
Result<std::optional<Work>> Study::take_waiting() {
  for (;;) {
    std::optional<TrialRecord> found;
    {
      const std::scoped_lock lock(mutex_);
      HONE_TRY_VOID(catch_up());
      const auto at = std::ranges::find(records_, TrialState::waiting, &TrialRecord::state);
      if (at != records_.end()) found = *at;
    }
    if (!found) return std::optional<Work>{};

    const std::int64_t from = latest_checkpoint(options_.checkpoints, found->number, last_step(*found));
    HONE_TRY(auto assignment, claim(found->number, found->until_step, from));
    if (!assignment) continue;  // another worker was faster
    // It may have been lost between the report at `from` and the decision about it: decide again, from the same view.
    if (from > 0 && from >= found->until_step && from < record_.max_step) {
      const Decision decision = pruner_->decide(view(), found->number, from);
      if (decision != Decision::go_on) {
        RunOutcome outcome;
        outcome.state = decision == Decision::stop ? TrialState::pruned : TrialState::paused;
        outcome.step = from;
        HONE_TRY_VOID(finish(*assignment, outcome, 0));
        continue;
      }
    }
    return std::optional<Work>(std::move(*assignment));
  }
}

Result<std::optional<Work>> Study::resume(const ResumeTrial& what) {
  const std::int64_t from = latest_checkpoint(options_.checkpoints, what.trial, what.from_step);
  HONE_TRY(auto assignment, claim(what.trial, what.until_step, from));
  if (!assignment) return std::optional<Work>{};
  return std::optional<Work>(std::move(*assignment));
}

/// Nothing if another worker holds the trial by now.
Result<std::optional<Assignment>> Study::claim(std::int64_t number, std::int64_t until_step, std::int64_t from_step) {
  auto claimed = store_.claim_trial(record_.id, number, until_step, owner_);
  if (!claimed && claimed.error().kind != Error::Kind::conflict) return std::unexpected(std::move(claimed).error());
  if (!claimed) {
    HONE_TRY_VOID(catch_up_now());
    return std::optional<Assignment>{};
  }
  HONE_TRY_VOID(
      learn(number, claimed->revision, [&](TrialRecord& record) { record_claimed(record, *claimed, until_step); }));
  const std::scoped_lock lock(mutex_);
  return std::optional(assignment_for(records_[static_cast<std::size_t>(number)], *claimed, from_step));
}

Result<Work> Study::start_new(View now, std::int64_t until_step) {
  for (std::optional<View> view(std::move(now));; view.emplace(this->view())) {
    ProposalContext context;
    context.study_seed = record_.seed;
    context.trial = static_cast<std::int64_t>(view->size());
    context.deterministic = options_.deterministic;
    context.enqueue = &options_.enqueue;
    for (; seen_rows_ < view->size(); ++seen_rows_) seen_.add((*view)[seen_rows_].point);
    auto proposed = propose(*view, seen_, *sampler_, memo_.get(), context);
    if (!proposed && proposed.error().kind == Error::Kind::unavailable &&
        proposed.error().message.starts_with("exhausted"))
      return nothing_new(*view);
    if (!proposed) return std::unexpected(std::move(proposed).error());

    NewTrial trial;
    trial.number = context.trial;
    trial.origin = proposed->origin;
    trial.arm = std::move(proposed->arm);
    trial.why = std::move(proposed->why);
    trial.attempt = proposed->attempt;
    trial.configuration = std::move(proposed->configuration);
    trial.point = std::move(proposed->point);
    trial.seen = view->revision();
    trial.until_step = until_step;
    trial.run_seed = run_seed(record_.seed, trial.number, 0);
    trial.options_hash = options_hash_;
    trial.kernel_id = options_.kernel_id;
    view.reset();  // a snapshot alive would make the next change copy the index of all trials
    auto created = store_.create_trial(record_.id, trial, owner_);
    if (created) {
      HONE_TRY_VOID(learn(trial.number, created->revision,
                          [&](TrialRecord& record) { record = record_created(trial, *created); }));
      const std::scoped_lock lock(mutex_);
      return assignment_for(records_[static_cast<std::size_t>(trial.number)], *created, 0);
    }
    if (created.error().kind != Error::Kind::conflict) return std::unexpected(std::move(created).error());
    const std::scoped_lock lock(mutex_);
    HONE_TRY_VOID(catch_up());  // another worker was faster
    if (options_.trials && static_cast<std::int64_t>(records_.size()) >= *options_.trials) return NothingYet{};
  }
}

/// No new trial may start: wait for what runs, then give up what is still paused. If nothing was ever promoted to the
/// end (a budget of one or two trials), the best paused trial is: a study does not end without a complete trial.
Result<Work> Study::nothing_new(const View& view) {
  std::vector<std::int64_t> paused;
  bool any_complete = false;
  for (std::size_t i = 0; i < view.size(); ++i) {
    if (view[i].state == TrialState::running) return NothingYet{};
    if (view[i].state == TrialState::paused) paused.push_back(view[i].number);
    any_complete = any_complete || view[i].state == TrialState::complete;
  }
  if (const auto leader = best(); !any_complete && leader && leader->state == TrialState::paused) {
    HONE_TRY(auto work, resume({leader->number, last_step(*leader), record_.max_step}));
    return work ? std::move(*work) : Work(NothingYet{});
  }
  for (const std::int64_t number : paused) {
    if (auto done = store_.prune(record_.id, number, "not promoted before the budget was spent"); !done)
      if (done.error().kind != Error::Kind::conflict) return std::unexpected(std::move(done).error());
    remove_checkpoints(options_.checkpoints, number, 0);
  }
  HONE_TRY_VOID(catch_up_now());
  const bool spent = options_.trials && static_cast<std::int64_t>(view.size()) >= *options_.trials;
  return StudyDone{spent ? "trials" : "exhausted"};
}

Assignment Study::assignment_for(const TrialRecord& record, const Claim& claim, std::int64_t from_step) const {
  Assignment assignment;
  assignment.claim = claim;
  assignment.arm = record.arm;
  RunRequest& request = assignment.request;
  request.trial = record.number;
  request.study_seed = record_.seed;
  request.seed = record.runs.empty() ? run_seed(record_.seed, record.number, 0) : record.runs[0].seed;
  request.configuration = record.configuration;
  request.from_step = from_step;
  request.until_step = record.until_step;
  request.max_step = record_.max_step;
  request.checkpoints = options_.checkpoints;
  request.reported_step = last_step(record);
  return assignment;
}

void Study::wait_for_change(double seconds) {
  std::unique_lock lock(mutex_);
  const std::uint64_t before = change_count_;
  changed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return change_count_ != before || stopping_; });
}

Result<Decision> Study::report(const Assignment& assignment, std::int64_t step, double value) {
  const OverheadTimer timer(*this);
  const std::int64_t number = assignment.request.trial;
  HONE_TRY(const Revision revision, store_.report(record_.id, assignment.claim, step, value));
  HONE_TRY_VOID(learn(number, revision, [&](TrialRecord& record) { record_reported(record, step, value, revision); }));
  {
    const std::scoped_lock lock(mutex_);
    ++change_count_;
    if (stopping_) return Decision::hand_back;
  }
  changed_.notify_all();
  if (step >= record_.max_step && record_.max_step > 0) return Decision::go_on;
  if (step < assignment.request.until_step) return Decision::go_on;
  return pruner_->decide(view(), number, step);
}

Result<void> Study::finish(const Assignment& assignment, const RunOutcome& outcome, double seconds) {
  const OverheadTimer timer(*this);
  const std::int64_t number = assignment.request.trial;
  if (outcome.started_anew) {
    Event event;
    event.kind = "restarted";
    event.trial = number;
    event.step = assignment.request.from_step;
    event.detail = "the checkpoint could not be used: started anew";
    HONE_TRY_VOID(store_.log(record_.id, event));
  }
  if (outcome.state == TrialState::paused || outcome.state == TrialState::waiting) {
    const bool pauses = outcome.state == TrialState::paused;
    HONE_TRY(const Revision revision, pauses ? store_.pause(record_.id, assignment.claim, outcome.step, seconds)
                                             : store_.release(record_.id, assignment.claim, seconds));
    HONE_TRY_VOID(learn(number, revision,
                        [&](TrialRecord& record) { record_handed_back(record, outcome.state, seconds, revision); }));
  } else {
    const Outcome told{outcome.state, outcome.values, {}, outcome.reason, seconds};
    HONE_TRY(const Revision revision, store_.tell(record_.id, assignment.claim, told));
    remove_checkpoints(options_.checkpoints, number, 0);
    HONE_TRY_VOID(learn(number, revision, [&](TrialRecord& record) { record_told(record, told, revision); }));
  }
  {
    const std::scoped_lock lock(mutex_);
    ++change_count_;
  }
  changed_.notify_all();
  return {};
}

void Study::stop_soon() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

View Study::view() {
  const std::scoped_lock lock(mutex_);
  return history_.view();
}

std::vector<TrialRecord> Study::trials() {
  const std::scoped_lock lock(mutex_);
  return records_;
}

TrialCounts Study::counts() {
  const std::scoped_lock lock(mutex_);
  return count_trials(records_);
}

std::optional<TrialRecord> Study::best() {
  const std::scoped_lock lock(mutex_);
  const auto ranked = best_first(records_, maximize());
  if (ranked.empty()) return std::nullopt;
  return records_[ranked.front()];
}

double Study::overhead_seconds() {
  const std::scoped_lock lock(mutex_);
  return overhead_seconds_;
}

}  // namespace hone

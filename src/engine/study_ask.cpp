// The asking side of a study: waiting trials, what the pruner wants, new ones (declared in engine/study.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "engine/study_open.hpp"
#include "engine/study_parts.hpp"
#include "engine/study_rules.hpp"
#include "storage/record_changes.hpp"
#include "storage/store_rules.hpp"

namespace hone {

Result<Work> Study::next(const Configuration& given) {
  if (is_halted()) return StudyDone{"halted"};
  if (!given.empty()) return next_given(given);
  const std::scoped_lock turn(ask_mutex_);
  const ProcessClaims::Asking asking(claims_);
  const OverheadTimer timer(*this, OverheadTimer::Scope::ask);
  TurnCounter turns;
  for (;;) {
    HONE_TRY_VOID(turns.turn(view().revision()));
    HONE_TRY(const bool spent, is_cost_spent());
    if (spent) return done_by_cost();
    HONE_TRY(auto waiting, take_waiting());
    if (waiting) return std::move(*waiting);

    std::optional<View> now(view());
    const bool new_allowed = !options_.trials || static_cast<std::int64_t>(now->size()) < *options_.trials;
    const NextStep step = pruner_->next(*now, Asker{new_allowed});
    if (const auto* resumed = std::get_if<ResumeTrial>(&step)) {
      const Revision seen = now->revision();
      now.reset();  // see History::put
      HONE_TRY_VOID(log_decision(resumed->trial, resumed->until_step, {DecisionLine::What::resume, seen}));
      HONE_TRY(auto work, resume(*resumed));
      if (work) return std::move(*work);
      continue;  // another worker was faster
    }
    if (const auto* fresh = std::get_if<StartNew>(&step); fresh && new_allowed) {
      HONE_TRY(auto work, start_new(std::move(*now), fresh->until_step, nullptr));
      if (work) return std::move(*work);
      continue;
    }
    if (new_allowed) return NothingYet{};  // the pruner waits for running trials
    return nothing_new(*now);
  }
}

/// Nobody asks on from here, but what the store knows by now must be known here too: a trial that came back to us.
Result<Work> Study::done_by_cost() {
  HONE_TRY_VOID(catch_up_now());
  return StudyDone{"cost"};
}

Result<Work> Study::next_given(const Configuration& given) {
  const std::scoped_lock turn(ask_mutex_);
  const ProcessClaims::Asking asking(claims_);
  const OverheadTimer timer(*this, OverheadTimer::Scope::ask);
  HONE_TRY_VOID(catch_up_now());
  TurnCounter turns;
  for (;;) {
    View now = view();
    HONE_TRY_VOID(turns.turn(now.revision()));
    HONE_TRY(const bool spent, is_cost_spent());
    if (spent) return done_by_cost();
    if (options_.trials && static_cast<std::int64_t>(now.size()) >= *options_.trials) return nothing_new(now);
    const std::int64_t until_step = first_rung(*pruner_, now);
    HONE_TRY(auto work, start_new(std::move(now), until_step, &given));
    if (work) return std::move(*work);
  }
}

Result<TrialRecord> Study::enqueue(const Configuration& given) {
  const std::scoped_lock turn(ask_mutex_);
  const ProcessClaims::Asking asking(claims_);
  HONE_TRY_VOID(catch_up_now());
  TurnCounter turns;
  for (;;) {
    View now = view();
    HONE_TRY_VOID(turns.turn(now.revision()));
    HONE_TRY(const bool spent, is_cost_spent());
    if (spent) return cost_spent(*options_.cost);
    if (options_.trials && static_cast<std::int64_t>(now.size()) >= *options_.trials)
      return fail(Error::Kind::conflict,
                  fmt::format("all {} trials of the study have been given out: raise its budget", *options_.trials));
    // The study file's own come first: they are found by their number.
    const std::size_t number = now.size();
    const bool own = number < options_.enqueue.size();
    const std::int64_t until_step = first_rung(*pruner_, now);
    HONE_TRY(const auto work, start_new(std::move(now), until_step, own ? nullptr : &given));
    if (!work) continue;  // another worker was faster
    const auto* assignment = std::get_if<Assignment>(&*work);
    if (!assignment) return fail(Error::Kind::conflict, "every configuration of the space has been tried");
    RunOutcome handed_back;
    handed_back.state = TrialState::waiting;
    HONE_TRY_VOID(finish(*assignment, handed_back, 0));
    if (own) continue;
    return *trial(assignment->request.trial);
  }
}

/// A trial that was handed back, lost by a dead worker, or not yet started.
Result<std::optional<Work>> Study::take_waiting() {
  TurnCounter turns;
  for (;;) {
    std::optional<TrialRecord> found;
    {
      const std::scoped_lock lock(mutex_);
      HONE_TRY_VOID(catch_up());
      HONE_TRY_VOID(turns.turn(revision_));
      if (!waiting_.empty()) found = live_.at(*waiting_.begin());
    }
    if (!found) return std::optional<Work>{};

    const std::int64_t from = latest_checkpoint(options_.checkpoints, found->number, last_step(*found));
    HONE_TRY(auto assignment, claim(found->number, found->until_step, from));
    if (!assignment) continue;  // another worker was faster
    // It may have been lost between the report at `from` and the decision about it: decide again, from the same view.
    if (from > 0 && from >= found->until_step && from < record_.max_step) {
      const View now = view();
      const auto what = judge(*pruner_, now, found->number, from, record_.seed, options_.audit);
      HONE_TRY_VOID(log_decision(found->number, from, {what, now.revision()}));
      const Decision decision = answer_of(what);
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
  const std::int64_t from = options_.caller_keeps_states
                                ? what.from_step
                                : latest_checkpoint(options_.checkpoints, what.trial, what.from_step);
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
  return std::optional(hold(number, *claimed, from_step));
}

/// With values given for it by the caller, or by the study file.
Result<Proposed> Study::proposal_for(const View& view, const Configuration* given) {
  if (open_) return nothing_proposed();
  if (const std::uint64_t now = generation(); now != seen_generation_) {
    seen_generation_ = now;
    seen_ = SeenPoints();
    seen_rows_ = 0;
    memo_ = sampler_->make_memo();
  }
  for (; seen_rows_ < view.size(); ++seen_rows_) seen_.add(view[seen_rows_].point);
  ProposalContext context;
  context.study_seed = record_.seed;
  context.trial = static_cast<std::int64_t>(view.size());
  context.deterministic = options_.deterministic;
  context.given = given;
  return propose(view, seen_, *sampler_, memo_.get(), context);
}

/// Nothing if another worker was faster: what the pruner wants has to be asked again.
Result<std::optional<Work>> Study::start_new(View view, std::int64_t until_step, const Configuration* given) {
  const std::size_t number = view.size();
  const bool from_file = !given && number < options_.enqueue.size();
  if (from_file) given = &options_.enqueue[number];
  auto proposed = proposal_for(view, given);
  if (!proposed && from_file && proposed.error().kind == Error::Kind::conflict) {  // it was tried, or is forbidden
    given = nullptr;
    proposed = proposal_for(view, given);
  }
  if (!proposed && proposed.error().kind == Error::Kind::unavailable &&
      proposed.error().message.starts_with("exhausted")) {
    HONE_TRY(Work work, nothing_new(view));
    return std::optional(std::move(work));
  }
  if (!proposed) return std::unexpected(std::move(proposed).error());

  NewTrial trial = new_trial(static_cast<std::int64_t>(number), std::move(*proposed), given);
  trial.seen = view.revision();
  trial.until_step = until_step;
  if (!open_) trial.space = space_;
  trial.run_seed = run_seed(record_.seed, trial.number, 0);
  trial.options_hash = options_hash_;
  trial.kernel_id = options_.kernel_id;
  trial.cost_budget = options_.cost;
  view = View(space_, std::make_shared<const View::Rows>(), 0, view.objectives());  // see History::put
  auto created = store_.create_trial(record_.id, trial, owner_);
  if (created) {
    HONE_TRY_VOID(
        learn(trial.number, created->revision, [&](TrialRecord& record) { record = record_created(trial, *created); }));
    return std::optional<Work>(hold(trial.number, *created, 0));
  }
  if (created.error().kind != Error::Kind::conflict) return std::unexpected(std::move(created).error());
  HONE_TRY_VOID(catch_up_now());
  return std::optional<Work>{};
}

/// No new trial may start: wait for what runs, then give up what is still paused. If nothing was ever promoted to the
/// end (a budget of one or two trials), the best paused trial is: a study does not end without a complete trial.
Result<Work> Study::nothing_new(const View& view) {
  std::vector<std::int64_t> paused;
  for (std::size_t i = 0; i < view.size(); ++i) {
    if (view[i].state == TrialState::running) return NothingYet{};
    if (view[i].state == TrialState::paused) paused.push_back(view[i].number);
  }
  std::optional<ResumeTrial> leader;
  Revision seen = 0;
  if (!paused.empty()) {
    const View now = this->view();
    leader = last_to_finish(now, record_.max_step);
    seen = now.revision();
  }
  if (leader) {
    HONE_TRY_VOID(log_decision(leader->trial, leader->until_step, {DecisionLine::What::finish, seen}));
    HONE_TRY(auto work, resume(*leader));
    return work ? std::move(*work) : Work(NothingYet{});
  }
  StudyDone done;
  for (const std::int64_t number : paused) {
    if (auto pruned = store_.prune(record_.id, number, "not promoted before the budget was spent"); pruned)
      done.given_up.push_back(number);
    else if (pruned.error().kind != Error::Kind::conflict)
      return std::unexpected(std::move(pruned).error());
    remove_checkpoints(options_.checkpoints, number, 0);
  }
  HONE_TRY_VOID(catch_up_now());
  const bool spent = options_.trials && static_cast<std::int64_t>(view.size()) >= *options_.trials;
  done.reason = spent ? "trials" : "exhausted";
  return done;
}

Assignment Study::hold(std::int64_t number, const Claim& claim, std::int64_t from_step) {
  const std::scoped_lock lock(mutex_);
  claims_.hold(number);
  costs_[number] = {live_.at(number).cost, 0};
  return assignment_for(live_.at(number), claim, from_step);
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

}  // namespace hone

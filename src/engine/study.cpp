#include "engine/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/check.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "engine/study_open.hpp"
#include "engine/study_parts.hpp"
#include "engine/study_rules.hpp"
#include "storage/record_changes.hpp"
#include "storage/store_rules.hpp"

namespace hone {
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

}  // namespace

Study::Study(Store& store, StudyRecord record, std::shared_ptr<const Space> space, const StudyOptions& options,
             const Clock& clock)
    : store_(store),
      record_(std::move(record)),
      space_(std::move(space)),
      open_(space_->axes().empty()),
      options_(options),
      clock_(clock),
      owner_(options.owner ? *options.owner : Owner::this_process()),
      membership_(store, record_.id, owner_,
                  {options.beat_seconds, options.silent_seconds, options.retries, options.counts_time}, clock),
      claims_(fmt::format("{} {} {}", store.url(), record_.id, owner_.text())),
      history_(space_, maximize_flags(record_), open_) {}

Result<void> Study::check(const StudyRecord& wanted, const std::shared_ptr<const Space>& space,
                          const StudyOptions& options) {
  HONE_TRY_VOID(check_study(wanted));
  HONE_TRY(const auto sampler, make_sampler(options.sampler, options_of(options, options.sampler)));
  HONE_TRY_VOID(make_pruner(options.pruner, options_of(options, options.pruner),
                            {wanted.max_step, maximize_flags(wanted).front()}));
  if (!(options.audit >= 0 && options.audit <= 1))
    return refuse(fmt::format("audit must be a share from 0 to 1, got {}", number_text(options.audit)));
  if (options.cost) HONE_TRY_VOID(check_cost(*options.cost));
  HONE_TRY_VOID(check_cost(options.cost_per_hour));
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
  HONE_TRY(auto pruner, make_pruner(options.pruner, options_of(options, options.pruner),
                                    {record.max_step, maximize_flags(record).front()}));
  std::unique_ptr<Study> study(new Study(store, std::move(record), std::move(space), options, clock));
  study->sampler_ = std::move(sampler);
  study->memo_ = study->sampler_->make_memo();
  study->pruner_ = std::move(pruner);
  study->options_hash_ = hash_text(options_text(options));
  HONE_TRY_VOID(store.reclaim(study->record_.id, options.retries));
  HONE_TRY_VOID(study->log_options());
  HONE_TRY_VOID(study->look_whether_halted());
  HONE_TRY_VOID(study->membership_.join());
  HONE_TRY_VOID(study->catch_up_now());
  return study;
}

/// A change of sampler, pruner or budget is part of the study's story.
Result<void> Study::log_options() {
  const std::string now = options_text(options_);
  HONE_TRY(const auto before, store_.attribute(record_.id, "options"));
  if (before == now) return {};
  Event event;
  event.kind = "option";
  event.detail = now;
  HONE_TRY_VOID(store_.log(record_.id, event));  // first: who dies between the two writes the line once more
  return store_.set_attribute(record_.id, "options", now);
}

Result<void> Study::catch_up_now() {
  const std::scoped_lock lock(mutex_);
  return catch_up();
}

Result<void> Study::catch_up() {
  HONE_TRY(Store::Changes changes, store_.changed_since(record_.id, revision_));
  if (changes.reread) forget_all();
  lost_lines_ = lost_lines_ || changes.reread;
  if (open_) HONE_TRY_VOID(grow_for(changes.trials, changes.revision));
  for (TrialRecord& trial : changes.trials) put(std::move(trial));
  revision_ = changes.revision;
  history_.set_revision(revision_);
  if (!lost_lines_) return {};
  Event event;
  event.kind = reread_kind;  // see there
  HONE_TRY_VOID(store_.log(record_.id, event));
  lost_lines_ = false;
  return {};
}

/// What we knew has not happened: everything comes anew.
void Study::forget_all() {
  if (open_) space_ = std::make_shared<const Space>(*Space::make({}));
  history_ = History(space_, history_.maximize(), open_);
  live_.clear();
  finished_ = TrialArchive();
  waiting_.clear();
  proposed_.clear();
  revision_ = 0;
  ++generation_;  // the sampler's memo and the duplicate check follow at the next ask
}

void Study::put(TrialRecord record) {
  const std::int64_t number = record.number;
  live_[number] = std::move(record);
  changed(number);
}

void Study::changed(std::int64_t number) {
  const auto found = live_.find(number);
  const TrialRecord& record = found->second;
  history_.put(record);
  if (record.state == TrialState::waiting)
    waiting_.insert(number);
  else
    waiting_.erase(number);
  if (!is_finished(record.state)) return;
  if (!store_.keeps_in_memory()) finished_.add(record, open_ ? nullptr : space_);
  live_.erase(found);
}

void Study::wait_for_change(double seconds) {
  std::unique_lock lock(mutex_);
  const std::uint64_t before = change_count_;
  changed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return change_count_ != before || stopping_; });
}

Result<Decision> Study::report(const Assignment& assignment, std::int64_t step, std::span<const double> values) {
  const OverheadTimer timer(*this, OverheadTimer::Scope::report);
  const std::int64_t number = assignment.request.trial;
  const bool judged = (record_.max_step == 0 || step < record_.max_step) && step >= assignment.request.until_step;
  HONE_TRY(const Revision revision, store_.report(record_.id, assignment.claim, step, values));
  std::optional<View> now;
  {
    const std::scoped_lock lock(mutex_);
    HONE_TRY_VOID(
        learn_locked(number, revision, [&](TrialRecord& record) { record_reported(record, step, values, revision); }));
    ++change_count_;
    if (stopping_) return Decision::hand_back;
    if (judged) now.emplace(history_.view());  // here, where nothing has come after the report yet, if it can be
  }
  changed_.notify_all();
  if (!judged) return Decision::go_on;
  const auto what = judge(*pruner_, *now, number, step, record_.seed, options_.audit);
  const Revision seen = now->revision();
  now.reset();
  if (what != DecisionLine::What::go_on || seen != revision) HONE_TRY_VOID(log_decision(number, step, {what, seen}));
  return answer_of(what);
}

Result<void> Study::log_decision(std::int64_t trial, std::int64_t step, const DecisionLine& line) {
  Event event;
  event.kind = decision_kind;
  event.trial = trial;
  event.step = step;
  event.detail = decision_text(line);
  HONE_TRY(const Revision revision, store_.log(record_.id, event));
  return learn(trial, revision, [](TrialRecord&) {});
}

Result<void> Study::note(const Assignment& assignment, std::string_view kind, const std::string& detail) {
  Event event;
  event.kind = kind;
  event.trial = assignment.request.trial;
  event.detail = detail;
  HONE_TRY(const Revision revision, store_.log(record_.id, event));
  return learn(event.trial, revision, [](TrialRecord&) {});
}

Result<void> Study::finish(const Assignment& assignment, const RunOutcome& outcome, double seconds) {
  const OverheadTimer timer(*this, OverheadTimer::Scope::finish);
  const std::int64_t number = assignment.request.trial;
  if (options_.cost_per_hour > 0) HONE_TRY_VOID(add_cost(assignment, 0, seconds));
  if (outcome.started_anew) {
    Event event;
    event.kind = "restarted";
    event.trial = number;
    event.step = assignment.request.from_step;
    event.detail = "no checkpoint could be used: started anew";
    HONE_TRY_VOID(store_.log(record_.id, event));
  }
  if (outcome.state == TrialState::paused || outcome.state == TrialState::waiting) {
    const bool pauses = outcome.state == TrialState::paused;
    HONE_TRY(const Revision revision, pauses ? store_.pause(record_.id, assignment.claim, outcome.step, seconds)
                                             : store_.release(record_.id, assignment.claim, seconds));
    HONE_TRY_VOID(learn(number, revision,
                        [&](TrialRecord& record) { record_handed_back(record, outcome.state, seconds, revision); }));
  } else {
    const Outcome told{outcome.state, outcome.values, outcome.constraints, outcome.reason, seconds};
    HONE_TRY(const Revision revision, store_.tell(record_.id, assignment.claim, told));
    remove_checkpoints(options_.checkpoints, number, 0);
    HONE_TRY_VOID(learn(number, revision, [&](TrialRecord& record) { record_told(record, told, revision); }));
  }
  {
    const std::scoped_lock lock(mutex_);
    claims_.let_go(number);
    costs_.erase(number);
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

std::optional<TrialRecord> Study::trial_locked(std::int64_t number) {
  if (const auto found = live_.find(number); found != live_.end()) return found->second;
  if (number < 0 || number >= static_cast<std::int64_t>(history_.size())) return std::nullopt;
  if (store_.keeps_in_memory()) return store_.trial_in_memory(record_.id, number);
  return finished_.get(number);
}

std::vector<TrialRecord> Study::trials() {
  const std::scoped_lock lock(mutex_);
  std::vector<TrialRecord> all;
  for (std::int64_t number = 0; number < static_cast<std::int64_t>(history_.size()); ++number)
    if (auto trial = trial_locked(number)) all.push_back(std::move(*trial));
  return all;
}

std::optional<TrialRecord> Study::trial(std::int64_t number) {
  const std::scoped_lock lock(mutex_);
  return trial_locked(number);
}

TrialCounts Study::counts() {
  return count_trials(view());
}

std::optional<TrialRecord> Study::best() {
  const auto best = best_trial(view());
  return best ? trial(*best) : std::nullopt;
}

std::vector<TrialRecord> Study::front() {
  std::vector<TrialRecord> front;
  for (const std::int64_t number : pareto_front(view()))
    if (auto trial = this->trial(number)) front.push_back(std::move(*trial));
  return front;
}

void Study::lose(const Assignment& assignment) {
  {
    const std::scoped_lock lock(mutex_);
    claims_.let_go(assignment.request.trial);
    costs_.erase(assignment.request.trial);
    ++change_count_;
  }
  changed_.notify_all();
}

double Study::overhead_seconds() {
  const std::scoped_lock lock(mutex_);
  return overhead_seconds_;
}

}  // namespace hone

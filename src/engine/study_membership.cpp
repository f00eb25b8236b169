// A study among other processes: its lease, trials that came back, being halted, what it costs (declared in
// engine/study.hpp).
#include "engine/study.hpp"
#include "engine/study_parts.hpp"
#include "storage/record_changes.hpp"
#include "storage/store_rules.hpp"

namespace hone {
namespace {

constexpr std::string_view halted_key = "halted";

}  // namespace

Result<void> halt_study(Store& store, StudyId study, bool halt) {
  HONE_TRY(const bool before, is_halted(store, study));
  if (before == halt) return {};
  Event event;
  event.kind = halt ? "halted" : "continued";
  HONE_TRY_VOID(store.log(study, event));
  return store.set_attribute(study, halted_key, halt ? "1" : "0");
}

Result<bool> is_halted(Store& store, StudyId study) {
  HONE_TRY(const auto halted, store.attribute(study, halted_key));
  return halted == "1";
}

Study::~Study() {
  (void)leave();  // who cannot reach the store is found out by the others
}

Result<void> Study::tick() {
  bool came_back = false;
  {
    const std::scoped_lock lock(membership_mutex_);
    HONE_TRY(came_back, membership_.tick());
  }
  HONE_TRY_VOID(look_whether_halted());
  HONE_TRY_VOID(is_cost_spent());
  HONE_TRY_VOID(hand_back_strays());
  if (came_back) {
    HONE_TRY_VOID(catch_up_now());
    {
      const std::scoped_lock lock(mutex_);
      ++change_count_;
    }
    changed_.notify_all();
  }
  return {};
}

Result<void> Study::leave() {
  const std::scoped_lock lock(membership_mutex_);
  return membership_.leave();
}

double Study::used_seconds() {
  const std::scoped_lock lock(membership_mutex_);
  return membership_.used_seconds();
}

Result<void> Study::look_whether_halted() {
  HONE_TRY(const bool halted, hone::is_halted(store_, record_.id));
  halted_ = halted;
  return {};
}

Result<bool> Study::is_cost_spent() {
  if (!options_.cost) return false;
  HONE_TRY(const double used, store_.cost_used(record_.id));
  cost_used_ = used;
  return hone::is_cost_spent(used, *options_.cost);
}

Result<void> Study::cost(const Assignment& assignment, double so_far) {
  HONE_TRY_VOID(check_cost(so_far));
  return add_cost(assignment, so_far, 0);
}

/// Said as the sum of all starts, which may be said again: an answer that was lost counts nothing twice.
Result<void> Study::add_cost(const Assignment& assignment, double so_far, double seconds) {
  const std::int64_t number = assignment.request.trial;
  double cost = 0;
  {
    const std::scoped_lock lock(mutex_);
    Cost& known = costs_[number];
    if (so_far <= known.so_far && seconds == 0) return {};
    known.so_far = std::max(known.so_far, so_far);
    cost = known.before + known.so_far + seconds / 3600 * options_.cost_per_hour;
  }
  HONE_TRY(const Revision revision, store_.set_cost(record_.id, assignment.claim, cost));
  return learn(number, revision, [&](TrialRecord& record) { record_cost(record, cost, revision); });
}

std::uint64_t Study::generation() {
  const std::scoped_lock lock(mutex_);
  return generation_;
}

/// A claim whose answer never reached us has its token in the store, so the trial can be given back by it.
Result<void> Study::hand_back_strays() {
  std::map<std::int64_t, Claim> ours;
  {
    const std::scoped_lock lock(mutex_);
    const std::string prefix = owner_.text() + "#";
    for (const auto& [number, record] : live_)
      if (record.state == TrialState::running && record.runs[0].token.starts_with(prefix))
        ours[number] = {number, record.runs[0].token, record.changed, 0};
  }
  std::vector<std::int64_t> numbers;
  for (const auto& [number, claim] : ours) numbers.push_back(number);
  const std::vector<std::int64_t> strays = claims_.held_by_nobody(numbers);
  for (const std::int64_t number : strays) {
    const auto released = store_.release(record_.id, ours[number], 0);
    if (!released && released.error().kind != Error::Kind::conflict) return std::unexpected(released.error());
  }
  return strays.empty() ? Result<void>{} : catch_up_now();
}

}  // namespace hone

// Define by run: the space of an open study grows by what its trials ask for (declared in engine/study.hpp).
#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "base/text.hpp"
#include "engine/study_parts.hpp"
#include "engine/study_rules.hpp"
#include "space/study_file.hpp"
#include "storage/record_changes.hpp"

namespace hone {
namespace {

/// A parameter as a study file has it: equal texts are equal domains.
Result<std::string> domain_text(const Parameter& parameter) {
  HONE_TRY(const Space alone, Space::make({parameter}));
  return alone.to_toml();
}

const Parameter* find_parameter(const Space& space, const std::string& name) {
  const auto found = std::ranges::find(space.parameters(), name, &Parameter::name);
  return found == space.parameters().end() ? nullptr : &*found;
}

}  // namespace

void Study::grow(std::shared_ptr<const Space> space) {
  std::vector<TrialRecord> all;
  for (std::int64_t number = 0; number < static_cast<std::int64_t>(history_.size()); ++number)
    if (auto trial = trial_locked(number)) all.push_back(std::move(*trial));
  space_ = std::move(space);
  history_ = History(space_, history_.maximize(), true);
  for (const TrialRecord& record : all) history_.put(record);
  history_.set_revision(revision_);
}

/// Trials of other processes, or of an earlier one, may have parameters that this one has not met: their domains are in
/// the journal.
Result<void> Study::grow_for(const std::vector<TrialRecord>& trials, Revision until) {
  const bool all_known = std::ranges::all_of(trials, [&](const TrialRecord& trial) {
    return std::ranges::all_of(trial.configuration.entries(),
                               [&](const auto& entry) { return find_parameter(*space_, entry.first) != nullptr; });
  });
  if (all_known) return {};
  HONE_TRY(const std::vector<Event> events, store_.events(record_.id));
  std::shared_ptr<const Space> space = space_;
  for (const Event& event : events) {
    if (event.kind != "configured" || event.detail.empty()) continue;
    if (event.revision > until) break;  // the space grows with the trials that have it
    HONE_TRY(const Parameter parameter, parameter_in(event));
    if (find_parameter(*space, parameter.name)) continue;
    HONE_TRY(space, with_parameter(*space, parameter));
  }
  grow(std::move(space));
  return {};
}

/// The unit coordinate of `parameter` in that trial.
Result<double> Study::unit_for(std::int64_t number, const Parameter& parameter) {
  if (const auto axis = space_->find_axis(parameter.name)) {
    auto found = proposed_.find(number);
    if (found == proposed_.end()) {
      // No memo: the point of a running trial changes here, which memos do not expect.
      std::optional<View> now(view());
      const Revision seen = now->revision();
      HONE_TRY(Proposal proposal, sampler_->suggest(*now, {record_.seed, number, 0}, nullptr));
      now.reset();  // see History::put
      HONE_TRY_VOID(log_decision(number, 0, {DecisionLine::What::suggest, seen}));
      found = proposed_.emplace(number, std::move(proposal.point)).first;
    }
    if (*axis < found->second.size()) return found->second[*axis];
  }
  return unit_of_new_parameter(record_.seed, number, parameter.name);
}

Result<Value> Study::suggest(const Assignment& assignment, const Parameter& parameter) {
  const std::scoped_lock asking(ask_mutex_);
  const OverheadTimer timer(*this, OverheadTimer::Scope::ask);
  if (!open_) return refuse("the study has a space of its own: its trials came with their values");
  HONE_TRY_VOID(catch_up_now());
  HONE_TRY(std::string domain, domain_text(parameter));
  if (const Parameter* known = find_parameter(*space_, parameter.name)) {
    HONE_TRY(const std::string before, domain_text(*known));
    if (before != domain)
      return fail(Error::Kind::conflict,
                  fmt::format("'{}' had another domain before ({}); a parameter keeps its domain: take another name",
                              parameter.name, split(before, '\n').at(1)));  // the line after [space]
    domain.clear();                                                         // is in the journal already
  } else {
    HONE_TRY_VOID(with_parameter(*space_, parameter));
  }
  const std::int64_t number = assignment.request.trial;
  const TrialRecord known_so_far = *trial(number);
  if (const Value* given = known_so_far.configuration.find(parameter.name)) return *given;

  HONE_TRY(const double unit, unit_for(number, parameter));
  HONE_TRY(Value value, value_at(parameter, unit));
  Configuration configuration = known_so_far.configuration;
  configuration.set(parameter.name, value);
  HONE_TRY(const Revision revision, store_.configure(record_.id, assignment.claim, configuration, domain));
  if (!domain.empty())
    HONE_TRY_VOID(catch_up_now());  // the space grows in the order of the journal, for every process alike
  else
    HONE_TRY_VOID(
        learn(number, revision, [&](TrialRecord& record) { record_configured(record, configuration, revision); }));
  return value;
}

}  // namespace hone

// Define by run: the space of an open study grows by what its trials ask for (declared in engine/study.hpp).
#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "base/text.hpp"
#include "engine/study_parts.hpp"
#include "space/study_file.hpp"
#include "storage/record_changes.hpp"

namespace hone {
namespace {

/// A parameter as a study file has it: equal texts are equal domains.
Result<std::string> domain_text(const Parameter& parameter) {
  HONE_TRY(const Space alone, Space::make({parameter}));
  return alone.to_toml();
}

Result<std::shared_ptr<const Space>> with_parameter(const Space& space, const Parameter& parameter) {
  std::vector<Parameter> parameters(space.parameters().begin(), space.parameters().end());
  parameters.push_back(parameter);
  HONE_TRY(Space grown, Space::make(std::move(parameters)));
  return std::make_shared<const Space>(std::move(grown));
}

const Parameter* find_parameter(const Space& space, const std::string& name) {
  const auto found = std::ranges::find(space.parameters(), name, &Parameter::name);
  return found == space.parameters().end() ? nullptr : &*found;
}

}  // namespace

void Study::grow(std::shared_ptr<const Space> space) {
  space_ = std::move(space);
  history_ = History(space_, history_.maximize(), true);
  for (const TrialRecord& record : records_) history_.put(record);
  history_.set_revision(revision_);
}

/// Trials of other processes, or of an earlier one, may have parameters that this one has not met: their domains are in
/// the journal.
Result<void> Study::grow_for(const std::vector<TrialRecord>& trials) {
  const bool all_known = std::ranges::all_of(trials, [&](const TrialRecord& trial) {
    return std::ranges::all_of(trial.configuration.entries(),
                               [&](const auto& entry) { return find_parameter(*space_, entry.first) != nullptr; });
  });
  if (all_known) return {};
  HONE_TRY(const std::vector<Event> events, store_.events(record_.id));
  std::shared_ptr<const Space> space = space_;
  for (const Event& event : events) {
    if (event.kind != "configured" || event.detail.empty()) continue;
    HONE_TRY(const StudyFile domain, parse_study_file("format = 1\n" + event.detail, "journal"));
    if (!domain.space || domain.space->parameters().empty())
      return fail(Error::Kind::corrupt, fmt::format("the journal's line {} holds no domain", event.revision));
    const Parameter& parameter = domain.space->parameters().front();
    if (find_parameter(*space, parameter.name)) continue;
    HONE_TRY(space, with_parameter(*space, parameter));
  }
  grow(std::move(space));
  return {};
}

/// The unit coordinate of `parameter` in that trial.
Result<double> Study::unit_for(std::int64_t number, const Parameter& parameter) {
  const auto trial = static_cast<std::uint32_t>(number);
  if (const auto axis = space_->find_axis(parameter.name)) {
    auto found = proposed_.find(number);
    if (found == proposed_.end()) {
      // No memo: the point of a running trial changes here, which memos do not expect.
      HONE_TRY(Proposal proposal, sampler_->suggest(view(), {record_.seed, number, 0}, nullptr));
      found = proposed_.emplace(number, std::move(proposal.point)).first;
    }
    if (*axis < found->second.size()) return found->second[*axis];
  }
  const auto name_key = static_cast<std::uint32_t>(hash64(parameter.name));
  return Rng(record_.seed, RngPurpose::suggest, trial, name_key | 0x80000000u).uniform();
}

Result<Value> Study::suggest(const Assignment& assignment, const Parameter& parameter) {
  const std::scoped_lock asking(ask_mutex_);
  const OverheadTimer timer(*this);
  if (!open_) return refuse("the study has a space of its own: its trials came with their values");
  HONE_TRY_VOID(catch_up_now());
  HONE_TRY(std::string domain, domain_text(parameter));
  std::shared_ptr<const Space> grown;
  if (const Parameter* known = find_parameter(*space_, parameter.name)) {
    HONE_TRY(const std::string before, domain_text(*known));
    if (before != domain)
      return fail(Error::Kind::conflict,
                  fmt::format("'{}' had another domain before ({}); a parameter keeps its domain: take another name",
                              parameter.name, split(before, '\n').at(1)));  // the line after [space]
    domain.clear();                                                         // is in the journal already
  } else {
    HONE_TRY(grown, with_parameter(*space_, parameter));
  }
  const std::int64_t number = assignment.request.trial;
  const TrialRecord known_so_far = *trial(number);
  if (const Value* given = known_so_far.configuration.find(parameter.name)) return *given;

  HONE_TRY(const double unit, unit_for(number, parameter));
  HONE_TRY(const Space alone, Space::make({parameter}));
  Point point{unit};
  alone.canonicalize(point);
  Value value = alone.decode(0, point[0]);
  Configuration configuration = known_so_far.configuration;
  configuration.set(parameter.name, value);
  HONE_TRY(const Revision revision, store_.configure(record_.id, assignment.claim, configuration, domain));
  if (grown) {
    const std::scoped_lock lock(mutex_);
    grow(std::move(grown));
  }
  HONE_TRY_VOID(
      learn(number, revision, [&](TrialRecord& record) { record_configured(record, configuration, revision); }));
  return value;
}

}  // namespace hone

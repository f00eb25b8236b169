#include "engine/simulated_server.hpp"

#include "storage/store_rules.hpp"

namespace hone {

Revision SimulatedServer::revision() {
  const auto studies = store_->studies();
  return studies && !studies->empty() ? studies->front().revision : 0;
}

void SimulatedServer::mark_lines() {
  const auto lines = static_cast<std::size_t>(revision());
  while (marks_.size() < lines) marks_.push_back(++last_mark_);
}

std::int64_t SimulatedServer::mark(Revision revision) const {
  return revision >= 1 && revision <= std::ssize(marks_) ? marks_[static_cast<std::size_t>(revision) - 1] : 0;
}

void SimulatedServer::crash(Rng& rng) {
  const auto kept = durable_ + rng.below(static_cast<std::uint32_t>(log_.size() - durable_ + 1));
  log_.resize(kept);
  store_ = std::move(*open_store("memory://", true));
  for (const auto& verb : log_) verb(*store_);
  marks_.resize(static_cast<std::size_t>(revision()));
}

namespace {

std::unexpected<Error> away() {
  return fail(Error::Kind::unavailable, "the simulated server does not answer");
}

}  // namespace

bool SimulatedConnection::still_stands(Revision revision) const {
  const auto known = known_.find(revision);
  return known == known_.end() || known->second == server_.mark(revision);
}

void SimulatedConnection::wrote(Revision revision) {
  // The last line known before this one is what the machine builds on.
  const auto after = known_.lower_bound(revision);
  const bool trusts = fault == PlantedFault::trusts_lost_lines;
  if (!trusts && after != known_.begin() && !still_stands(std::prev(after)->first)) lost_lines_ = true;
  if (!trusts && after != known_.end()) lost_lines_ = true;  // it knew of later lines
  known_[revision] = server_.mark(revision);
}

template <class T>
Result<T> SimulatedConnection::change(std::function<Result<T>(Store&)> verb, bool durable) {
  if (is_away()) return away();
  Result<T> result = server_.change<T>(verb, durable);
  if (loses_one_in > 0 && rng_.below(loses_one_in) == 0) return away();
  return result;
}

Result<Revision> SimulatedConnection::change_line(std::function<Result<Revision>(Store&)> verb, bool durable) {
  HONE_TRY(const Revision revision, change<Revision>(std::move(verb), durable));
  wrote(revision);
  return revision;
}

Result<Claim> SimulatedConnection::change_claim(std::function<Result<Claim>(Store&)> verb) {
  HONE_TRY(Claim claim, change<Claim>(std::move(verb)));
  wrote(claim.revision);
  return claim;
}

Result<StudyRecord> SimulatedConnection::create_study(const StudyRecord& record) {
  return change<StudyRecord>([record](Store& store) { return store.create_study(record); }, true);
}
Result<std::optional<StudyRecord>> SimulatedConnection::find_study(std::string_view name) {
  if (is_away()) return away();
  return server_.store().find_study(name);
}
Result<std::vector<StudyRecord>> SimulatedConnection::studies() {
  if (is_away()) return away();
  return server_.store().studies();
}
Result<void> SimulatedConnection::remove_study(StudyId study) {
  return change<void>([study](Store& store) { return store.remove_study(study); }, true);
}
Result<void> SimulatedConnection::set_attribute(StudyId study, std::string_view key, std::string_view value) {
  return change<void>([study, key = std::string(key),
                       value = std::string(value)](Store& store) { return store.set_attribute(study, key, value); },
                      true);
}
Result<std::optional<std::string>> SimulatedConnection::attribute(StudyId study, std::string_view key) {
  if (is_away()) return away();
  if (fault == PlantedFault::hides_costs && key == cost_used_key) return std::nullopt;
  return server_.store().attribute(study, key);
}
Result<Revision> SimulatedConnection::log(StudyId study, const Event& event) {
  return change_line([=](Store& store) { return store.log(study, event); });
}
Result<std::vector<Event>> SimulatedConnection::events(StudyId study) {
  if (is_away()) return away();
  return server_.store().events(study);
}
Result<std::vector<Event>> SimulatedConnection::journal(StudyId study) {
  if (is_away()) return away();
  return server_.store().journal(study);
}
Result<Claim> SimulatedConnection::create_trial(StudyId study, const NewTrial& trial, const Owner& owner) {
  NewTrial wanted = trial;
  if (fault == PlantedFault::hides_costs) wanted.cost_budget.reset();
  return change_claim([=](Store& store) { return store.create_trial(study, wanted, owner); });
}
Result<Claim> SimulatedConnection::claim_trial(StudyId study, std::int64_t number, std::int64_t until_step,
                                               const Owner& owner) {
  return change_claim([=](Store& store) { return store.claim_trial(study, number, until_step, owner); });
}
Result<Revision> SimulatedConnection::configure(StudyId study, const Claim& claim, const Configuration& configuration,
                                                std::string_view domain) {
  return change_line(
      [=, domain = std::string(domain)](Store& store) { return store.configure(study, claim, configuration, domain); });
}
Result<Revision> SimulatedConnection::report(StudyId study, const Claim& claim, std::int64_t step,
                                             std::span<const double> values) {
  return change_line([=, kept = std::vector(values.begin(), values.end())](Store& store) {
    return store.report(study, claim, step, kept);
  });
}
Result<Revision> SimulatedConnection::set_cost(StudyId study, const Claim& claim, double cost) {
  return change_line([=](Store& store) { return store.set_cost(study, claim, cost); });
}
Result<Revision> SimulatedConnection::pause(StudyId study, const Claim& claim, std::int64_t step, double seconds) {
  return change_line([=](Store& store) { return store.pause(study, claim, step, seconds); });
}
Result<Revision> SimulatedConnection::release(StudyId study, const Claim& claim, double seconds) {
  return change_line([=](Store& store) { return store.release(study, claim, seconds); });
}
Result<Revision> SimulatedConnection::tell(StudyId study, const Claim& claim, const Outcome& outcome) {
  if (fault == PlantedFault::forgets_tells && rng_.below(10) == 0 && !is_away()) return 1;
  const bool takes_any = fault == PlantedFault::accepts_old_tokens;
  return change_line(
      [=](Store& store) {
        Claim taken = claim;
        const auto trial = takes_any ? store.trial_in_memory(study, claim.trial) : std::nullopt;
        if (trial && trial->state == TrialState::running) taken.token = trial->runs[0].token;
        return store.tell(study, taken, outcome);
      },
      true);
}
Result<Revision> SimulatedConnection::prune(StudyId study, std::int64_t number, std::string_view reason) {
  return change_line([=, reason = std::string(reason)](Store& store) { return store.prune(study, number, reason); },
                     true);
}
Result<double> SimulatedConnection::beat(StudyId study, const Owner& owner, double seconds) {
  return change<double>([=](Store& store) { return store.beat(study, owner, seconds); });
}
Result<void> SimulatedConnection::leave(StudyId study, const Owner& owner) {
  return change<void>([=](Store& store) { return store.leave(study, owner); });
}
Result<std::vector<WorkerRecord>> SimulatedConnection::workers(StudyId study) {
  if (is_away()) return away();
  return server_.store().workers(study);
}
Result<std::vector<std::int64_t>> SimulatedConnection::reclaim(StudyId study, std::int64_t retries,
                                                               std::span<const WorkerRecord> silent) {
  if (fault == PlantedFault::never_reclaims) return std::vector<std::int64_t>{};
  return change<std::vector<std::int64_t>>([=, kept = std::vector(silent.begin(), silent.end())](Store& store) {
    return store.reclaim(study, retries, kept);
  });
}
Result<Store::Changes> SimulatedConnection::changed_since(StudyId study, Revision revision) {
  if (is_away()) return away();
  if (fault == PlantedFault::trusts_lost_lines) return server_.store().changed_since(study, revision);
  const bool lost = lost_lines_ || (revision > 0 && (!known_.contains(revision) || !still_stands(revision)));
  HONE_TRY(Changes changes, server_.store().changed_since(study, lost ? 0 : revision));
  changes.reread = lost;
  lost_lines_ = false;
  if (lost) known_.clear();
  known_[changes.revision] = server_.mark(changes.revision);
  if (fault == PlantedFault::hides_tokens)
    for (TrialRecord& trial : changes.trials) trial.runs[0].token.clear();
  return changes;
}
Result<std::vector<Provenance>> SimulatedConnection::provenance(StudyId study) {
  if (is_away()) return away();
  return server_.store().provenance(study);
}

}  // namespace hone

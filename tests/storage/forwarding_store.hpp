// A store that passes every verb on to another one: a base for stores with one planted fault.
#pragma once
#include "storage/store.hpp"

namespace hone {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}

  std::string url() const override { return inner_->url(); }
  Result<StudyRecord> create_study(const StudyRecord& record) override { return inner_->create_study(record); }
  Result<std::optional<StudyRecord>> find_study(std::string_view name) override { return inner_->find_study(name); }
  Result<std::vector<StudyRecord>> studies() override { return inner_->studies(); }
  Result<void> remove_study(StudyId study) override { return inner_->remove_study(study); }
  Result<void> set_attribute(StudyId study, std::string_view key, std::string_view value) override {
    return inner_->set_attribute(study, key, value);
  }
  Result<std::optional<std::string>> attribute(StudyId study, std::string_view key) override {
    return inner_->attribute(study, key);
  }
  Result<Revision> log(StudyId study, const Event& event) override { return inner_->log(study, event); }
  Result<std::vector<Event>> events(StudyId study) override { return inner_->events(study); }
  Result<std::vector<Event>> journal(StudyId study) override { return inner_->journal(study); }
  Result<std::vector<Provenance>> provenance(StudyId study) override { return inner_->provenance(study); }
  Result<Claim> create_trial(StudyId study, const NewTrial& trial, const Owner& owner) override {
    return inner_->create_trial(study, trial, owner);
  }
  Result<Claim> claim_trial(StudyId study, std::int64_t number, std::int64_t until_step, const Owner& owner) override {
    return inner_->claim_trial(study, number, until_step, owner);
  }
  Result<Revision> configure(StudyId study, const Claim& claim, const Configuration& configuration,
                             std::string_view domain) override {
    return inner_->configure(study, claim, configuration, domain);
  }
  Result<Revision> report(StudyId study, const Claim& claim, std::int64_t step,
                          std::span<const double> values) override {
    return inner_->report(study, claim, step, values);
  }
  Result<Revision> set_cost(StudyId study, const Claim& claim, double cost) override {
    return inner_->set_cost(study, claim, cost);
  }
  Result<Revision> pause(StudyId study, const Claim& claim, std::int64_t step, double seconds) override {
    return inner_->pause(study, claim, step, seconds);
  }
  Result<Revision> release(StudyId study, const Claim& claim, double seconds) override {
    return inner_->release(study, claim, seconds);
  }
  Result<Revision> tell(StudyId study, const Claim& claim, const Outcome& outcome) override {
    return inner_->tell(study, claim, outcome);
  }
  Result<Revision> prune(StudyId study, std::int64_t number, std::string_view reason) override {
    return inner_->prune(study, number, reason);
  }
  Result<Revision> import_trials(StudyId study, std::span<const ImportedTrial> trials, const Owner& owner) override {
    return inner_->import_trials(study, trials, owner);
  }
  Result<double> beat(StudyId study, const Owner& owner, double seconds) override {
    return inner_->beat(study, owner, seconds);
  }
  Result<void> leave(StudyId study, const Owner& owner) override { return inner_->leave(study, owner); }
  Result<std::vector<WorkerRecord>> workers(StudyId study) override { return inner_->workers(study); }
  Result<std::vector<std::int64_t>> reclaim(StudyId study, std::int64_t retries,
                                            std::span<const WorkerRecord> silent) override {
    return inner_->reclaim(study, retries, silent);
  }
  Result<Changes> changed_since(StudyId study, Revision revision) override {
    return inner_->changed_since(study, revision);
  }

 private:
  std::unique_ptr<Store> inner_;
};

}  // namespace hone

#include "storage/patient_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "base/text.hpp"

namespace hone {
namespace {

class PatientStore final : public Store {
 public:
  PatientStore(std::unique_ptr<Store> inner, Patience patience, const Clock& clock)
      : inner_(std::move(inner)), patience_(std::move(patience)), clock_(clock) {}

  std::string url() const override { return inner_->url(); }
  bool keeps_in_memory() const override { return inner_->keeps_in_memory(); }
  std::optional<TrialRecord> trial_in_memory(StudyId study, std::int64_t number) override {
    return inner_->trial_in_memory(study, number);
  }
  Result<StudyRecord> create_study(const StudyRecord& record) override {
    return again([&] { return inner_->create_study(record); });
  }
  Result<std::optional<StudyRecord>> find_study(std::string_view name) override {
    return again([&] { return inner_->find_study(name); });
  }
  Result<std::vector<StudyRecord>> studies() override {
    return again([&] { return inner_->studies(); });
  }
  Result<std::vector<StudySummary>> summaries() override {
    return again([&] { return inner_->summaries(); });
  }
  Result<void> remove_study(StudyId study) override {
    return again([&] { return inner_->remove_study(study); });
  }
  Result<void> set_attribute(StudyId study, std::string_view key, std::string_view value) override {
    return again([&] { return inner_->set_attribute(study, key, value); });
  }
  Result<std::optional<std::string>> attribute(StudyId study, std::string_view key) override {
    return again([&] { return inner_->attribute(study, key); });
  }
  Result<Revision> log(StudyId study, const Event& event) override {
    return again([&] { return inner_->log(study, event); });
  }
  Result<std::vector<Event>> events(StudyId study) override {
    return again([&] { return inner_->events(study); });
  }
  Result<std::vector<Event>> journal(StudyId study) override {
    return again([&] { return inner_->journal(study); });
  }
  Result<Claim> create_trial(StudyId study, const NewTrial& trial, const Owner& owner) override {
    return again([&] { return inner_->create_trial(study, trial, owner); });
  }
  Result<Claim> claim_trial(StudyId study, std::int64_t number, std::int64_t until_step, const Owner& owner) override {
    return again([&] { return inner_->claim_trial(study, number, until_step, owner); });
  }
  Result<Revision> configure(StudyId study, const Claim& claim, const Configuration& configuration,
                             std::string_view domain) override {
    return again([&] { return inner_->configure(study, claim, configuration, domain); });
  }
  Result<Revision> report(StudyId study, const Claim& claim, std::int64_t step,
                          std::span<const double> values) override {
    return again([&] { return inner_->report(study, claim, step, values); });
  }
  Result<Revision> set_cost(StudyId study, const Claim& claim, double cost) override {
    return again([&] { return inner_->set_cost(study, claim, cost); });
  }
  Result<Revision> pause(StudyId study, const Claim& claim, std::int64_t step, double seconds) override {
    return again([&] { return inner_->pause(study, claim, step, seconds); });
  }
  Result<Revision> release(StudyId study, const Claim& claim, double seconds) override {
    return again([&] { return inner_->release(study, claim, seconds); });
  }
  Result<Revision> tell(StudyId study, const Claim& claim, const Outcome& outcome) override {
    return again([&] { return inner_->tell(study, claim, outcome); });
  }
  Result<Revision> prune(StudyId study, std::int64_t number, std::string_view reason) override {
    return again([&] { return inner_->prune(study, number, reason); });
  }
  Result<double> beat(StudyId study, const Owner& owner, double seconds) override {
    return inner_->beat(study, owner, seconds);  // the next beat will do
  }
  Result<void> leave(StudyId study, const Owner& owner) override { return inner_->leave(study, owner); }
  Result<std::vector<WorkerRecord>> workers(StudyId study) override { return inner_->workers(study); }
  Result<std::vector<std::int64_t>> reclaim(StudyId study, std::int64_t retries,
                                            std::span<const WorkerRecord> silent) override {
    return inner_->reclaim(study, retries, silent);
  }
  Result<Revision> import_trials(StudyId study, std::span<const ImportedTrial> trials, const Owner& owner) override {
    return inner_->import_trials(study, trials, owner);  // whoever imports is there to try again
  }
  bool has_lost_lines(StudyId study) override { return inner_->has_lost_lines(study); }
  Result<Changes> changed_since(StudyId study, Revision revision) override {
    return again([&] { return inner_->changed_since(study, revision); });
  }
  Result<std::vector<Provenance>> provenance(StudyId study) override {
    return again([&] { return inner_->provenance(study); });
  }

 private:
  template <class Verb>
  auto again(Verb verb) -> decltype(verb()) {
    auto result = verb();
    if (result || result.error().kind != Error::Kind::unavailable) return result;
    const double until = clock_.monotonic_seconds() + patience_.seconds;
    if (!waiting_.exchange(true))
      patience_.note(fmt::format("the storage is not available, trying again for {}: {}",
                                 duration_text(patience_.seconds), result.error().message));
    double pause = 0.1;
    do {
      for (double slept = 0; slept < pause && !patience_.should_give_up(); slept += 0.1)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      pause = std::min(2 * pause, 5.0);
      result = verb();
    } while (!result && result.error().kind == Error::Kind::unavailable && clock_.monotonic_seconds() < until &&
             !patience_.should_give_up());
    if (result && waiting_.exchange(false)) patience_.note("the storage is available again");
    return result;
  }

  std::unique_ptr<Store> inner_;
  Patience patience_;
  const Clock& clock_;
  std::atomic<bool> waiting_ = false;
};

}  // namespace

std::unique_ptr<Store> patient_store(std::unique_ptr<Store> inner, Patience patience, const Clock& clock) {
  return std::make_unique<PatientStore>(std::move(inner), std::move(patience), clock);
}

}  // namespace hone

/// Studies in memory: nothing survives the process. Also the plain statement of what every other store must do.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "storage/journal_text.hpp"
#include "storage/record_changes.hpp"
#include "storage/store_rules.hpp"

namespace hone {
namespace {

struct KeptTrial {
  TrialRecord record;
  Owner owner;
  std::string last_token;   ///< of the tell that finished it; "" if nobody's
  std::int64_t losses = 0;  ///< how many of its owners died
  Provenance provenance;
};

/// A journal's line "reported", as small as it can be.
struct ReportLine {
  Revision revision = 0;
  std::int64_t at_ms = 0, trial = 0, step = 0;
  double value = 0;
};

struct KeptStudy {
  StudyRecord record;
  std::vector<KeptTrial> trials;
  std::vector<Event> events;  ///< the others
  std::vector<ReportLine> reports;
  std::map<std::string, std::string, std::less<>> attributes;
  std::vector<double> further_values = {};  ///< (reports, objectives - 1): what those lines say of the other objectives

  /// The next revision, with its line in the journal.
  Revision change(std::string_view kind, std::int64_t trial, std::int64_t step, std::string detail) {
    const Revision revision = change();
    events.push_back({revision, record.updated_ms, std::string(kind), trial, step, std::move(detail)});
    return revision;
  }
  Revision change() {
    record.updated_ms = system_clock().unix_ms();
    return ++record.revision;
  }
};

class MemoryStore final : public Store {
 public:
  std::string url() const override { return "memory://"; }

  Result<StudyRecord> create_study(const StudyRecord& record) override {
    HONE_TRY_VOID(check_study(record));
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, study] : studies_)
      if (study.record.name == record.name) return name_taken(record.name);
    KeptStudy study{record, {}, {}, {}, {}};
    study.record.id = ++last_id_;
    study.record.created_ms = study.record.updated_ms = system_clock().unix_ms();
    study.record.revision = 0;
    return studies_.emplace(last_id_, std::move(study)).first->second.record;
  }

  Result<std::optional<StudyRecord>> find_study(std::string_view name) override {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, study] : studies_)
      if (study.record.name == name) return study.record;
    return std::nullopt;
  }

  Result<std::vector<StudyRecord>> studies() override {
    const std::scoped_lock lock(mutex_);
    std::vector<StudyRecord> all;
    for (const auto& [id, study] : studies_) all.push_back(study.record);
    std::ranges::sort(all, {}, &StudyRecord::name);
    return all;
  }

  Result<void> remove_study(StudyId id) override {
    const std::scoped_lock lock(mutex_);
    if (studies_.erase(id) == 0) return no_study(id);
    return {};
  }

  Result<void> set_attribute(StudyId id, std::string_view key, std::string_view value) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    study->attributes.insert_or_assign(std::string(key), std::string(value));
    return {};
  }

  Result<std::optional<std::string>> attribute(StudyId id, std::string_view key) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    const auto found = study->attributes.find(key);
    if (found == study->attributes.end()) return std::nullopt;
    return found->second;
  }

  Result<Revision> log(StudyId id, const Event& event) override {
    HONE_TRY_VOID(check_event(event));
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    return study->change(event.kind, event.trial, event.step, event.detail);
  }

  Result<std::vector<Event>> events(StudyId id) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    return study->events;
  }

  Result<std::vector<Event>> journal(StudyId id) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    std::vector<Event> lines = study->events;
    auto further = study->further_values.begin();
    for (const ReportLine& line : study->reports) {
      std::vector<double> values{line.value};
      for (std::size_t m = 1; m < study->record.directions.size(); ++m) values.push_back(*further++);
      lines.push_back({line.revision, line.at_ms, "reported", line.trial, line.step, reported_detail(values)});
    }
    std::ranges::sort(lines, {}, &Event::revision);
    return lines;
  }

  Result<std::vector<Provenance>> provenance(StudyId id) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    std::vector<Provenance> all;
    for (const KeptTrial& trial : study->trials) all.push_back(trial.provenance);
    return all;
  }

  Result<Claim> create_trial(StudyId id, const NewTrial& trial, const Owner& owner) override {
    HONE_TRY_VOID(check_new_trial(trial));
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    const auto next = static_cast<std::int64_t>(study->trials.size());
    if (trial.number != next) return not_next(trial.number, next);
    const Revision revision = study->change("asked", trial.number, trial.until_step, asked_detail(trial));
    Claim claim{trial.number, claim_token(owner, 1), revision, study->record.updated_ms};
    study->trials.push_back({record_created(trial, claim), owner, "", 0, {trial.options_hash, trial.kernel_id}});
    return claim;
  }

  Result<Claim> claim_trial(StudyId id, std::int64_t number, std::int64_t until_step, const Owner& owner) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(KeptTrial* const trial, find(*study, number));
    const TrialState before = trial->record.state;
    if (before != TrialState::waiting && before != TrialState::paused) return wrong_state(number, before, "claimed");
    const std::string_view kind = before == TrialState::paused ? "resumed" : "claimed";
    const Revision revision = study->change(kind, number, until_step, owner.text());
    const std::int64_t attempt = trial->record.runs.front().attempt + 1;
    Claim claim{number, claim_token(owner, attempt), revision, study->record.updated_ms};
    record_claimed(trial->record, claim, until_step);
    trial->owner = owner;
    return claim;
  }

  Result<Revision> configure(StudyId id, const Claim& claim, const Configuration& configuration,
                             std::string_view domain) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(KeptTrial* const trial, held(*study, claim));
    record_configured(trial->record, configuration, study->change("configured", claim.trial, 0, std::string(domain)));
    return trial->record.changed;
  }

  Result<Revision> report(StudyId id, const Claim& claim, std::int64_t step, std::span<const double> values) override {
    HONE_TRY_VOID(check_report(step));
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(KeptTrial* const trial, held(*study, claim));
    HONE_TRY_VOID(check_reported(values.size(), study->record.directions.size()));
    record_reported(trial->record, step, values, study->change());
    study->reports.push_back({study->record.revision, study->record.updated_ms, claim.trial, step, values[0]});
    study->further_values.insert(study->further_values.end(), values.begin() + 1, values.end());
    return trial->record.changed;
  }

  Result<Revision> pause(StudyId id, const Claim& claim, std::int64_t step, double seconds) override {
    HONE_TRY_VOID(check_seconds(seconds));
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(KeptTrial* const trial, held(*study, claim));
    record_handed_back(trial->record, TrialState::paused, seconds, study->change("paused", claim.trial, step, ""));
    return trial->record.changed;
  }

  Result<Revision> release(StudyId id, const Claim& claim, double seconds) override {
    HONE_TRY_VOID(check_seconds(seconds));
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(KeptTrial* const trial, held(*study, claim));
    record_handed_back(trial->record, TrialState::waiting, seconds, study->change("released", claim.trial, 0, ""));
    return trial->record.changed;
  }

  Result<Revision> tell(StudyId id, const Claim& claim, const Outcome& outcome) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY_VOID(check_outcome(outcome, study->record.directions.size()));
    HONE_TRY(KeptTrial* const trial, find(*study, claim.trial));
    TrialRecord& record = trial->record;
    if (is_finished(record.state)) {
      if (trial->last_token.empty() || trial->last_token != claim.token) return not_holder(claim.trial, record.state);
      if (!same_outcome(record, outcome)) return other_outcome(claim.trial, record.state);
      return record.finished;
    }
    HONE_TRY_VOID(held(*study, claim));
    trial->last_token = claim.token;
    record_told(record, outcome, study->change("told", claim.trial, 0, told_detail(outcome)));
    return record.changed;
  }

  Result<Revision> prune(StudyId id, std::int64_t number, std::string_view reason) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(KeptTrial* const trial, find(*study, number));
    const TrialState before = trial->record.state;
    if (before != TrialState::waiting && before != TrialState::paused) return wrong_state(number, before, "pruned");
    const Revision revision = study->change("pruned", number, 0, std::string(reason));
    record_ended(trial->record, TrialState::pruned, reason, revision);
    return revision;
  }

  Result<std::vector<std::int64_t>> reclaim_dead(StudyId id, std::int64_t retries) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    std::vector<std::int64_t> lost;
    for (KeptTrial& trial : study->trials) {
      if (trial.record.state != TrialState::running || trial.owner.may_be_alive()) continue;
      const std::int64_t number = trial.record.number;
      const TrialState after = state_after_loss(++trial.losses, retries);
      const Revision revision = study->change("lost", number, 0, trial.owner.text());
      if (after == TrialState::failed) {
        record_ended(trial.record, after, loss_reason(trial.losses, retries), revision);
      } else {
        record_handed_back(trial.record, after, 0, revision);
      }
      lost.push_back(number);
    }
    return lost;
  }

  Result<Changes> changed_since(StudyId id, Revision revision) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    Changes changes{study->record.revision, {}};
    if (changes.revision == revision) return changes;
    for (const KeptTrial& trial : study->trials)
      if (trial.record.changed > revision) changes.trials.push_back(trial.record);
    return changes;
  }

 private:
  Result<KeptStudy*> find(StudyId id) {
    const auto found = studies_.find(id);
    if (found == studies_.end()) return no_study(id);
    return &found->second;
  }
  static Result<KeptTrial*> find(KeptStudy& study, std::int64_t number) {
    if (number < 0 || number >= static_cast<std::int64_t>(study.trials.size())) return no_trial(number);
    return &study.trials[static_cast<std::size_t>(number)];
  }
  /// The trial, if `claim` is the present one.
  static Result<KeptTrial*> held(KeptStudy& study, const Claim& claim) {
    HONE_TRY(KeptTrial* const trial, find(study, claim.trial));
    const TrialRecord& record = trial->record;
    if (record.state != TrialState::running || record.runs.front().token != claim.token)
      return not_holder(claim.trial, record.state);
    return trial;
  }

  std::mutex mutex_;
  std::map<StudyId, KeptStudy> studies_;
  StudyId last_id_ = 0;
};

Result<std::unique_ptr<Store>> open_memory(std::string_view rest, bool, double) {
  if (!rest.empty())
    return refuse(fmt::format("a store in memory has no name: write memory://, not memory://{}", quoted(rest)));
  return std::make_unique<MemoryStore>();
}

}  // namespace

constinit const StoreInfo memory_store_info{"memory", "in memory, gone with the process", open_memory};

}  // namespace hone

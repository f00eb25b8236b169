/// Studies in memory: nothing survives the process. Also the plain statement of what every other store must do.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "storage/journal_text.hpp"
#include "storage/memory_journal.hpp"
#include "storage/memory_workers.hpp"
#include "storage/record_changes.hpp"
#include "storage/store_rules.hpp"
#include "trial/archive.hpp"

namespace hone {
namespace {

/// A trial that has not finished.
struct LiveTrial {
  TrialRecord record;
  Owner owner;
  std::int64_t losses = 0;  ///< how many of its owners died
  Provenance provenance;
  std::shared_ptr<const Space> space;  ///< in which its configuration is that of its point, or null
};

/// What many finished trials have in common: the token of the tell ("" if nobody's), and what proposed them.
struct Keeping {
  std::string token;
  Provenance provenance;
  friend auto operator<=>(const Keeping& a, const Keeping& b) {
    return std::tie(a.token, a.provenance.options_hash, a.provenance.kernel_id) <=>
           std::tie(b.token, b.provenance.options_hash, b.provenance.kernel_id);
  }
};

struct KeptStudy {
  StudyRecord record;
  std::map<std::int64_t, LiveTrial> live;
  TrialArchive finished;
  std::map<Keeping, std::uint32_t> keepings;
  std::vector<std::map<Keeping, std::uint32_t>::const_iterator> keeping_of_index;
  std::vector<std::uint32_t> keeping;  ///< (trials) index, once finished
  MemoryJournal journal;
  std::map<std::string, std::string, std::less<>> attributes;
  MemoryWorkers workers;

  std::int64_t size() const { return std::ssize(keeping); }
  /// The next revision; its line must follow at once.
  Revision change() {
    record.updated_ms = system_clock().unix_ms();
    return ++record.revision;
  }
  Revision change(std::string_view kind, std::int64_t trial, std::int64_t step, std::string_view detail) {
    const Revision revision = change();
    journal.add(record.updated_ms, kind, trial, step, detail);
    return revision;
  }
  /// Of all trials together.
  Result<double> cost_used() const {
    const auto found = attributes.find(cost_used_key);
    return found == attributes.end() ? 0 : read_cost_used(found->second);
  }
  TrialRecord trial(std::int64_t number) const {
    const auto found = live.find(number);
    return found != live.end() ? found->second.record : finished.get(number);
  }
  /// Puts a trial away that has just finished. `token`: of the tell, or "".
  void put_away(std::int64_t number, const std::string& token) {
    LiveTrial& trial = live.at(number);
    finished.add(trial.record, trial.space);
    const auto [at, is_new] = keepings.emplace(Keeping{token, std::move(trial.provenance)}, keepings.size());
    if (is_new) keeping_of_index.push_back(at);
    keeping[static_cast<std::size_t>(number)] = at->second;
    live.erase(number);
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
    KeptStudy study;
    study.record = record;
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

  Result<std::vector<Event>> events(StudyId id) override { return lines(id, false); }
  Result<std::vector<Event>> journal(StudyId id) override { return lines(id, true); }

  Result<std::vector<Provenance>> provenance(StudyId id) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    std::vector<Provenance> all;
    for (std::int64_t number = 0; number < study->size(); ++number) {
      const auto live = study->live.find(number);
      all.push_back(live != study->live.end() ? live->second.provenance : keeping(*study, number).provenance);
    }
    return all;
  }

  Result<Claim> create_trial(StudyId id, const NewTrial& trial, const Owner& owner) override {
    HONE_TRY_VOID(check_new_trial(trial));
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    if (trial.number != study->size()) return not_next(trial.number, study->size());
    if (trial.cost_budget) {
      HONE_TRY(const double used, study->cost_used());
      if (is_cost_spent(used, *trial.cost_budget)) return cost_spent(*trial.cost_budget);
    }
    const Revision revision = study->change("asked", trial.number, trial.until_step, asked_detail(trial));
    Claim claim{trial.number, claim_token(owner, 1), revision, study->record.updated_ms};
    LiveTrial live{record_created(trial, claim), owner, 0, {trial.options_hash, trial.kernel_id}, trial.space};
    study->live.emplace(trial.number, std::move(live));
    study->keeping.push_back(0);
    return claim;
  }

  Result<Claim> claim_trial(StudyId id, std::int64_t number, std::int64_t until_step, const Owner& owner) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(LiveTrial* const trial, unheld(*study, number, "claimed"));
    const TrialState before = trial->record.state;
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
    HONE_TRY(LiveTrial* const trial, held(*study, claim));
    trial->space = nullptr;
    record_configured(trial->record, configuration, study->change("configured", claim.trial, 0, domain));
    return trial->record.changed;
  }

  Result<Revision> report(StudyId id, const Claim& claim, std::int64_t step, std::span<const double> values) override {
    HONE_TRY_VOID(check_report(step));
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(LiveTrial* const trial, held(*study, claim));
    HONE_TRY_VOID(check_reported(values.size(), study->record.directions.size()));
    record_reported(trial->record, step, values, study->change());
    study->journal.add_report(study->record.updated_ms, claim.trial, step, values);
    return trial->record.changed;
  }

  Result<Revision> set_cost(StudyId id, const Claim& claim, double cost) override {
    HONE_TRY_VOID(check_cost(cost));
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(LiveTrial* const trial, held(*study, claim));
    HONE_TRY(const double used, study->cost_used());
    study->attributes.insert_or_assign(std::string(cost_used_key),
                                       number_text(used + std::max(0.0, cost - trial->record.cost)));
    record_cost(trial->record, cost, study->change("cost", claim.trial, 0, cost_detail(cost)));
    return trial->record.changed;
  }

  Result<Revision> pause(StudyId id, const Claim& claim, std::int64_t step, double seconds) override {
    HONE_TRY_VOID(check_seconds(seconds));
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(LiveTrial* const trial, held(*study, claim));
    record_handed_back(trial->record, TrialState::paused, seconds, study->change("paused", claim.trial, step, ""));
    return trial->record.changed;
  }

  Result<Revision> release(StudyId id, const Claim& claim, double seconds) override {
    HONE_TRY_VOID(check_seconds(seconds));
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(LiveTrial* const trial, held(*study, claim));
    record_handed_back(trial->record, TrialState::waiting, seconds, study->change("released", claim.trial, 0, ""));
    return trial->record.changed;
  }

  Result<Revision> tell(StudyId id, const Claim& claim, const Outcome& outcome) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY_VOID(check_outcome(outcome, study->record.directions.size()));
    HONE_TRY_VOID(check_number(*study, claim.trial));
    if (!study->live.contains(claim.trial)) {
      const TrialRecord record = study->trial(claim.trial);
      const std::string& token = keeping(*study, claim.trial).token;
      if (token.empty() || token != claim.token) return not_holder(claim.trial, record.state);
      if (!same_outcome(record, outcome)) return other_outcome(claim.trial, record.state);
      return record.finished;
    }
    HONE_TRY(LiveTrial* const trial, held(*study, claim));
    const Revision revision = study->change();
    study->journal.add_told(study->record.updated_ms, claim.trial);
    record_told(trial->record, outcome, revision);
    study->put_away(claim.trial, claim.token);
    return revision;
  }

  Result<Revision> prune(StudyId id, std::int64_t number, std::string_view reason) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    HONE_TRY(LiveTrial* const trial, unheld(*study, number, "pruned"));
    const Revision revision = study->change("pruned", number, 0, reason);
    record_ended(trial->record, TrialState::pruned, reason, revision);
    study->put_away(number, "");
    return revision;
  }

  Result<double> beat(StudyId id, const Owner& owner, double seconds) override {
    HONE_TRY_VOID(check_seconds(seconds));
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    std::string& text = study->attributes[std::string(seconds_used_key)];
    HONE_TRY(const double used, text.empty() ? Result<double>(0) : read_seconds_used(text));
    const double now_used = study->workers.beat(owner, seconds, used);
    text = number_text(now_used);
    return now_used;
  }

  Result<void> leave(StudyId id, const Owner& owner) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    study->workers.leave(owner);
    return {};
  }

  Result<std::vector<WorkerRecord>> workers(StudyId id) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    return study->workers.list();
  }

  Result<std::vector<std::int64_t>> reclaim(StudyId id, std::int64_t retries,
                                            std::span<const WorkerRecord> silent) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    const std::vector<WorkerRecord> there = study->workers.list();
    const std::vector<Owner> given_up = study->workers.give_up(silent);
    std::vector<std::int64_t> lost;
    for (const auto& [number, trial] : study->live)
      if (trial.record.state == TrialState::running && has_lost_its_trials(trial.owner, there, given_up))
        lost.push_back(number);
    for (const std::int64_t number : lost) {
      LiveTrial& trial = study->live.at(number);
      const TrialState after = state_after_loss(++trial.losses, retries);
      const Revision revision = study->change("lost", number, 0, trial.owner.text());
      if (after == TrialState::failed) {
        record_ended(trial.record, after, loss_reason(trial.losses, retries), revision);
        study->put_away(number, "");
      } else {
        record_handed_back(trial.record, after, 0, revision);
      }
    }
    return lost;
  }

  Result<Changes> changed_since(StudyId id, Revision revision) override {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    Changes changes;
    changes.revision = study->record.revision;
    for (const std::int64_t number : study->journal.trials_since(revision))
      if (TrialRecord trial = study->trial(number); trial.changed > revision)
        changes.trials.push_back(std::move(trial));
    return changes;
  }

  bool keeps_in_memory() const override { return true; }
  std::optional<TrialRecord> trial_in_memory(StudyId id, std::int64_t number) override {
    const std::scoped_lock lock(mutex_);
    const auto study = studies_.find(id);
    if (study == studies_.end() || number < 0 || number >= study->second.size()) return std::nullopt;
    return study->second.trial(number);
  }

 private:
  Result<KeptStudy*> find(StudyId id) {
    const auto found = studies_.find(id);
    if (found == studies_.end()) return no_study(id);
    return &found->second;
  }
  static Result<void> check_number(const KeptStudy& study, std::int64_t number) {
    if (number < 0 || number >= study.size()) return no_trial(number);
    return {};
  }
  static const Keeping& keeping(const KeptStudy& study, std::int64_t number) {
    return study.keeping_of_index[study.keeping[static_cast<std::size_t>(number)]]->first;
  }
  Result<std::vector<Event>> lines(StudyId id, bool with_reports) {
    const std::scoped_lock lock(mutex_);
    HONE_TRY(KeptStudy* const study, find(id));
    return study->journal.events(with_reports, [&](std::int64_t number) { return study->trial(number); });
  }
  /// A waiting or paused trial; `verb` is what is to be done with it.
  static Result<LiveTrial*> unheld(KeptStudy& study, std::int64_t number, std::string_view verb) {
    HONE_TRY_VOID(check_number(study, number));
    const auto found = study.live.find(number);
    const TrialState state = found != study.live.end() ? found->second.record.state : study.trial(number).state;
    if (state != TrialState::waiting && state != TrialState::paused) return wrong_state(number, state, verb);
    return &found->second;
  }
  /// The trial, if `claim` is the present one.
  static Result<LiveTrial*> held(KeptStudy& study, const Claim& claim) {
    HONE_TRY_VOID(check_number(study, claim.trial));
    const auto found = study.live.find(claim.trial);
    if (found == study.live.end()) return not_holder(claim.trial, study.trial(claim.trial).state);
    const TrialRecord& record = found->second.record;
    if (record.state != TrialState::running || record.runs.front().token != claim.token)
      return not_holder(claim.trial, record.state);
    return &found->second;
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

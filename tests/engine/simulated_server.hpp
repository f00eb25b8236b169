// A storage server in memory that several simulated machines share: it can be away, lose answers, and forget in a crash
// what was not durable. Nothing waits and nothing is random but by the caller's draws.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "storage/store.hpp"

namespace hone {

/// For canaries: what a connection does wrong.
enum class PlantedFault {
  none,
  accepts_old_tokens,
  never_reclaims,
  trusts_lost_lines,
  hides_tokens,
  forgets_tells,
  hides_costs
};

class SimulatedServer {
 public:
  SimulatedServer() : store_(std::move(*open_store("memory://", true))) {}

  /// What is there now; verbs through it are not faulty, and would be forgotten by a crash.
  Store& store() { return *store_; }
  bool is_away = false;

  /// Runs `verb`, which changes something, and remembers it for the time after a crash.
  template <class T>
  Result<T> change(const std::function<Result<T>(Store&)>& verb, bool durable) {
    Result<T> result = verb(*store_);
    if (!result) return result;
    log_.push_back([verb](Store& store) { (void)verb(store); });
    if (durable) durable_ = log_.size();
    mark_lines();
    return result;
  }
  /// Loses some of what came after the last durable verb: those of `log_` after a place drawn from `rng`.
  void crash(Rng& rng);
  /// Which line stands at `revision` of the only study: a number that no other line ever had; 0 for none.
  std::int64_t mark(Revision revision) const;

 private:
  void mark_lines();
  Revision revision();

  std::unique_ptr<Store> store_;
  std::vector<std::function<void(Store&)>> log_;
  std::size_t durable_ = 0;
  std::vector<std::int64_t> marks_;
  std::int64_t last_mark_ = 0;
};

/// One machine's connection to the server.
class SimulatedConnection final : public Store {
 public:
  SimulatedConnection(SimulatedServer& server, Rng rng) : server_(server), rng_(rng) {}

  bool is_cut = false;  ///< this machine reaches nobody: it is dead, or its network is
  PlantedFault fault = PlantedFault::none;
  std::uint32_t loses_one_in = 0;  ///< of so many answers one is lost after the verb was done; 0: none

  std::string url() const override { return "simulated://"; }
  Result<StudyRecord> create_study(const StudyRecord& record) override;
  Result<std::optional<StudyRecord>> find_study(std::string_view name) override;
  Result<std::vector<StudyRecord>> studies() override;
  Result<void> remove_study(StudyId study) override;
  Result<void> set_attribute(StudyId study, std::string_view key, std::string_view value) override;
  Result<std::optional<std::string>> attribute(StudyId study, std::string_view key) override;
  Result<Revision> log(StudyId study, const Event& event) override;
  Result<std::vector<Event>> events(StudyId study) override;
  Result<std::vector<Event>> journal(StudyId study) override;
  Result<Claim> create_trial(StudyId study, const NewTrial& trial, const Owner& owner) override;
  Result<Claim> claim_trial(StudyId study, std::int64_t number, std::int64_t until_step, const Owner& owner) override;
  Result<Revision> configure(StudyId study, const Claim& claim, const Configuration& configuration,
                             std::string_view domain) override;
  using Store::report;
  Result<Revision> report(StudyId study, const Claim& claim, std::int64_t step,
                          std::span<const double> values) override;
  Result<Revision> set_cost(StudyId study, const Claim& claim, double cost) override;
  Result<Revision> pause(StudyId study, const Claim& claim, std::int64_t step, double seconds) override;
  Result<Revision> release(StudyId study, const Claim& claim, double seconds) override;
  Result<Revision> tell(StudyId study, const Claim& claim, const Outcome& outcome) override;
  Result<Revision> prune(StudyId study, std::int64_t number, std::string_view reason) override;
  Result<double> beat(StudyId study, const Owner& owner, double seconds) override;
  Result<void> leave(StudyId study, const Owner& owner) override;
  Result<std::vector<WorkerRecord>> workers(StudyId study) override;
  Result<std::vector<std::int64_t>> reclaim(StudyId study, std::int64_t retries,
                                            std::span<const WorkerRecord> silent) override;
  bool has_lost_lines(StudyId) override { return lost_lines_; }
  Result<Changes> changed_since(StudyId study, Revision revision) override;
  Result<std::vector<Provenance>> provenance(StudyId study) override;

 private:
  bool is_away() const { return is_cut || server_.is_away; }
  template <class T>
  Result<T> change(std::function<Result<T>(Store&)> verb, bool durable = false);
  Result<Revision> change_line(std::function<Result<Revision>(Store&)> verb, bool durable = false);
  Result<Claim> change_claim(std::function<Result<Claim>(Store&)> verb);
  /// Is the line at `revision` the one that this machine knows there?
  bool still_stands(Revision revision) const;
  /// Remembers the line of a verb of its own, unless what it knew before that is void.
  void wrote(Revision revision);

  SimulatedServer& server_;
  Rng rng_;
  std::map<Revision, std::int64_t> known_;
  bool lost_lines_ = false;
};

}  // namespace hone

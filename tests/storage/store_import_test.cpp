// Trials that come from elsewhere: every store says the same of them as if each verb had been called, and a store with
// a transaction for them has all of them or none.
#include <gtest/gtest.h>

#include <cmath>

#include "storage/forwarding_store.hpp"
#include "storage/simulated_disk.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/store_conformance.hpp"

namespace hone {
namespace {

/// Imports by the other verbs.
class ByVerbs final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<Revision> import_trials(StudyId study, std::span<const ImportedTrial> trials, const Owner& owner) override {
    return Store::import_trials(study, trials, owner);
  }
};

/// Complete, pruned, failed and waiting ones, with reports of every kind; some of an open study.
std::vector<ImportedTrial> imported_trials(std::int64_t first, std::size_t objectives) {
  std::vector<ImportedTrial> all;
  for (std::int64_t i = 0; i < 8; ++i) {
    ImportedTrial& one = all.emplace_back();
    one.trial = new_trial(first + i);
    one.trial.origin = Origin::imported;
    one.trial.started_ms = i == 2 ? 0 : 1'700'000'000'000 + i;
    for (std::int64_t step = 0; step < i % 4; ++step)
      one.reports.push_back(
          {2 * step,
           std::vector<double>(objectives, step == 1 ? std::nan("") : -0.0 / (1.0 + static_cast<double>(step)))});
    if (i == 5) one.domains.assign(one.trial.configuration.entries().size(), "[space]\n");
    if (i < 2) one.cost = 0.5;
    if (i % 3 == 1) one.attributes = "{\"note\": 1}";
    if (i == 3) continue;
    one.outcome.emplace();
    one.outcome->state = i == 4 ? TrialState::failed : i == 6 ? TrialState::pruned : TrialState::complete;
    one.outcome->constraints = {std::nan(""), -1.5};
    one.outcome->reason = i == 4 ? "exploded" : "";
    one.outcome->seconds = 0.1 * static_cast<double>(i);
    if (i != 4 && i != 6) one.outcome->values.assign(objectives, 0.1 * static_cast<double>(i));
  }
  return all;
}

class ImportConformance : public StoreConformance {};

TEST_P(ImportConformance, IsWhatTheOtherVerbsWouldDo) {
  for (const std::size_t objectives : {std::size_t{1}, std::size_t{2}}) {
    const StudyId study = make_study(objectives == 1 ? "one" : "two", objectives);
    make_trial(study, 0);
    const auto trials = imported_trials(1, objectives);
    const auto revision = store_->import_trials(study, trials, me_);
    ASSERT_TRUE(revision) << revision.error().message;
    EXPECT_EQ(store_->changed_since(study, 0)->revision, *revision);
    reopen();
    EXPECT_EQ(trial(study, 1).started_ms, 1'700'000'000'000);
    EXPECT_EQ(trial(study, 3).started_ms, 0) << "not known";
    EXPECT_EQ(trial(study, 4).state, TrialState::waiting);

    ByVerbs other(std::move(*open_store("memory://", true)));
    StudyId same = other.create_study(study_record(objectives == 1 ? "one" : "two", objectives))->id;
    (void)other.create_trial(same, new_trial(0), me_);
    ASSERT_TRUE(other.import_trials(same, trials, me_));
    for (std::size_t number = 1; number < 9; ++number)
      EXPECT_EQ(text_of(trial(study, number)), text_of(other.changed_since(same, 0)->trials[number])) << number;
    const auto lines = *store_->journal(study), others = *other.journal(same);
    ASSERT_EQ(lines.size(), others.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(lines[i].kind, others[i].kind) << i;
      EXPECT_EQ(lines[i].detail, others[i].detail) << i;
    }
    // What was imported is finished like any other trial, and one that waits is given out.
    EXPECT_FALSE(store_->prune(study, 1, "no"));
    EXPECT_TRUE(store_->claim_trial(study, 4, 0, me_));
    EXPECT_TRUE(store_->create_trial(study, new_trial(9), me_));
  }
}

TEST_P(ImportConformance, RefusesBeforeAnythingIsWritten) {
  const StudyId study = make_study();
  const auto refuses = [&](auto spoil) {
    auto trials = imported_trials(0, 1);
    spoil(trials[6]);
    EXPECT_FALSE(store_->import_trials(study, trials, me_));
    EXPECT_TRUE(store_->changed_since(study, 0)->trials.empty());
    EXPECT_TRUE(store_->journal(study)->empty());
  };
  refuses([](ImportedTrial& one) { one.trial.point = {2.0}; });
  refuses([](ImportedTrial& one) { one.reports.push_back({-1, {0.5}}); });
  refuses([](ImportedTrial& one) { one.reports.push_back({1, {0.5, 1}}); });
  refuses([](ImportedTrial& one) { one.outcome = complete(std::nan("")); });
  refuses([](ImportedTrial& one) { one.cost = -1; });
  refuses([](ImportedTrial& one) { one.domains = {"", ""}; });
  EXPECT_FALSE(store_->import_trials(study, imported_trials(1, 1), me_)) << "0 is the next number";
  EXPECT_FALSE(store_->import_trials(study + 7, imported_trials(0, 1), me_));
  EXPECT_TRUE(store_->import_trials(study, {}, me_));
}

INSTANTIATE_TEST_SUITE_P(Stores, ImportConformance, testing::ValuesIn(all_stores().begin(), all_stores().end()),
                         [](const auto& store) { return std::string(store.param->scheme); });

TEST(SqliteImport, PowerCutAtAnyOperationLeavesAllOrNothing) {
  const auto open = [](const SimulatedDisk& disk) {
    return SqliteStore::open(
        {.path = "s.db", .create = true, .busy_seconds = 0.01, .log_pages = 20, .vfs = disk.vfs()});
  };
  const auto trials = imported_trials(0, 1);
  const auto play = [&](SimulatedDisk& disk, std::int64_t cut, bool& created) {
    auto store = open(disk);
    if (!store) return false;
    const auto study = (*store)->create_study(study_record("study"));
    created = study.has_value();
    if (cut == 0) disk.cut_power_at(disk.operations() + 1'000'000);
    return created && (*store)->import_trials(study->id, trials, Owner::this_process()).has_value();
  };
  SimulatedDisk whole(1);
  bool created = false;
  ASSERT_TRUE(play(whole, 0, created));
  int none = 0, all = 0;
  for (std::int64_t cut = 1; cut <= whole.operations() + 1; ++cut) {
    SimulatedDisk disk(static_cast<std::uint32_t>(cut));
    disk.cut_power_at(cut);
    const bool acknowledged = play(disk, cut, created);
    disk.restart();
    auto store = open(disk);
    ASSERT_TRUE(store) << store.error().message;
    const auto study = (*store)->find_study("study");
    if (!study || !*study) continue;
    const std::size_t count = (*store)->changed_since((*study)->id, 0)->trials.size();
    EXPECT_TRUE(count == 0 || count == trials.size()) << count << " after operation " << cut;
    EXPECT_TRUE(!acknowledged || count == trials.size());
    (count == 0 ? none : all)++;
  }
  EXPECT_GT(none, 0);
  EXPECT_GT(all, 0);
}

}  // namespace
}  // namespace hone

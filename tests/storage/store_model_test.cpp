// Random histories: every store must answer every verb as the one in memory does, and hold the same study afterwards.
// The canaries are stores with one planted fault each; the same comparison must find every one of them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "simulation_seeds.hpp"
#include "storage/forwarding_store.hpp"
#include "storage/postgres_server.hpp"
#include "storage/store_kit.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

/// Plays `verbs` random verbs on both; the first difference, or nothing.
std::optional<std::string> difference(Store& model, Store& store, std::uint32_t seed, int verbs) {
  const auto name = fmt::format("study {}", seed);
  const std::size_t objectives = 1 + seed % 3;
  const StudyRecord record = study_record(name, objectives);
  const auto in_model = model.create_study(record), in_store = store.create_study(record);
  if (!in_model || !in_store) return "the study could not be created";
  Player model_player(model, in_model->id, objectives), store_player(store, in_store->id, objectives);
  RandomVerbs random(seed);
  for (int i = 0; i < verbs; ++i) {
    const Verb verb = random.next(model_player.claims());
    const std::string expected = model_player.play(verb), got = store_player.play(verb);
    if (expected != got)
      return fmt::format("seed {} verb {} (kind {}): expected {}, got {}", seed, i, static_cast<int>(verb.kind),
                         expected, got);
    if (i % 16 != 15 && i + 1 != verbs) continue;
    const std::string all = text_of_study(model, in_model->id), seen = text_of_study(store, in_store->id);
    if (all != seen) return fmt::format("seed {} after verb {}: expected\n{}got\n{}", seed, i, all, seen);
  }
  return std::nullopt;
}

std::unique_ptr<Store> in_memory() {
  return std::move(*open_store("memory://", true));
}

class StoreModel : public testing::TestWithParam<const StoreInfo*> {};

TEST_P(StoreModel, AnswersLikeTheOneInMemory) {
  TemporaryFolder folder;
  HONE_NEW_STORE(rest, GetParam()->scheme, folder.path());
  auto store = GetParam()->open(rest, true, 5);
  ASSERT_TRUE(store) << store.error().message;
  const auto model = in_memory();
  for (std::uint32_t seed = 0; seed < simulation_seeds(12); ++seed)
    if (const auto found = difference(*model, **store, seed, 120)) FAIL() << *found;
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreModel, testing::ValuesIn(all_stores().begin(), all_stores().end()),
                         [](const auto& test) { return std::string(test.param->scheme); });

/// Does the comparison find the fault within a few histories?
template <class Faulty>
bool is_caught() {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    const auto model = in_memory();
    Faulty faulty(in_memory());
    if (difference(*model, faulty, seed, 120)) return true;
  }
  return false;
}

struct AcceptsOldTokens : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  std::map<std::int64_t, std::string> tokens;
  Result<Claim> create_trial(StudyId study, const NewTrial& trial, const Owner& owner) override {
    return note(ForwardingStore::create_trial(study, trial, owner));
  }
  Result<Claim> claim_trial(StudyId study, std::int64_t number, std::int64_t until_step, const Owner& owner) override {
    return note(ForwardingStore::claim_trial(study, number, until_step, owner));
  }
  Result<Revision> report(StudyId study, const Claim& claim, std::int64_t step,
                          std::span<const double> values) override {
    return ForwardingStore::report(study, {claim.trial, tokens[claim.trial], 0}, step, values);
  }
  Result<Claim> note(Result<Claim> claim) {
    if (claim) tokens[claim->trial] = claim->token;
    return claim;
  }
};

struct LosesMinusZero : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  Result<Revision> report(StudyId study, const Claim& claim, std::int64_t step,
                          std::span<const double> values) override {
    std::vector<double> changed(values.begin(), values.end());
    std::ranges::replace(changed, 0.0, 0.0);
    return ForwardingStore::report(study, claim, step, changed);
  }
};

struct MixesUpObjectives : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  Result<Revision> report(StudyId study, const Claim& claim, std::int64_t step,
                          std::span<const double> values) override {
    std::vector<double> turned(values.begin(), values.end());
    if (turned.size() > 2) std::swap(turned[1], turned[2]);
    return ForwardingStore::report(study, claim, step, turned);
  }
};

struct TellsTwice : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  Result<Revision> tell(StudyId study, const Claim& claim, const Outcome& outcome) override {
    auto told = ForwardingStore::tell(study, claim, outcome);
    if (!told && told.error().kind == Error::Kind::conflict) return 1;
    return told;
  }
};

struct PausesWithoutCountingTime : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  Result<Revision> pause(StudyId study, const Claim& claim, std::int64_t step, double) override {
    return ForwardingStore::pause(study, claim, step, 0);
  }
};

struct NeverFindsTheDead : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  Result<std::vector<std::int64_t>> reclaim(StudyId, std::int64_t, std::span<const WorkerRecord>) override {
    return std::vector<std::int64_t>{};
  }
};

struct ForgetsConstraints : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  Result<Revision> tell(StudyId study, const Claim& claim, const Outcome& outcome) override {
    Outcome less = outcome;
    less.constraints.clear();
    return ForwardingStore::tell(study, claim, less);
  }
};

struct LogsAsChanges : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  Result<Changes> changed_since(StudyId study, Revision revision) override {
    auto changes = ForwardingStore::changed_since(study, revision);
    if (changes)
      for (TrialRecord& trial : changes->trials) trial.changed = changes->revision;
    return changes;
  }
};

TEST(StoreModelCanary, FindsEveryPlantedFault) {
  EXPECT_FALSE(is_caught<ForwardingStore>());
  EXPECT_TRUE(is_caught<AcceptsOldTokens>());
  EXPECT_TRUE(is_caught<LosesMinusZero>());
  EXPECT_TRUE(is_caught<MixesUpObjectives>());
  EXPECT_TRUE(is_caught<TellsTwice>());
  EXPECT_TRUE(is_caught<PausesWithoutCountingTime>());
  EXPECT_TRUE(is_caught<NeverFindsTheDead>());
  EXPECT_TRUE(is_caught<ForgetsConstraints>());
  EXPECT_TRUE(is_caught<LogsAsChanges>());
}

}  // namespace
}  // namespace hone

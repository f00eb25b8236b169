// A training run paused in memory: its state moves out of one trainer into another, and nothing else counts.
#include <cstring>

#include "trainer_support.hpp"

namespace hone::test {
namespace {

Result<std::unique_ptr<Trainer>> resumed(const Problem& p, const TrainOptions& o, TrainState state,
                                         const TrainSeed& seed = {7, 3, 1}) {
  return Trainer::resume(p.spec, o, seed, p.features, p.targets, std::move(state));
}

TEST(Pause, MovesTheStateAndGoesOnBitForBit) {
  Rng rng(5, RngPurpose::simulation, 9);
  for (int i = 0; i < 30; ++i) {
    const auto p = random_any_problem(between(rng, 10, 90), rng);
    const auto o = random_options(rng);
    auto whole = make(p, o), pausing = make(p, o);
    for (int epoch = 0; epoch < 4; ++epoch) {
      ASSERT_EQ(whole->train_epoch()->loss, pausing->train_epoch()->loss) << describe(p.spec);
      if (epoch == 1) whole->keep_best(), pausing->keep_best();
      const float* const arena = pausing->state().arena.data();
      TrainState state = pausing->release();
      EXPECT_EQ(state.arena.data(), arena) << "a pause copies nothing";
      EXPECT_TRUE(pausing->state().empty());
      auto next = resumed(p, o, std::move(state));
      ASSERT_TRUE(next) << next.error().message;
      pausing = std::move(*next);
      EXPECT_EQ(pausing->state().arena.data(), arena);
      EXPECT_EQ(pausing->epoch(), epoch + 1);
      EXPECT_EQ(pausing->checkpoint(), whole->checkpoint()) << describe(p.spec);
      std::vector<float> ours, theirs;
      pausing->predict(p.features, ours);
      whole->predict(p.features, theirs);
      EXPECT_EQ(ours, theirs) << describe(p.spec);
    }
    whole->restore_best(), pausing->restore_best();
    EXPECT_EQ(pausing->weights(), whole->weights()) << describe(p.spec);
  }
}

/// A trainer is its arguments and its state: a copy of the arena is a copy of the run.
TEST(Pause, ACopyOfTheArenaIsACopyOfTheRun) {
  Rng rng(6, RngPurpose::simulation, 9);
  const auto p = random_any_problem(60, rng);
  const auto o = random_options(rng);
  auto trainer = make(p, o);
  ASSERT_TRUE(trainer->train_epoch());
  TrainState copy;
  copy.arena = Buffer(trainer->state().arena.size());
  copy.identity = trainer->state().identity;
  std::memcpy(copy.arena.data(), trainer->state().arena.data(), copy.bytes());
  auto twin = resumed(p, o, std::move(copy));
  ASSERT_TRUE(twin);
  EXPECT_EQ((*twin)->train_epoch()->loss, trainer->train_epoch()->loss);
  EXPECT_EQ((*twin)->checkpoint(), trainer->checkpoint());
}

TEST(Pause, AStateOfAnotherRunIsRefused) {
  const auto p = moons(50);
  TrainOptions o;
  const auto refused = [&](const Problem& q, const TrainOptions& other, const TrainSeed& seed) {
    const auto made = resumed(q, other, make(p, o)->release(), seed);
    return !made && made.error().kind == Error::Kind::corrupt &&
           made.error().message.find("another network") != std::string::npos;
  };
  EXPECT_TRUE(refused(p, o, {8, 3, 1}));
  EXPECT_TRUE(refused(moons(51), o, {7, 3, 1}));
  auto wider = p;
  wider.spec.hidden = {17, 16};
  EXPECT_TRUE(refused(wider, o, {7, 3, 1}));
  TrainOptions faster = o;
  faster.learning_rate *= 2;
  EXPECT_TRUE(refused(p, faster, {7, 3, 1}));
  EXPECT_TRUE(resumed(p, o, make(p, o)->release()));
}

}  // namespace
}  // namespace hone::test

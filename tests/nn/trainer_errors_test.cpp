// What the training loop refuses, and what it says when it stops.
#include <cmath>

#include "base/interrupt.hpp"
#include "nn/trainer.hpp"
#include "trainer_support.hpp"

namespace hone::test {
namespace {

TEST(Trainer, CheckpointsOfAnotherRunAreRefused) {
  const auto p = moons(50);
  TrainOptions o;
  auto trainer = make(p, o);
  const auto saved = trainer->checkpoint();
  o.learning_rate *= 2;
  EXPECT_EQ(make(p, o)->restore(saved).error().kind, Error::Kind::corrupt);
  o = {};
  EXPECT_FALSE(make(p, o, {8, 3, 1})->restore(saved));
  EXPECT_FALSE(make(moons(51), o)->restore(saved));
  auto damaged = saved;
  damaged[saved.size() / 2] ^= 1;
  const auto before = trainer->weights();
  EXPECT_FALSE(trainer->restore(damaged));
  EXPECT_EQ(trainer->weights(), before);
  EXPECT_TRUE(make(p, o)->restore(saved));
}

TEST(Trainer, ALossThatIsNotFiniteFailsWithItsCause) {
  auto p = moons(200);
  p.spec.hidden = {32, 32};
  p.spec.loss = LossKind::softmax_cross_entropy;
  TrainOptions o;
  o.optimizer = OptimizerKind::sgd;
  o.learning_rate = 1e30;
  auto trainer = make(p, o);
  Result<EpochStats> stats;
  for (int epoch = 0; epoch < 5; ++epoch)
    if (stats = trainer->train_epoch(); !stats) break;
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().kind, Error::Kind::failed);
  const std::string& text = stats.error().message;
  for (const char* part : {"loss became", "epoch ", "step ", "layer", "dead units", "largest gradient",
                           "lower the learning rate", "clip_norm"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in: " << text;
}

TEST(Trainer, NanInTheDataIsFoundInTheFirstLayer) {
  auto p = moons(40);
  p.features.dense[7] = NAN;
  auto trainer = make(p, {});
  const auto stats = trainer->train_epoch();
  ASSERT_FALSE(stats);
  EXPECT_NE(stats.error().message.find("loss became nan at epoch 1, step 1"), std::string::npos)
      << stats.error().message;
  EXPECT_NE(stats.error().message.find("layer 1 (relu)"), std::string::npos) << stats.error().message;
}

TEST(Trainer, StopsWhenInterruptedAndResumesFromACheckpoint) {
  const auto p = moons(100);
  auto trainer = make(p, {});
  const auto saved = trainer->checkpoint();
  const double expected = trainer->train_epoch()->loss;
  ASSERT_TRUE(trainer->restore(saved));
  set_interrupted(true);
  const auto stopped = trainer->train_epoch();
  set_interrupted(false);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, Error::Kind::interrupted);
  ASSERT_TRUE(trainer->restore(saved));
  EXPECT_EQ(trainer->train_epoch()->loss, expected);
}

TEST(Predictor, RefusesWeightsOfAnotherSize) {
  const auto p = moons(20);
  const auto weights = make(p, {})->weights();
  const auto cut = Predictor::create(p.spec, std::string_view(weights).substr(4));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().kind, Error::Kind::corrupt);
}

TEST(Trainer, RefusesWhatCannotBe) {
  const auto p = moons(20);
  const auto message = [&](auto change) {
    Problem q = p;
    TrainOptions o;
    double limit = 8e9;
    change(q, o, limit);
    const auto made = Trainer::create(q.spec, o, {}, q.features, q.targets, limit);
    return made ? std::string("accepted") : made.error().message;
  };
  using P = Problem&;
  using O = TrainOptions&;
  using L = double&;
  EXPECT_EQ(message([](P, O, L) {}), "accepted");
  const auto expect = [&](auto change, const char* part) {
    EXPECT_NE(message(change).find(part), std::string::npos) << part << ": " << message(change);
  };
  expect([](P, O o, L) { o.learning_rate = 0; }, "learning_rate is 0");
  expect([](P, O o, L) { o.learning_rate = NAN; }, "learning_rate is nan");
  expect([](P, O o, L) { o.momentum = 1; }, "momentum is 1");
  expect([](P, O o, L) { o.batch = 0; }, "batch is 0");
  expect([](P, O o, L) { o.max_epochs = 0; }, "max_epochs is 0");
  expect([](P, O o, L) { o.clip_norm = -1; }, "clip_norm is -1");
  expect([](P q, O, L) { q.spec.dropout = 1; }, "dropout is 1");
  expect([](P q, O, L) { q.spec.activation = nullptr; }, "no activation");
  expect([](P q, O, L) { q.spec.hidden = {4, 0}; }, "hidden layer 2 has 0 units");
  expect([](P q, O, L) { q.spec.outputs = 1; }, "binary_cross_entropy");
  expect([](P q, O, L) { q.spec.dense_width = 3; }, "2 dense columns, the network 3");
  expect([](P q, O, L) { q.targets.labels[4] = 2; }, "row 5 has label 2");
  expect([](P q, O, L) { q.targets.labels.pop_back(); }, "19 labels for 20 rows");
  expect([](P q, O, L) { q.spec.loss = LossKind::squared_error, q.spec.outputs = 1; }, "0 target values");
  expect([](P q, O o, L) { q.spec.batch_norm = true, o.batch = 1; }, "batch norm");
  expect([](P q, O, L) { q.spec.hidden = {100000, 100000}; }, "the limit is");
  expect([](P q, O, L) { q.spec.hidden = {std::size_t{1} << 62, std::size_t{1} << 62}; }, "the limit is");
  expect([](P, O, L l) { l = 1000; }, "fewer units");
}

}  // namespace
}  // namespace hone::test

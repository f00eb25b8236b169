// What the training loop refuses, and what it says when it stops.
#include <algorithm>
#include <cmath>
#include <cstdint>

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

TEST(Trainer, WhatIsNotFiniteInTheDataIsNamed) {
  for (const auto& [value, text] : {std::pair{NAN, "nan"}, {HUGE_VALF, "inf"}, {-HUGE_VALF, "-inf"}}) {
    auto p = moons(40);
    p.features.dense[7] = value;
    auto trainer = make(p, {});
    const auto stats = trainer->train_epoch();
    ASSERT_FALSE(stats) << text;
    EXPECT_EQ(stats.error().kind, Error::Kind::failed);
    EXPECT_EQ(stats.error().message,
              std::string("row 4 of the data has ") + text + " in dense column 2: values must be finite");
  }
}

/// Finite inputs whose products are not: the first layer is to blame.
TEST(Trainer, ValuesThatOverflowAreFoundInTheFirstLayer) {
  auto p = moons(40);
  for (float& value : p.features.dense) value *= 1e38f;
  auto trainer = make(p, {});
  const auto stats = trainer->train_epoch();
  ASSERT_FALSE(stats);
  EXPECT_NE(stats.error().message.find("at epoch 1, step 1"), std::string::npos) << stats.error().message;
  EXPECT_NE(stats.error().message.find("layer 1 (relu)"), std::string::npos) << stats.error().message;
}

/// Odd, but no reason to refuse: each trains, and its predictions are finite.
TEST(Trainer, TrainsWhatIsOddButPossible) {
  const auto trains = [](const Problem& p, const TrainOptions& o) {
    auto trainer = make(p, o);
    for (int epoch = 0; epoch < 3; ++epoch) {
      const auto stats = trainer->train_epoch();
      if (!stats) return stats.error().message;
    }
    std::vector<float> out;
    trainer->predict(p.features, out);
    for (const float value : out)
      if (!std::isfinite(value)) return std::string("a prediction is not finite");
    return std::string("trained");
  };
  for (const bool norm : {false, true}) {
    auto p = moons(30);
    p.spec.norm = norm ? NormKind::batch : NormKind::none;
    TrainOptions o;
    o.batch = std::size_t{1} << 40;  // far more than there are rows
    EXPECT_EQ(trains(p, o), "trained");
    o.batch = SIZE_MAX;
    EXPECT_EQ(trains(p, o), "trained");
    o.batch = 4;
    std::fill(p.targets.labels.begin(), p.targets.labels.end(), 1);  // one class, also in every minibatch
    EXPECT_EQ(trains(p, o), "trained");
    o.label_smoothing = 0.1;
    EXPECT_EQ(trains(p, o), "trained");
    std::fill(p.features.dense.begin(), p.features.dense.end(), 0.0f);  // nothing to learn from
    EXPECT_EQ(trains(p, o), "trained");
    p.spec.numeric_columns = {0, 1};
    p.spec.numeric_bins = 16;
    EXPECT_EQ(trains(p, o), "trained");
  }
  auto one = moons(1);
  EXPECT_EQ(trains(one, {}), "trained") << "one row";
  auto two = moons(2);
  two.spec.norm = NormKind::batch;
  EXPECT_EQ(trains(two, {}), "trained") << "two rows";
  two.spec.loss = LossKind::squared_error;
  two.spec.outputs = 1;
  two.targets.values = {3, 3};
  EXPECT_EQ(trains(two, {}), "trained") << "a constant target";
}

TEST(Trainer, TenThousandClasses) {
  auto p = moons(60);
  p.spec.outputs = 10'000;
  for (std::size_t r = 0; r < 60; ++r) p.targets.labels[r] = static_cast<std::int32_t>(r * 169);
  TrainOptions o;
  o.learning_rate = 0.01;
  o.average = 0;
  auto trainer = make(p, o);
  const double first = trainer->train_epoch()->loss;
  EXPECT_NEAR(first, std::log(10'000), 1);
  double last = first;
  for (int epoch = 0; epoch < 20; ++epoch) last = trainer->train_epoch()->loss;
  EXPECT_LT(last, first);
  std::vector<float> out;
  trainer->predict(p.features, out);
  ASSERT_EQ(out.size(), 600'000u);
  for (std::size_t r = 0; r < 60; ++r) {
    double sum = 0;
    for (std::size_t c = 0; c < 10'000; ++c) sum += out[r * 10'000 + c];
    EXPECT_NEAR(sum, 1, 1e-3);
  }
  p.targets.labels[7] = 10'000;
  const auto refused = Trainer::create(p.spec, o, {}, p.features, p.targets);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("row 8 has label 10000: allowed is 0 .. 9999"), std::string::npos);
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
  Rng rng(8, RngPurpose::simulation, 9);
  for (int i = 0; i < 40; ++i) {  // every kind of layer is counted
    const auto q = random_any_problem(12, rng);
    const auto own = make(q, {.batch = 4})->weights();
    EXPECT_TRUE(Predictor::check(q.spec, own)) << describe(q.spec);
    EXPECT_FALSE(Predictor::check(q.spec, own + "1234")) << describe(q.spec);
  }
}

/// Shapes whose number of values is small only because it does not fit 64 bits.
TEST(Predictor, RefusesShapesThatOverflow) {
  const std::size_t half = std::size_t{1} << 32, most = std::size_t{1} << 62;
  auto p = moons(4);
  const auto message = [&] {
    const auto made = Predictor::create(p.spec, std::string(400, '\0'));
    return made ? std::string("accepted") : made.error().message;
  };
  const auto expect_refused = [&] { EXPECT_NE(message().find("bytes of weights where"), std::string::npos); };
  p.spec.hidden = {half, half};
  expect_refused();
  p.spec.hidden = {most, 4};
  expect_refused();
  p.spec.hidden = {};
  p.spec.cardinalities = {most};
  p.spec.embedding_widths = {4};
  expect_refused();
  p.spec.cardinalities = {4};
  p.spec.embedding_widths = {most};
  expect_refused();
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
  expect([](P q, O o, L) { q.spec.norm = NormKind::batch, o.batch = 1; }, "batch norm");
  expect([](P q, O, L) { q.spec.hidden = {100000, 100000}; }, "the limit is");
  expect([](P q, O, L) { q.spec.hidden = {std::size_t{1} << 62, std::size_t{1} << 62}; }, "the limit is");
  expect([](P q, O, L) { q.spec.hidden.assign(64, 65536); }, "fewer layers");
  expect([](P q, O, L) { q.spec.hidden = {std::size_t{1} << 63, std::size_t{1} << 63, 2}; }, "the limit is");
  expect([](P q, O, L) { q.spec.hidden = {SIZE_MAX}; }, "the limit is");
  expect([](P q, O, L) { q.spec.hidden = {0}; }, "hidden layer 1 has 0 units");
  expect([](P q, O, L) { q.spec.outputs = SIZE_MAX; }, "the limit is");
  expect([](P q, O, L) { q.spec.outputs = 0; }, "no outputs");
  expect([](P q, O, L) { q.spec.dense_width = std::size_t{1} << 63; },
         "2 dense columns, the network 9223372036854775808");
  expect([](P q, O, L) { q.spec.cardinalities = {0}, q.spec.embedding_widths = {2}; }, "embedding 1 has 0 levels");
  expect([](P q, O, L) { q.spec.cardinalities = {3}, q.spec.embedding_widths = {0}; },
         "embedding 1 has 3 levels of width 0");
  expect([](P q, O, L) { q.spec.cardinalities = {3}; }, "1 embedding columns but 0 embedding widths");
  const auto huge_table = [](P q, O, L) {
    q.spec.cardinalities = {std::size_t{1} << 62};
    q.spec.embedding_widths = {4};
    q.features.category_width = 1;
    q.features.categories.resize(20);
  };
  expect(huge_table, "the limit is");
  expect([](P q, O, L) { q.features.rows = 0, q.features.dense.clear(); }, "no rows");
  expect([](P q, O, L) { q.targets.labels[0] = -1; }, "row 1 has label -1");
  expect([](P q, O, L) { q.targets.labels[0] = INT32_MIN; }, "row 1 has label -2147483648");
  const auto values = [](float last) {
    return [last](P q, O, L) {
      q.spec.loss = LossKind::huber, q.spec.outputs = 1;
      q.targets.values.assign(20, 1), q.targets.values[19] = last;
    };
  };
  expect(values(NAN), "row 20 has target nan: it must be finite");
  expect(values(HUGE_VALF), "row 20 has target inf");
  expect([](P, O o, L) { o.learning_rate = HUGE_VAL; }, "learning_rate is inf");
  expect([](P, O o, L) { o.average = NAN; }, "average is nan");
  expect(
      [](P q, O, L) {
        q.spec.norm = NormKind::batch, q.features.rows = 1, q.features.dense.resize(2), q.targets.labels.resize(1);
      },
      "rows are 1");
  expect([](P, O, L l) { l = 1000; }, "fewer units");
}

TEST(TrainerErrors, FormsThatContradictThemselvesAreRefused) {
  const auto expect = [](auto change, const char* part) {
    Problem p = moons(20);
    TrainOptions o;
    change(p, o);
    const auto made = Trainer::create(p.spec, o, {}, p.features, p.targets);
    ASSERT_FALSE(made) << part;
    EXPECT_NE(made.error().message.find(part), std::string::npos) << made.error().message;
  };
  using P = Problem&;
  using O = TrainOptions&;
  expect([](P p, O) { p.spec.members = 0; }, "members is 0");
  expect([](P p, O) { p.spec.members = 257; }, "members is 257: allowed is 1 .. 256");
  expect([](P p, O) { p.spec.members = 2, p.spec.hidden = {}; }, "this network has none");
  expect([](P p, O) { p.spec.members = 256, p.spec.hidden.assign(40, 8192); }, "the limit is");
  expect([](P p, O) { p.spec.numeric_columns = {0}, p.spec.numeric_bins = p.spec.numeric_frequencies = 16; },
         "one of them must be 0");
  expect([](P p, O) { p.spec.numeric_frequencies = 257; }, "numeric_frequencies is 257");
  expect([](P p, O) { p.spec.frequency_scale = 0; }, "frequency_scale is 0");
  expect([](P p, O) { p.spec.quantile = 1; }, "quantile is 1");
  expect([](P p, O) { p.spec.focal_gamma = -1; }, "focal_gamma is -1");
  expect([](P p, O) { p.spec.loss = LossKind::focal, p.spec.outputs = 1; }, "focal needs at least 2 outputs");
  expect([](P p, O) { p.spec.poisson_ratio = 0; }, "poisson_ratio is 0");
  expect([](P p, O) { p.spec.bias_rate = 0; }, "bias_rate is 0: allowed is (0, ");
  expect([](P p, O) { p.spec.numeric_rate = NAN; }, "numeric_rate is nan");
  expect([](P p, O) { p.spec.front_scale = -6; }, "front_scale is -6");
  expect([](P p, O) { p.spec.parametric_activation = HUGE_VAL; }, "parametric_activation is inf");
  expect([](P p, O) { p.spec.front_scale = 6, p.spec.hidden = {}; }, "this network has none: take 0 or more layers");
  expect([](P p, O) { p.spec.ntk = true, p.spec.base_width = 64; }, "two parametrisations: take one of them");
  expect([](P, O o) { o.mixup = 2; }, "mixup is 2");
  expect([](P, O o) { o.accumulate = 0; }, "accumulate is 0");
  expect([](P, O o) { o.class_balance = 1.5; }, "class_balance is 1.5: allowed is [0, 1]");
  expect(
      [](P p, O) {
        p.spec.loss = LossKind::poisson, p.spec.outputs = 1;
        p.targets.values.assign(20, 0), p.targets.values[6] = -1.5f;
      },
      "row 7 has less");
  const Problem p = moons(20);
  const std::vector<std::uint32_t> rows = {3, 20};
  const auto made = Trainer::create(p.spec, {}, {}, p.features, p.targets, 8e9, rows);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "row 21 of 20 is to be trained on: there is none");
}

}  // namespace
}  // namespace hone::test

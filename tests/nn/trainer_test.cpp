// The training loop: learns, resumes bit for bit, allocates nothing.
#include "nn/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "allocations.hpp"
#include "nn/checks.hpp"
#include "trainer_support.hpp"

namespace hone::test {
namespace {

double accuracy_of(Trainer& trainer, const Problem& p) {
  std::vector<float> out;
  trainer.predict(p.features, out);
  std::size_t right = 0;
  for (std::size_t r = 0; r < p.features.rows; ++r) {
    const bool one = p.spec.outputs == 1 ? out[r] > 0.5f : out[2 * r + 1] > out[2 * r];
    right += one == (p.targets.labels[r] == 1) ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(p.features.rows);
}

TEST(Trainer, EveryActivationLearnsWhatALineCannotSeparate) {
  auto p = moons(300);
  TrainOptions o;
  o.learning_rate = 0.03;
  o.batch = 30;
  for (const auto& activation : all_activations()) {
    p.spec.activation = &activation;
    auto trainer = make(p, o);
    for (int epoch = 0; epoch < 60; ++epoch) ASSERT_TRUE(trainer->train_epoch());
    if (activation.name == "identity") {
      EXPECT_LT(accuracy_of(*trainer, p), 0.95) << "a linear model cannot";
    } else {
      EXPECT_GT(accuracy_of(*trainer, p), 0.98) << activation.name;
    }
  }
}

TEST(Trainer, EveryOptimizerLossAndLayerLearns) {
  auto p = moons(300);
  for (const auto& name : optimizer_names())
    for (const bool binary : {false, true})
      for (const bool norm : {false, true}) {
        p.spec.loss = binary ? LossKind::binary_cross_entropy : LossKind::softmax_cross_entropy;
        p.spec.outputs = binary ? 1 : 2;
        p.spec.norm = norm ? NormKind::batch : NormKind::none;
        p.spec.dropout = norm ? 0.1 : 0;
        TrainOptions o;
        o.optimizer = *find_optimizer(name);
        o.learning_rate = name == "sgd" ? 0.3 : name == "momentum" || name == "nesterov" ? 0.05 : 0.01;
        o.batch = 30;
        auto trainer = make(p, o);
        for (int epoch = 0; epoch < 60; ++epoch) ASSERT_TRUE(trainer->train_epoch());
        EXPECT_GT(accuracy_of(*trainer, p), 0.97) << name << (binary ? " binary" : "") << (norm ? " norm" : "");
      }
}

TEST(Trainer, RegressionLearnsACurveAndAnEmbedding) {
  Problem p;
  Rng rng(4, RngPurpose::simulation, 0);
  p.spec.dense_width = 1;
  p.spec.cardinalities = {5};
  p.spec.embedding_widths = {3};
  p.spec.hidden = {24};
  p.spec.activation = *find_activation("tanh");
  p.spec.outputs = 1;
  p.features.rows = 400;
  p.features.dense_width = 1;
  p.features.category_width = 1;
  for (int i = 0; i < 400; ++i) {
    const double x = rng.uniform() * 4 - 2;
    const auto level = static_cast<std::int32_t>(rng.below(5));
    p.features.dense.push_back(static_cast<float>(x));
    p.features.categories.push_back(level);
    p.targets.values.push_back(static_cast<float>(std::sin(2 * x) + (level == 3 ? 1.0 : level == 1 ? -1.0 : 0.0)));
  }
  for (const auto loss : {LossKind::squared_error, LossKind::huber}) {
    p.spec.loss = loss;
    TrainOptions o;
    o.learning_rate = 0.02;
    o.schedule = ScheduleKind::one_cycle;
    o.max_epochs = 80;
    auto trainer = make(p, o);
    double last = 1;
    for (int epoch = 0; epoch < 80; ++epoch) last = trainer->train_epoch()->loss;
    EXPECT_LT(last, 0.01) << static_cast<int>(loss);
  }
}

TEST(Trainer, ResumedRunsEqualUninterruptedOnesBitForBit) {
  Rng rng(1, RngPurpose::simulation, 9);
  for (int i = 0; i < 30; ++i) {
    const auto p = random_any_problem(between(rng, 10, 90), rng);
    const auto o = random_options(rng);
    auto whole = make(p, o);
    std::vector<std::string> saved{whole->checkpoint()};
    std::vector<double> losses;
    for (int epoch = 0; epoch < 4; ++epoch) {
      const auto stats = whole->train_epoch();
      ASSERT_TRUE(stats) << describe(p.spec) << ": " << stats.error().message;
      losses.push_back(stats->loss);
      if (epoch == 1) whole->keep_best();
      saved.push_back(whole->checkpoint());
    }
    for (std::size_t from = 0; from < 4; ++from) {
      auto resumed = make(p, o);
      if (from % 2 == 1) resumed->train_epoch().value();  // whatever it did before does not matter
      ASSERT_TRUE(resumed->restore(saved[from])) << describe(p.spec);
      EXPECT_EQ(resumed->epoch(), static_cast<std::int64_t>(from));
      EXPECT_EQ(resumed->checkpoint(), saved[from]);
      for (std::size_t epoch = from; epoch < 4; ++epoch) {
        EXPECT_EQ(resumed->train_epoch()->loss, losses[epoch]) << describe(p.spec) << " from " << from;
        if (epoch == 1) resumed->keep_best();
      }
      EXPECT_EQ(resumed->checkpoint(), saved[4]) << describe(p.spec) << " from " << from;
      resumed->restore_best();
      auto best = make(p, o);
      ASSERT_TRUE(best->restore(saved[2]));
      EXPECT_EQ(resumed->weights(), best->weights());
    }
  }
}

TEST(Trainer, SeedsDecideWhatTheyShould) {
  auto p = moons(100);
  p.spec.dropout = 0.2;
  TrainOptions o;
  const auto first_epoch = [&](const TrainSeed& seed) {
    auto trainer = make(p, o, seed);
    EXPECT_TRUE(trainer->train_epoch());
    return trainer->weights();
  };
  EXPECT_EQ(first_epoch({1, 2, 3}), first_epoch({1, 2, 3}));
  EXPECT_NE(first_epoch({1, 2, 3}), first_epoch({9, 2, 3}));
  EXPECT_NE(first_epoch({1, 2, 3}), first_epoch({1, 9, 3}));
  EXPECT_NE(first_epoch({1, 2, 3}), first_epoch({1, 2, 9}));
  EXPECT_EQ(make(p, o, {1, 2, 3})->weights(), make(p, o, {1, 2, 9})->weights()) << "the run keys the order only";
}

TEST(Trainer, AnEpochAllocatesNothing) {
  Rng rng(2, RngPurpose::simulation, 9);
  for (int i = 0; i < 20; ++i) {
    const auto p = random_any_problem(between(rng, 30, 90), rng);
    auto trainer = make(p, random_options(rng));
    const std::size_t before = allocations();
    const auto stats = trainer->train_epoch();
    trainer->keep_best();
    trainer->restore_best();
    EXPECT_EQ(allocations(), before) << describe(p.spec);
    EXPECT_TRUE(stats);
  }
}

TEST(Trainer, EveryRowIsTrainedOnOncePerEpochWhateverTheBatch) {
  Rng rng(5, RngPurpose::simulation, 9);
  // With a rate too small to change anything, the loss of an epoch is the mean over all rows.
  for (const std::size_t rows : {std::size_t{2}, std::size_t{9}, std::size_t{33}, std::size_t{64}, std::size_t{65}})
    for (const std::size_t batch :
         {std::size_t{1}, std::size_t{2}, std::size_t{8}, std::size_t{32}, std::size_t{500}}) {
      Problem p;
      p.spec.dense_width = 3;
      p.spec.activation = *find_activation("identity");
      p.spec.outputs = 1;
      p.spec.loss = LossKind::squared_error;
      p.features = random_features(p.spec, rows, false, rng);
      p.targets = random_targets(p.spec, rows, rng);
      TrainOptions o;
      o.optimizer = OptimizerKind::sgd;
      o.learning_rate = 1e-12;
      o.batch = batch;
      auto trainer = make(p, o);
      std::vector<float> out;
      trainer->predict(p.features, out);
      double expected = 0;
      for (std::size_t r = 0; r < rows; ++r)
        expected += 0.5 * std::pow(static_cast<double>(out[r]) - static_cast<double>(p.targets.values[r]), 2);
      expected /= static_cast<double>(rows);
      EXPECT_NEAR(trainer->train_epoch()->loss, expected, 1e-6 * (1 + expected)) << rows << " rows, batch " << batch;
      EXPECT_LE(largest_batch(batch, rows), std::min(rows, batch + 1));
    }
}

TEST(Trainer, ClippingKeepsALargeRateFinite) {
  auto p = moons(100);
  p.spec.loss = LossKind::softmax_cross_entropy;
  for (auto& x : p.features.dense) x *= 1e6f;
  TrainOptions o;
  o.optimizer = OptimizerKind::sgd;
  o.learning_rate = 0.1;
  const std::string before = make(p, o)->weights();
  const auto moved = [&](double clip) {
    o.clip_norm = clip;
    o.batch = 1000;
    auto trainer = make(p, o);
    EXPECT_TRUE(trainer->train_epoch());
    const std::string after = trainer->weights();
    double sum = 0;
    for (std::size_t i = 0; i < before.size(); i += sizeof(float)) {
      float a, b;
      std::memcpy(&a, before.data() + i, sizeof a);
      std::memcpy(&b, after.data() + i, sizeof b);
      sum += std::pow(static_cast<double>(a) - static_cast<double>(b), 2);
    }
    return std::sqrt(sum);
  };
  EXPECT_NEAR(moved(0.5), 0.05, 1e-4);  // rate times the norm that is left
  EXPECT_GT(moved(0), 100);
}

TEST(Trainer, PredictionsAreThoseOfThePredictorAndDoNotDisturbTraining) {
  Rng rng(6, RngPurpose::simulation, 9);
  for (int i = 0; i < 20; ++i) {
    const auto p = random_any_problem(60, rng);
    const auto o = random_options(rng);
    auto trainer = make(p, o), undisturbed = make(p, o);
    ASSERT_TRUE(trainer->train_epoch());
    ASSERT_TRUE(undisturbed->train_epoch());
    // Beside what is learned: two running statistics for each unit that is normalised, two edges for each bin.
    std::size_t kept = p.spec.embedded_numbers() * 2 * ((p.spec.numeric_bins + 15) / 16 * 16);
    for (const std::size_t units : p.spec.hidden) kept += p.spec.norm == NormKind::batch ? 2 * units : 0;
    EXPECT_EQ(trainer->weights().size(), (p.spec.parameters() + kept) * sizeof(float));
    std::vector<float> from_trainer, from_predictor;
    trainer->predict(p.features, from_trainer);
    auto predictor = Predictor::create(p.spec, trainer->weights());
    ASSERT_TRUE(predictor);
    (*predictor)->predict(p.features, from_predictor);
    EXPECT_EQ(from_trainer, from_predictor) << describe(p.spec);
    EXPECT_EQ(trainer->train_epoch()->loss, undisturbed->train_epoch()->loss) << describe(p.spec);
    if (p.spec.outputs > 1)
      for (std::size_t r = 0; r < 60; ++r) {
        double sum = 0;
        for (std::size_t c = 0; c < p.spec.outputs; ++c) sum += from_trainer[r * p.spec.outputs + c];
        EXPECT_NEAR(sum, 1, 1e-5);
      }
  }
}

TEST(Trainer, CountsOperationsAndParameters) {
  NetworkSpec s;
  s.dense_width = 784;
  s.hidden = {128, 64};
  s.outputs = 10;
  s.activation = *find_activation("relu");
  EXPECT_EQ(s.parameters(), 784u * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10);
  // Forward and dW of every layer, dX of all but the first.
  EXPECT_EQ(epoch_operations(s, 100), 100.0 * (2 * 784 * 128 + 3 * 128 * 64 + 3 * 64 * 10));
}

}  // namespace
}  // namespace hone::test

// Metrics against values worked out by hand.
#include "nn/metric.hpp"

#include <cmath>

#include "support.hpp"

namespace hone::test {
namespace {

TargetInfo classes(std::size_t n) {
  TargetInfo info;
  info.name = "kind";
  for (std::size_t i = 0; i < n; ++i) info.classes.push_back(std::to_string(i));
  return info;
}
TargetInfo regression() {
  TargetInfo info;
  info.task = Task::regression;
  info.name = "price";
  info.mean = 100;
  info.scale = 20;
  return info;
}
double score(const char* name, const TargetInfo& info, std::vector<float> predictions, const Targets& targets) {
  return (*find_metric(name, info))->score(info, predictions, targets);
}
const Targets four{{0, 1, 1, 0}, {}};

TEST(Metric, Accuracy) {
  EXPECT_EQ(score("accuracy", classes(2), {0.9f, 0.1f, 0.2f, 0.8f, 0.6f, 0.4f, 0.3f, 0.7f}, four), 0.5);
  EXPECT_EQ(score("accuracy", classes(2), {0.1f, 0.8f, 0.4f, 0.7f}, four), 0.5) << "one column: class 1";
}

TEST(Metric, BalancedAccuracyWeighsClassesAlike) {
  const Targets t{{0, 0, 0, 1}, {}};
  EXPECT_EQ(score("balanced_accuracy", classes(2), {0.1f, 0.1f, 0.1f, 0.1f}, t), 0.5);
  EXPECT_EQ(score("balanced_accuracy", classes(3), {1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0}, t), (2.0 / 3 + 1) / 2);
}

TEST(Metric, LogLossIsClipped) {
  EXPECT_NEAR(score("log_loss", classes(2), {0.25f, 0.5f, 0.5f, 0.5f}, four), -(std::log(0.75) + 3 * std::log(0.5)) / 4,
              1e-7);
  EXPECT_NEAR(score("log_loss", classes(2), {1.0f, 1.0f, 1.0f, 0.0f}, four), -std::log(1e-15) / 4, 1e-12);
}

TEST(Metric, AucCountsTiesHalf) {
  EXPECT_EQ(score("auc", classes(2), {0.1f, 0.9f, 0.8f, 0.2f}, four), 1);
  EXPECT_EQ(score("auc", classes(2), {0.5f, 0.5f, 0.5f, 0.5f}, four), 0.5);
  // Pairs (positive, negative): 0.4 > 0.1, 0.4 = 0.4, 0.8 > 0.1, 0.8 > 0.4.
  EXPECT_EQ(score("auc", classes(2), {0.1f, 0.4f, 0.8f, 0.4f}, four), 3.5 / 4);
  EXPECT_TRUE(std::isnan(score("auc", classes(2), {0.1f, 0.4f}, {{1, 1}, {}})));
}

TEST(Metric, AucOfSeveralClassesIsTheMeanOfEachAgainstTheRest) {
  const Targets t{{0, 1, 2}, {}};
  // Class 0: 0.8 above both, 1. Class 1: 0.1 against 0.1 and 0.4: a tie and a loss, 0.25. Class 2: 0.5 above both, 1.
  EXPECT_DOUBLE_EQ(score("auc", classes(3), {0.8f, 0.1f, 0.1f, 0.5f, 0.1f, 0.4f, 0.1f, 0.4f, 0.5f}, t), 2.25 / 3);
  // A class without rows (3) is left out of the mean.
  EXPECT_EQ(score("auc", classes(4), {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}, t), 1);
}

TEST(Metric, F1) {
  // Predicted positive: rows 1 and 3; right: row 1. Precision 1/2, recall 1/2.
  EXPECT_EQ(score("f1", classes(2), {0.1f, 0.9f, 0.2f, 0.8f}, four), 0.5);
  EXPECT_EQ(score("f1", classes(2), {0.1f, 0.1f, 0.1f, 0.1f}, four), 0);
  EXPECT_DOUBLE_EQ(score("f1", classes(3), {1, 0, 0, 1, 0, 0, 0, 0, 1}, {{0, 1, 2}, {}}), (2.0 / 3 + 0 + 1) / 3);
}

TEST(Metric, RegressionIsInTheUnitsOfTheUser) {
  const Targets t{{}, {0.0f, 1.0f, 2.0f, 3.0f}};
  const std::vector<float> p{0.5f, 1.0f, 2.0f, 2.0f};
  EXPECT_DOUBLE_EQ(score("rmse", regression(), p, t), 20 * std::sqrt(1.25 / 4));
  EXPECT_DOUBLE_EQ(score("mae", regression(), p, t), 20 * 1.5 / 4);
  EXPECT_DOUBLE_EQ(score("r2", regression(), p, t), 1 - 1.25 / 5);
  EXPECT_TRUE(std::isnan(score("r2", regression(), p, {{}, {1, 1, 1, 1}})));
}

TEST(Metric, NanPredictionsGiveNan) {
  for (const auto& m : all_metrics()) {
    if (m.task == Task::classification) {
      EXPECT_TRUE(std::isnan(m.score(classes(2), std::vector<float>{0.5f, NAN, 0.5f, 0.5f}, four))) << m.name;
    } else {
      EXPECT_TRUE(std::isnan(m.score(regression(), std::vector<float>{0.5f, NAN}, {{}, {1, 2}}))) << m.name;
    }
  }
}

TEST(Metric, NamesAreCheckedAgainstTheTask) {
  EXPECT_EQ((*find_metric("", classes(2)))->name, "accuracy");
  EXPECT_EQ((*find_metric("", regression()))->name, "rmse");
  const auto wrong = find_metric("rmse", classes(2));
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("'kind'"), std::string::npos) << wrong.error().message;
  EXPECT_NE(wrong.error().message.find("accuracy"), std::string::npos);
  const auto unknown = find_metric("acuracy", classes(2));
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("accuracy"), std::string::npos);
}

}  // namespace
}  // namespace hone::test

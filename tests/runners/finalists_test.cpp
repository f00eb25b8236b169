#include "runners/finalists.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "runners/native_network.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

TEST(Finalists, AsManyAsTheEpochsOfTheSearchPayFor) {
  const std::vector<std::int64_t> few = {10, 10, 10}, many(50, 10);
  EXPECT_EQ(finalists_within(few, 8), 0u);
  EXPECT_EQ(finalists_within(many, 8), 8u) << "8 * 4 * 10 = 320 is within 500";
  EXPECT_EQ(finalists_within(many, 100), 12u) << "12 * 4 * 10 = 480 too";
  EXPECT_EQ(finalists_within(std::vector<std::int64_t>{100, 100, 300, 100, 100, 100, 100, 200}, 8), 2u);
  EXPECT_EQ(finalists_within({}, 8), 0u);
}

struct Bench {
  explicit Bench(Task task = Task::classification) {
    const auto file = folder.path() / "data.csv";
    DataOptions options;
    if (task == Task::classification) {
      write_small_classification(file, 240);
      options.target = "label";
    } else {
      write_small_regression(file, 240);
      options.target = "y";
    }
    options.path = file.string();
    dataset = std::move(*load_dataset(options));
    metric = *find_metric("", dataset->target());
    request.study_seed = 5;
    request.max_step = 6;
    for (const double rate : {0.01, 1e-7, 0.003}) {
      Configuration configuration;
      configuration.set("learning_rate", rate);
      configuration.set("units", std::int64_t{16});
      request.finalists.push_back({static_cast<std::int64_t>(request.finalists.size()) + 7, configuration, 6});
    }
  }
  TemporaryFolder folder;
  std::unique_ptr<Dataset> dataset;
  const Metric* metric = nullptr;
  FinalistsRequest request;
};

TEST(Finalists, TheOneThatLearnsWinsAndJobsChangeNothing) {
  for (const Task task : {Task::classification, Task::regression}) {
    Bench bench(task);
    std::int64_t told = 0;
    bench.request.progress = [&](std::int64_t done, std::int64_t all) {
      EXPECT_EQ(done, ++told);
      EXPECT_EQ(all, 3 * finalist_folds);
    };
    const auto one = cross_validate(*bench.dataset, *bench.metric, bench.request);
    ASSERT_TRUE(one) << one.error().message;
    ASSERT_EQ(one->size(), 3u);
    EXPECT_EQ(told, 3 * finalist_folds);
    EXPECT_EQ((*one)[1].trial, 8);
    const auto better = [&](double a, double b) { return bench.metric->maximize ? a > b : a < b; };
    EXPECT_TRUE(better((*one)[0].mean, (*one)[1].mean)) << (*one)[0].mean << " " << (*one)[1].mean;
    for (const FinalistScore& score : *one) {
      EXPECT_TRUE(score.epochs >= 1 && score.epochs <= 6);
      EXPECT_GE(score.deviation, 0);
    }
    bench.request.progress = {};
    bench.request.jobs = 5;
    const auto several = cross_validate(*bench.dataset, *bench.metric, bench.request);
    ASSERT_TRUE(several);
    for (std::size_t f = 0; f < 3; ++f) {
      EXPECT_EQ((*several)[f].mean, (*one)[f].mean);
      EXPECT_EQ((*several)[f].deviation, (*one)[f].deviation);
      EXPECT_EQ((*several)[f].epochs, (*one)[f].epochs);
    }
    // The folds are the same for all: a finalist's score does not depend on who else is there.
    bench.request.finalists.erase(bench.request.finalists.begin());
    EXPECT_EQ((*cross_validate(*bench.dataset, *bench.metric, bench.request))[1].mean, (*one)[2].mean);
  }
}

TEST(Finalists, WhoFailsOrIsNotFinishedHasNoScore) {
  Bench bench;
  bench.request.finalists[0].configuration.set("learning_rate", 50.0);
  bench.request.finalists[0].configuration.set("optimizer", std::string("sgd"));
  const auto scores = cross_validate(*bench.dataset, *bench.metric, bench.request);
  ASSERT_TRUE(scores);
  ASSERT_FALSE(scores->empty());
  EXPECT_EQ(scores->back().trial, 9);
  int asked = 0;
  bench.request.should_stop = [&] { return ++asked > 6 * 4 + 6 * 4 + 3; };  // in the last finalist's first fold
  bench.request.finalists[0].configuration.set("learning_rate", 0.01);
  const auto cut = cross_validate(*bench.dataset, *bench.metric, bench.request);
  ASSERT_TRUE(cut);
  ASSERT_EQ(cut->size(), 2u);
  EXPECT_EQ((*cut)[1].trial, 8);
}

}  // namespace
}  // namespace hone

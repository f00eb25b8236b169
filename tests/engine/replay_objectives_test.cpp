// Replay of studies with two objectives: every pruner, the end of a small budget, older reports; and canaries.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "engine/replay_bench.hpp"

namespace hone {
namespace {

class ReplayOfTwoObjectives : public testing::TestWithParam<const PrunerInfo*> {};

TEST_P(ReplayOfTwoObjectives, EightWorkers) {
  FileBench bench;
  bench.objectives = 2;
  bench.options.pruner = GetParam()->name;
  bench.options.audit = 0.1;
  auto study = bench.open();
  RestlessRunner runner;
  runner.inner.objectives = 2;
  run(*study, runner, 8);
  expect_same(bench.replayed(), 40);
  EXPECT_GT(study->counts().complete, 0);
  EXPECT_EQ(study->trials()[0].runs[0].further_values.size(), study->trials()[0].runs[0].reports.size());
}

INSTANTIATE_TEST_SUITE_P(All, ReplayOfTwoObjectives, testing::ValuesIn(all_pruners().begin(), all_pruners().end()),
                         [](const auto& one) { return std::string(one.param->name); });

TEST(Replay, ABudgetOfAFewTrialsOfTwoObjectives) {
  for (const std::int64_t trials : {1, 2, 4}) {
    FileBench bench;
    bench.objectives = 2;
    bench.options.trials = trials;
    auto study = bench.open();
    FakeRunner runner;
    runner.objectives = 2;
    EXPECT_EQ(run(*study, runner), "trials");
    EXPECT_EQ(study->counts().complete, 1) << "the best paused one was finished";
    EXPECT_EQ(study->front().size(), 1u);
    const auto events = bench.store->events(study->record().id);
    EXPECT_TRUE(std::ranges::any_of(*events, [](const Event& line) { return line.detail.starts_with("finish"); }) ||
                trials > 2);
    expect_same(bench.replayed(), trials);
  }
}

TEST(Replay, ReportsThatHadTheFirstOfTwoValues) {
  FileBench bench;  // as they were before reports had one of each objective
  bench.objectives = 2;
  bench.options.pruner = "none";
  auto study = bench.open();
  FakeRunner runner;
  runner.objectives = 2;
  run(*study, runner);
  bench.edit(
      "DELETE FROM further_values; UPDATE journal SET detail = substr(detail, 1, instr(detail, ' ') - 1) WHERE "
      "kind = 'reported'");
  expect_same(bench.replayed(), 40);
  bench.edit("UPDATE journal SET detail = '1 2 3' WHERE kind = 'reported'");
  EXPECT_TRUE(bench.replayed().contradicts_itself);
}

TEST(ReplayCanaryOfTwoObjectives, AFlippedBitInAFurtherValue) {
  FileBench bench;
  bench.objectives = 2;
  auto study = bench.open();
  FakeRunner runner;
  runner.objectives = 2;
  run(*study, runner);
  const double value = study->trials()[7].runs[0].further_values[0];
  const double flipped = std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) ^ 1);
  bench.edit("UPDATE further_values SET value = " + number_text(flipped) + " WHERE step = 1 AND trial = 7");
  const ReplayOutcome outcome = bench.replayed();
  ASSERT_EQ(outcome.differences.size(), 1u) << listed(outcome);
  EXPECT_EQ(outcome.differences[0].trial, 7);
  // Consistently forged, it is found where it decided something: the worst of all becomes the best of all.
  bench.edit(
      "UPDATE further_values SET value = 1e9 WHERE trial = 7; UPDATE reports SET value = -1e9 WHERE trial = 7; "
      "UPDATE journal SET detail = '-1e9 1e9' WHERE kind = 'reported' AND trial = 7");
  const ReplayOutcome forged = bench.replayed();
  ASSERT_FALSE(forged.differences.empty());
  EXPECT_FALSE(forged.contradicts_itself) << listed(forged);
}

}  // namespace
}  // namespace hone

// A budget of cost: what counts, when it ends a study, and that a larger one goes on.
#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "engine/bench.hpp"
#include "engine/replay.hpp"

namespace hone {
namespace {

/// Each start costs as much as it says, half of it on the way.
class CostlyRunner final : public Runner {
 public:
  explicit CostlyRunner(double cost) : cost_(cost) {}
  Result<std::vector<RunOutcome>> run(std::span<const RunRequest> requests, RunObserver& observer) override {
    ++starts;
    HONE_TRY_VOID(observer.cost(0, cost_ / 2));
    HONE_TRY_VOID(observer.cost(0, cost_ / 4));  // less than before counts for nothing
    HONE_TRY_VOID(observer.cost(0, cost_));
    RunOutcome outcome;
    outcome.state = TrialState::complete;
    outcome.values = {static_cast<double>(requests[0].trial)};
    return std::vector{outcome};
  }
  std::atomic<int> starts = 0;

 private:
  double cost_;
};

TEST(Cost, EndsAStudyAndALargerBudgetGoesOn) {
  Bench bench;
  bench.options.trials.reset();
  bench.options.cost = 2.5;
  CostlyRunner runner(1);
  {
    const auto study = bench.open();
    EXPECT_EQ(run(*study, runner), "cost");
    EXPECT_EQ(study->trials().size(), 3u) << "2 is not yet 2.5";
    EXPECT_EQ(study->trials()[1].cost, 1);
    EXPECT_EQ(study->cost_used(), 3);
    EXPECT_EQ(run(*study, runner), "cost");
    const auto given = study->next(study->trials()[0].configuration);
    ASSERT_TRUE(given) << given.error().message;
    ASSERT_TRUE(std::holds_alternative<StudyDone>(*given));
    Configuration wish;
    wish.set("n", std::int64_t{7});
    const auto enqueued = study->enqueue(wish);
    ASSERT_FALSE(enqueued);
    EXPECT_NE(enqueued.error().message.find("budget of 2.5"), std::string::npos) << enqueued.error().message;
  }
  EXPECT_EQ(runner.starts, 3);
  bench.options.cost = 4.5;
  const auto study = bench.open();
  EXPECT_EQ(run(*study, runner), "cost");
  EXPECT_EQ(study->trials().size(), 5u);
  const auto options = bench.store->attribute(study->record().id, "options");
  ASSERT_TRUE(options && *options);
  EXPECT_NE((*options)->find("cost=4.5"), std::string::npos) << **options;
}

TEST(Cost, OfAnHourCountsForEveryStart) {
  Bench bench;
  bench.options.trials.reset();
  bench.options.cost = 1;
  bench.options.cost_per_hour = 3600;
  const auto study = bench.open();
  const auto work = study->next();
  const auto& assignment = std::get<Assignment>(*work);
  RunOutcome handed_back;
  handed_back.state = TrialState::waiting;
  ASSERT_TRUE(study->cost(assignment, 0.25));
  ASSERT_TRUE(study->finish(assignment, handed_back, 0.25));
  const auto again = study->next();
  ASSERT_TRUE(std::holds_alternative<Assignment>(*again)) << "it has cost 0.5 so far";
  ASSERT_TRUE(study->cost(std::get<Assignment>(*again), 0.25)) << "another start counts from 0";
  ASSERT_TRUE(study->finish(std::get<Assignment>(*again), handed_back, 0.25));
  EXPECT_EQ(study->trial(0)->cost, 1);
  const auto done = study->next();
  ASSERT_TRUE(std::holds_alternative<StudyDone>(*done));
  EXPECT_EQ(std::get<StudyDone>(*done).reason, "cost");
  EXPECT_EQ(study->trial(0)->state, TrialState::waiting) << "for a larger budget";
}

TEST(Cost, ManyWorkersStartNothingBehindTheBudget) {
  Bench bench;
  bench.options.trials.reset();
  bench.options.cost = 20;
  CostlyRunner runner(0.5);
  const auto study = bench.open();
  EXPECT_EQ(run(*study, runner, 8), "cost");
  const auto journal = bench.store->journal(study->record().id);
  ASSERT_TRUE(journal);
  double spent = 0;
  std::map<std::int64_t, double> costs;
  for (const Event& line : *journal) {
    if (line.kind == "cost") {
      spent += std::stod(line.detail) - costs[line.trial];
      costs[line.trial] = std::stod(line.detail);
    }
    EXPECT_FALSE(line.kind == "asked" && spent >= 20) << "trial " << line.trial << " was started behind " << spent;
  }
  EXPECT_GE(spent, 20);
  EXPECT_LE(spent, 20 + 7 * 0.5);
  const auto input = read_replay_input(*bench.store, study->record());
  ASSERT_TRUE(input) << input.error().message;
  const auto replayed = replay(*input, {{""}});
  ASSERT_TRUE(replayed) << replayed.error().message;
  EXPECT_EQ(replayed->suggestions, std::ssize(study->trials()));
  EXPECT_TRUE(replayed->differences.empty());
}

}  // namespace
}  // namespace hone

// The rules of rules_test.cpp where trials have several objectives: by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "study_sim.hpp"

namespace hone {
namespace {

using Options = std::map<std::string, double>;
using Reports = std::vector<std::vector<double>>;  // at steps 1, 2, ...: (objectives)
const double nan = std::nan("");

Decision decide(const char* name, const Options& options, std::vector<TrialRow> others, const Reports& own,
                PrunerSetup setup = {9}) {
  const auto pruner = make_pruner(name, options, setup);
  EXPECT_TRUE(pruner) << pruner.error().message;
  others.push_back(row_with(TrialState::running, own));
  const auto number = static_cast<std::int64_t>(others.size()) - 1;
  return (*pruner)->decide(view_of(std::move(others), own[0].size()), number, std::ssize(own));
}

std::vector<TrialRow> complete(const Reports& reports) {  // one report each
  std::vector<TrialRow> rows;
  for (const auto& values : reports) rows.push_back(row_with(TrialState::complete, {values}));
  return rows;
}

TEST(SeveralObjectives, TheMedianIsOneOfFronts) {
  const auto five = complete({{1, 5}, {3, 3}, {5, 1}, {4, 6}, {6, 6}});  // fronts 0 0 0 1 2
  EXPECT_EQ(decide("median", {}, five, {{9, 0}}), Decision::go_on) << "nobody dominates it";
  EXPECT_EQ(decide("median", {}, five, {{2, 4}}), Decision::go_on);
  EXPECT_EQ(decide("median", {}, five, {{3, 4}}), Decision::stop) << "the median front is the first";
  EXPECT_EQ(decide("percentile", {{"percentile", 75}}, five, {{3, 4}}), Decision::go_on) << "the second is enough";
  EXPECT_EQ(decide("percentile", {{"percentile", 75}}, five, {{7, 7}}), Decision::stop);
  EXPECT_EQ(decide("median", {}, five, {{0, 0}, {9, 9}}), Decision::go_on) << "the best report so far counts";
  EXPECT_EQ(decide("median", {}, five, {{0, nan}}), Decision::stop);
  EXPECT_EQ(decide("median", {}, complete({{1, nan}, {nan, 1}, {1, nan}, {nan, 1}, {nan, nan}}), {{nan, 0}}),
            Decision::go_on)
      << "no worse than the others";
}

TEST(SeveralObjectives, PercentilesOfCopiesAreThoseOfOne) {  // where they need no interpolation
  Rng rng(5, RngPurpose::simulation, 0);
  for (int round = 0; round < 200; ++round) {
    std::vector<TrialRow> one, three;
    for (int i = 0; i < 9; ++i) {
      const double v = rng.below(12);
      one.push_back(row_with(TrialState::complete, {{v}}));
      three.push_back(row_with(TrialState::complete, {{v, v, v}}));
    }
    const double v = rng.below(12);
    for (const double percentile : {25.0, 50.0, 100.0})
      EXPECT_EQ(decide("percentile", {{"percentile", percentile}}, one, {{v}}),
                decide("percentile", {{"percentile", percentile}}, three, {{v, v, v}}));
  }
}

TEST(SeveralObjectives, PatienceWaitsForWhatNoEarlierReportIsAsGoodAs) {
  const Options options = {{"patience", 2}};
  EXPECT_EQ(decide("patient", options, {}, {{5, 5}, {6, 6}}), Decision::go_on) << "nothing to compare with yet";
  EXPECT_EQ(decide("patient", options, {}, {{5, 5}, {5, 6}, {6, 5}}), Decision::stop);
  EXPECT_EQ(decide("patient", options, {}, {{5, 5}, {9, 4.9}, {6, 5}}), Decision::go_on);
  EXPECT_EQ(decide("patient", {{"patience", 2}, {"min_delta", 0.2}}, {}, {{5, 5}, {9, 4.9}, {6, 5}}), Decision::stop);
  EXPECT_EQ(decide("patient", {{"patience", 1}}, {}, {{5, 5}, {3, 7}, {4, 6}}), Decision::go_on)
      << "ahead of each of them in another objective";
  EXPECT_EQ(decide("patient", {{"patience", 1}}, {}, {{4, 6}, {5, 5}, {3, 7}, {4, 7}}), Decision::stop);
  EXPECT_EQ(decide("patient", options, {}, {{5, 5}, {1, nan}, {nan, 1}}), Decision::stop) << "not finite is no better";
  EXPECT_EQ(decide("patient", options, {}, {{5, nan}, {9, 9}, {6, nan}}), Decision::go_on);
}

TEST(SeveralObjectives, TheThresholdIsTheFirstOnes) {
  const Options options = {{"lower", 0.2}, {"upper", 0.9}};
  EXPECT_EQ(decide("threshold", options, {}, {{0.5, 70}}), Decision::go_on);
  EXPECT_EQ(decide("threshold", options, {}, {{0.95, 0.5}}), Decision::stop);
  EXPECT_EQ(decide("threshold", options, {}, {{0.5, nan}}), Decision::stop);
}

TEST(SeveralObjectives, WilcoxonStopsWhatIsWorseInAllBeyondChance) {
  const std::vector<TrialRow> others = {row_with(TrialState::complete, {{9, 9}, {9, 9}, {9, 9}, {9, 9}, {9, 9}}),
                                        row_with(TrialState::complete, {{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}}),
                                        row_with(TrialState::complete, {{8, 0}, {8, 0}, {8, 0}, {8, 0}, {8, 0}})};
  EXPECT_EQ(decide("wilcoxon", {}, others, {{2, 3}, {4, 4}, {6, 5}, {8, 7}}), Decision::stop);
  EXPECT_EQ(decide("wilcoxon", {}, others, {{2, 3}, {4, 4}, {6, 5}}), Decision::go_on) << "p = 1/8";
  EXPECT_EQ(decide("wilcoxon", {}, others, {{2, 0}, {4, 1}, {6, 2}, {8, 3}}), Decision::go_on) << "better in the other";
  EXPECT_EQ(decide("wilcoxon", {}, others, {{2, 1}, {4, 2}, {6, 3}, {8, 4}}), Decision::stop) << "equal in the other";
  EXPECT_EQ(decide("wilcoxon", {}, others, {{2, 3}, {4, 1}, {6, 4}, {8, 3.5}}), Decision::go_on)
      << "chance explains it";
  EXPECT_EQ(decide("wilcoxon", {}, others, {{9, 1}, {9, 2}, {9, 3}, {9, 4}}), Decision::stop)
      << "any of the undominated ones will do: the third";
  EXPECT_EQ(decide("wilcoxon", {}, others, {{0, 0}, {0, nan}}), Decision::stop);
  EXPECT_EQ(decide("wilcoxon", {}, {row_with(TrialState::complete, {{0, nan}, {0, 0}})}, {{7, 7}, {7, 7}}),
            Decision::go_on)
      << "nobody sound is complete";
}

TEST(SeveralObjectives, StoppingAshaGoesByFronts) {
  const Options options = {{"stopping", 1}};
  const auto at_rung = [](double a, double b) { return row_with(TrialState::running, {{a, b}}); };
  const std::vector<TrialRow> five = {at_rung(1, 5), at_rung(5, 1), at_rung(6, 6), at_rung(7, 7), at_rung(0, nan)};
  EXPECT_EQ(decide("asha", options, five, {{3, 3}}), Decision::go_on) << "the middle of the first front";
  EXPECT_EQ(decide("asha", options, five, {{2, 6}}), Decision::stop) << "on the second";
  EXPECT_EQ(decide("asha", options, five, {{nan, 0}}), Decision::stop);
}

TEST(SeveralObjectives, AshaSpreadsThePlacesOfARungOverItsFront) {
  // Nine trials on one front, three places: the middle, then the ends.
  const auto pruner = std::move(*make_pruner("asha", {}, {9}));
  std::vector<TrialRow> rows;
  for (const int i : {4, 3, 5, 0, 1, 8, 2, 7, 6}) {
    rows.push_back(row_with(TrialState::paused, {{1.0 * i, 8.0 - i}}));
    rows.back().until_step = 1;
  }
  std::vector<std::int64_t> order;
  for (int place = 0; place < 4; ++place) {
    const NextStep next = pruner->next(view_of(rows, 2), Asker{false});
    const auto* resumed = std::get_if<ResumeTrial>(&next);
    if (!resumed) break;
    order.push_back(resumed->trial);
    rows[static_cast<std::size_t>(resumed->trial)].state = TrialState::running;
    rows[static_cast<std::size_t>(resumed->trial)].until_step = 3;
  }
  EXPECT_EQ(order, (std::vector<std::int64_t>{0, 3, 5}));
}

}  // namespace
}  // namespace hone

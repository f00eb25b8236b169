// The rules that look at one trial, or at pairs: percentile, threshold, patient, wilcoxon; and ASHA that only stops.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "study_sim.hpp"

namespace hone {
namespace {

using Options = std::map<std::string, double>;

TrialRow row_of(TrialState state, std::vector<Report> reports) {
  TrialRow row;
  row.state = state;
  row.reports = std::move(reports);
  return row;
}

Decision decide(const char* name, const Options& options, std::vector<TrialRow> others, std::vector<Report> own,
                PrunerSetup setup = {9}) {
  const auto pruner = make_pruner(name, options, setup);
  EXPECT_TRUE(pruner) << pruner.error().message;
  const std::int64_t step = own.back().step;
  others.push_back(row_of(TrialState::running, std::move(own)));
  const auto number = static_cast<std::int64_t>(others.size()) - 1;
  return (*pruner)->decide(view_of(std::move(others)), number, step);
}

std::vector<TrialRow> five() {
  std::vector<TrialRow> rows;
  for (int i = 1; i <= 5; ++i) rows.push_back(row_of(TrialState::complete, {{2, 1.0 * i}, {3, 1.0 * i}}));
  return rows;
}

TEST(Percentile, InterpolatesAsNumpy) {  // numpy.percentile([1, 2, 3, 4, 5], 30) = 2.2
  EXPECT_EQ(decide("percentile", {{"percentile", 30}}, five(), {{3, 2.19}}), Decision::go_on);
  EXPECT_EQ(decide("percentile", {{"percentile", 30}}, five(), {{3, 2.21}}), Decision::stop);
  EXPECT_EQ(decide("percentile", {{"percentile", 0}}, five(), {{3, 1.01}}), Decision::stop);
  EXPECT_EQ(decide("percentile", {{"percentile", 100}}, five(), {{3, 4.99}}), Decision::go_on);
}

TEST(Percentile, JudgesAtItsIntervalOnly) {
  const Options options = {{"warmup_steps", 1}, {"interval", 2}};
  EXPECT_EQ(decide("percentile", options, five(), {{2, 99}}), Decision::stop);
  EXPECT_EQ(decide("percentile", options, five(), {{3, 99}}), Decision::go_on);
}

TEST(Percentile, NotFiniteValuesAreTheWorst) {
  std::vector<TrialRow> rows = five();
  for (int i = 0; i < 5; ++i) rows.push_back(row_of(TrialState::complete, {{3, std::nan("")}}));
  EXPECT_EQ(decide("percentile", {{"percentile", 90}}, rows, {{3, 1e9}}), Decision::go_on);
  EXPECT_EQ(decide("percentile", {{"percentile", 90}}, rows, {{3, std::nan("")}}), Decision::go_on);
  EXPECT_EQ(decide("percentile", {{"percentile", 10}}, rows, {{3, std::nan("")}}), Decision::stop);
}

TEST(Threshold, StopsOutsideInTheMetricsOwnUnits) {
  const Options options = {{"lower", 0.2}, {"upper", 0.9}};
  EXPECT_EQ(decide("threshold", options, {}, {{1, 0.5}}), Decision::go_on);
  EXPECT_EQ(decide("threshold", options, {}, {{1, 0.1}}), Decision::stop);
  EXPECT_EQ(decide("threshold", options, {}, {{1, 0.95}}), Decision::stop);
  EXPECT_EQ(decide("threshold", options, {}, {{1, -0.5}}, {9, true}), Decision::go_on) << "an accuracy of 0.5";
  EXPECT_EQ(decide("threshold", options, {}, {{1, -0.1}}, {9, true}), Decision::stop);
  EXPECT_EQ(decide("threshold", {}, {}, {{1, std::nan("")}}), Decision::stop);
  EXPECT_EQ(decide("threshold", {{"warmup_steps", 1}}, {}, {{1, std::nan("")}}), Decision::go_on);
  EXPECT_EQ(decide("threshold", options, {}, {{9, 5.0}}), Decision::go_on) << "the last step";
}

TEST(Patient, WaitsForSomethingBetter) {
  const Options options = {{"patience", 2}};
  EXPECT_EQ(decide("patient", options, {}, {{1, 5}, {2, 6}}), Decision::go_on) << "nothing to compare with yet";
  EXPECT_EQ(decide("patient", options, {}, {{1, 5}, {2, 6}, {3, 5}}), Decision::stop) << "equal is not better";
  EXPECT_EQ(decide("patient", options, {}, {{1, 5}, {2, 4.9}, {3, 6}}), Decision::go_on);
  EXPECT_EQ(decide("patient", {{"patience", 2}, {"min_delta", 0.2}}, {}, {{1, 5}, {2, 4.9}, {3, 6}}), Decision::stop);
  EXPECT_EQ(decide("patient", options, {}, {{1, std::nan("")}, {2, std::nan("")}, {3, 4}}), Decision::go_on);
  EXPECT_EQ(decide("patient", options, {}, {{1, std::nan("")}, {2, std::nan("")}, {3, std::nan("")}}), Decision::stop);
}

std::vector<Report> folds(std::vector<double> values) {
  std::vector<Report> reports;
  for (const double value : values) reports.push_back({static_cast<std::int64_t>(reports.size()) + 1, value});
  return reports;
}

TEST(Wilcoxon, StopsWhatIsWorseThanTheBestBeyondChance) {
  const std::vector<TrialRow> others = {row_of(TrialState::complete, folds({9, 9, 9, 9, 9})),
                                        row_of(TrialState::complete, folds({1, 2, 3, 4, 5})),
                                        row_of(TrialState::running, folds({0, 0, 0, 0, 0}))};
  EXPECT_EQ(decide("wilcoxon", {}, others, folds({2, 4, 6, 8})), Decision::stop);  // p = 1/16
  EXPECT_EQ(decide("wilcoxon", {}, others, folds({2, 4, 6})), Decision::go_on);    // p = 1/8
  EXPECT_EQ(decide("wilcoxon", {{"p", 0.2}}, others, folds({2, 4, 6})), Decision::stop);
  EXPECT_EQ(decide("wilcoxon", {}, others, folds({2, 1, 3.5, 3})), Decision::go_on);
  EXPECT_EQ(decide("wilcoxon", {{"p", 1}}, others, folds({0, 1, 2})), Decision::go_on) << "better so far";
  EXPECT_EQ(decide("wilcoxon", {{"p", 1}}, {}, folds({7, 7, 7})), Decision::go_on) << "nobody is complete";
  EXPECT_EQ(decide("wilcoxon", {}, others, folds({0, std::nan("")})), Decision::stop);
}

TEST(Wilcoxon, ComparesPartsThatBothHave) {
  const std::vector<TrialRow> others = {
      row_of(TrialState::complete, {{1, 1.0}, {3, 3.0}, {5, 5.0}, {6, 6.0}, {7, 7.0}})};
  EXPECT_EQ(decide("wilcoxon", {}, others, {{1, 2}, {2, 0}, {3, 5}, {4, 0}, {5, 9}, {6, 14}}), Decision::stop);
}

TEST(StoppingAsha, TheBestThirdOfARungGoesOn) {
  const Options options = {{"stopping", 1}};
  const auto at_rung = [](double value) { return row_of(TrialState::running, {{1, value}}); };
  EXPECT_EQ(decide("asha", options, {}, {{1, 5}}), Decision::go_on) << "the first one passes";
  EXPECT_EQ(decide("asha", options, {at_rung(1)}, {{1, 5}}), Decision::stop);
  EXPECT_EQ(decide("asha", options, {at_rung(1), at_rung(2), at_rung(3), at_rung(4), at_rung(6)}, {{1, 1.5}}),
            Decision::go_on)
      << "second of six";
  EXPECT_EQ(decide("asha", options, {at_rung(1), at_rung(2), at_rung(3), at_rung(4), at_rung(6)}, {{1, 2.5}}),
            Decision::stop);
  EXPECT_EQ(decide("asha", options, {at_rung(1)}, {{1, 5}, {2, 5}}), Decision::go_on) << "step 2 is no rung";
  EXPECT_EQ(decide("asha", options, {}, {{1, std::nan("")}}), Decision::stop);
}

}  // namespace
}  // namespace hone

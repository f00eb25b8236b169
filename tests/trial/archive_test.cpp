// What an archive gives back is what was put in, to the bit, whatever the trial looks like.
#include "trial/archive.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/rng.hpp"

namespace hone {
namespace {

std::shared_ptr<const Space> two_axes() {
  Parameter rate, units;
  rate.name = "rate";
  units.name = "units";
  units.type = ParameterType::int_;
  units.low = 1;
  units.high = 64;
  return std::make_shared<const Space>(*Space::make({rate, units}));
}

double any_number(Rng& rng) {
  constexpr double odd[] = {0, -0.0, INFINITY, -INFINITY, 1e-310, -1e308};
  const std::uint32_t which = rng.below(12);
  return which < std::size(odd) ? odd[which] : which == 6 ? std::nan("") : rng.uniform() - 0.5;
}

std::vector<double> any_numbers(Rng& rng, std::uint32_t most) {
  std::vector<double> numbers(rng.below(most + 1));
  for (double& number : numbers) number = any_number(rng);
  return numbers;
}

TrialRecord any_trial(Rng& rng, std::int64_t number, const Space& space) {
  TrialRecord trial;
  trial.number = number;
  const TrialState ends[] = {TrialState::complete, TrialState::pruned, TrialState::failed};
  trial.state = ends[rng.below(3)];
  trial.origin = rng.below(2) ? Origin::sampler : Origin::imported;
  trial.arm = rng.below(2) ? "tpe" : "";
  trial.why = std::string(rng.below(300), 'w');
  trial.attempt = rng.below(200);
  Point point = {rng.uniform(), rng.uniform()};
  space.canonicalize(point);
  trial.point = point;
  trial.configuration = space.configuration(point);
  trial.seen = rng.below(1000);
  trial.asked = trial.seen + rng.below(3);
  trial.finished = trial.changed = trial.asked + (std::int64_t{rng.next()} << 20);
  trial.values = any_numbers(rng, 3);
  trial.constraints = any_numbers(rng, 2);
  trial.until_step = rng.below(100);
  trial.started_ms = std::int64_t{1'700'000'000'000} + rng.next();
  trial.seconds = rng.below(2) ? rng.uniform() * 1e5 : 0;
  trial.reason = rng.below(2) ? "diverged: the loss is not finite\n" : "";
  trial.runs.resize(1 + rng.below(3));
  for (std::size_t r = 0; r < trial.runs.size(); ++r) {
    Run& run = trial.runs[r];
    run.index = static_cast<std::int64_t>(r);
    run.seed = (std::uint64_t{rng.next()} << 32) | rng.next();
    run.attempt = 1 + rng.below(3);
    run.token = rng.below(3) ? "" : "host:1:2:boot#1";
    run.state = trial.state;
    run.values = rng.below(2) ? trial.values : any_numbers(rng, 2);
    std::int64_t step = rng.below(3);
    for (std::uint32_t i = rng.below(30); i > 0; --i)
      run.reports.push_back({step += 1 + rng.below(5), any_number(rng)});
    if (rng.below(2)) run.further_values.assign(2 * run.reports.size(), any_number(rng));
  }
  return trial;
}

void expect_bits(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_EQ(std::bit_cast<std::uint64_t>(a[i]), std::bit_cast<std::uint64_t>(b[i]));
}

void expect_same(const TrialRecord& a, const TrialRecord& b) {
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.origin, b.origin);
  EXPECT_EQ(a.arm, b.arm);
  EXPECT_EQ(a.why, b.why);
  EXPECT_EQ(a.attempt, b.attempt);
  EXPECT_EQ(a.configuration, b.configuration);
  EXPECT_EQ(a.point, b.point);
  EXPECT_EQ(a.seen, b.seen);
  EXPECT_EQ(a.asked, b.asked);
  EXPECT_EQ(a.finished, b.finished);
  EXPECT_EQ(a.changed, b.changed);
  expect_bits(a.values, b.values);
  expect_bits(a.constraints, b.constraints);
  EXPECT_EQ(a.until_step, b.until_step);
  EXPECT_EQ(a.started_ms, b.started_ms);
  EXPECT_EQ(a.seconds, b.seconds);
  EXPECT_EQ(a.reason, b.reason);
  ASSERT_EQ(a.runs.size(), b.runs.size());
  for (std::size_t r = 0; r < a.runs.size(); ++r) {
    EXPECT_EQ(a.runs[r].index, b.runs[r].index);
    EXPECT_EQ(a.runs[r].seed, b.runs[r].seed);
    EXPECT_EQ(a.runs[r].attempt, b.runs[r].attempt);
    EXPECT_EQ(a.runs[r].token, b.runs[r].token);
    EXPECT_EQ(a.runs[r].state, b.runs[r].state);
    expect_bits(a.runs[r].values, b.runs[r].values);
    expect_bits(a.runs[r].further_values, b.runs[r].further_values);
    ASSERT_EQ(a.runs[r].reports.size(), b.runs[r].reports.size());
    for (std::size_t i = 0; i < a.runs[r].reports.size(); ++i) {
      EXPECT_EQ(a.runs[r].reports[i].step, b.runs[r].reports[i].step);
      expect_bits({a.runs[r].reports[i].value}, {b.runs[r].reports[i].value});
    }
  }
}

TEST(TrialArchive, GivesBackWhatWasPutInWithAndWithoutASpace) {
  const auto space = two_axes();
  for (const bool with_space : {true, false}) {
    TrialArchive archive;
    Rng rng(7, RngPurpose::simulation, 1);
    std::vector<TrialRecord> trials;
    for (std::int64_t number = 0; number < 3000; ++number) trials.push_back(any_trial(rng, number, *space));
    std::vector<std::size_t> order(trials.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    rng.shuffle(std::span(order));  // trials do not finish in the order of their numbers
    for (const std::size_t i : order) {
      EXPECT_FALSE(archive.contains(trials[i].number));
      archive.add(trials[i], with_space && i % 7 != 0 ? space : i % 2 ? two_axes() : nullptr);
      EXPECT_TRUE(archive.contains(trials[i].number));
    }
    for (const TrialRecord& trial : trials) {
      EXPECT_EQ(archive.changed(trial.number), trial.changed);
      ASSERT_NO_FATAL_FAILURE(expect_same(archive.get(trial.number), trial)) << trial.number;
    }
    EXPECT_FALSE(archive.contains(3000));
  }
}

TEST(TrialArchive, KeepsATrialThatIsLargerThanAChunk) {
  TrialArchive archive;
  TrialRecord trial;
  trial.number = 2;
  trial.state = TrialState::failed;
  trial.reason = std::string(1'000'000, 'x');
  trial.runs.resize(1);
  archive.add(trial);
  EXPECT_FALSE(archive.contains(0));
  EXPECT_EQ(archive.get(2).reason, trial.reason);
}

}  // namespace
}  // namespace hone

#include "data/split.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/rng.hpp"
#include "data/helpers.hpp"

namespace hone {
namespace {

/// Every row once, each part ascending.
bool covers(const SplitRows& split, std::size_t rows) {
  std::vector<std::uint32_t> all;
  for (const auto* part : {&split.train, &split.validation, &split.test}) {
    if (!std::is_sorted(part->begin(), part->end())) return false;
    all.insert(all.end(), part->begin(), part->end());
  }
  std::sort(all.begin(), all.end());
  if (all.size() != rows) return false;
  for (std::size_t i = 0; i < rows; ++i)
    if (all[i] != i) return false;
  return true;
}

bool same(const SplitRows& a, const SplitRows& b) {
  return a.train == b.train && a.validation == b.validation && a.test == b.test;
}

TEST(Split, SharesAreThoseAskedFor) {
  const SplitRows split = split_random(1000, {}, {0.2, 0.25}, 1);
  EXPECT_TRUE(covers(split, 1000));
  EXPECT_EQ(split.test.size(), 200u);
  EXPECT_EQ(split.validation.size(), 200u);
}

TEST(Split, SeedDecides) {
  EXPECT_TRUE(same(split_random(100, {}, {}, 7), split_random(100, {}, {}, 7)));
  EXPECT_FALSE(same(split_random(100, {}, {}, 7), split_random(100, {}, {}, 8)));
}

TEST(Split, OwnTestFileLeavesNoTestRows) {
  const SplitRows split = split_random(100, {}, {0, 0.2}, 1);
  EXPECT_TRUE(split.test.empty());
  EXPECT_EQ(split.validation.size(), 20u);
}

RC_GTEST_PROP(SplitProperty, ClassesKeepTheirShareAndOneTrainingRow, ()) {
  const auto counts =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 60)));
  std::vector<std::int32_t> labels;
  for (std::size_t c = 0; c < counts.size(); ++c) labels.insert(labels.end(), counts[c], static_cast<std::int32_t>(c));
  Rng rng(*rc::gen::arbitrary<std::uint64_t>(), RngPurpose::simulation, 0);
  rng.shuffle(std::span(labels));
  const double share = *rc::gen::element(0.1, 0.2, 0.5);
  const SplitRows split = split_random(labels.size(), labels, {share, share}, *rc::gen::arbitrary<std::uint64_t>());
  RC_ASSERT(covers(split, labels.size()));
  std::map<std::int32_t, std::size_t> train, test;
  for (const auto row : split.train) ++train[labels[row]];
  for (const auto row : split.test) ++test[labels[row]];
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const auto label = static_cast<std::int32_t>(c);
    RC_ASSERT(train[label] >= 1);
    if (counts[c] == 1) RC_ASSERT(train[label] == 1);
    // Classes of one member stay out of the draw, so that the others give a little more than their share.
    if (labels.size() >= 20 && std::count(counts.begin(), counts.end(), 1u) == 0)
      RC_ASSERT(std::abs(static_cast<double>(test[label]) - share * static_cast<double>(counts[c])) < 1.6);
  }
}

RC_GTEST_PROP(SplitProperty, GroupsNeverCross, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(3, 40);
  std::vector<std::uint32_t> groups;
  for (std::size_t g = 0; g < count; ++g)
    groups.insert(groups.end(), *rc::gen::inRange<std::size_t>(1, 30), static_cast<std::uint32_t>(g));
  const auto split = split_groups(groups, count, {0.2, 0.2}, *rc::gen::arbitrary<std::uint64_t>(), "g");
  RC_ASSERT(split.has_value());
  RC_ASSERT(covers(*split, groups.size()));
  std::set<std::uint32_t> seen;
  for (const auto* part : {&split->train, &split->validation, &split->test}) {
    RC_ASSERT(!part->empty());
    std::set<std::uint32_t> here;
    for (const auto row : *part) here.insert(groups[row]);
    for (const auto g : here) RC_ASSERT(seen.insert(g).second);
  }
}

TEST(Split, SharesOfManyGroupsAreNear) {
  std::vector<std::uint32_t> groups;
  for (std::uint32_t row = 0; row < 10'000; ++row) groups.push_back(row / 10);
  const auto split = split_groups(groups, 1000, {0.2, 0.2}, 3, "g");
  ASSERT_TRUE(split);
  EXPECT_NEAR(static_cast<double>(split->test.size()), 2000, 10);
  EXPECT_NEAR(static_cast<double>(split->validation.size()), 1600, 10);
}

TEST(Split, TooFewGroups) {
  const std::vector<std::uint32_t> groups{0, 0, 1, 1};
  EXPECT_TRUE(
      test::contains(test::refusal(split_groups(groups, 2, {0.2, 0.2}, 1, "patient")), "'patient' has 2 groups"));
  EXPECT_TRUE(split_groups(groups, 2, {0, 0.2}, 1, "patient"));
}

RC_GTEST_PROP(SplitProperty, TimeRunsForward, ()) {
  const auto raw =
      *rc::gen::container<std::vector<int>>(*rc::gen::inRange<std::size_t>(20, 200), rc::gen::inRange(0, 30));
  std::vector<double> times(raw.begin(), raw.end());
  times[0] = std::nan("");
  if (std::set<int>(raw.begin() + 1, raw.end()).size() < 4) return;
  const auto split = split_time(times, {0.2, 0.2}, "t");
  RC_ASSERT(split.has_value());
  RC_ASSERT(covers(*split, times.size()));
  const auto at = [&](std::uint32_t row) { return std::isnan(times[row]) ? -1 : times[row]; };
  double last = -2;
  for (const auto* part : {&split->train, &split->validation, &split->test}) {
    RC_ASSERT(!part->empty());
    double low = 1e9, high = -2;
    for (const auto row : *part) {
      low = std::min(low, at(row));
      high = std::max(high, at(row));
    }
    RC_ASSERT(low > last);  // equal times are in one part
    last = high;
  }
}

TEST(Split, TimeSharesAreThoseAskedFor) {
  std::vector<double> times(1000);
  for (std::size_t i = 0; i < times.size(); ++i) times[i] = static_cast<double>((i * 7) % 1000);
  const auto split = split_time(times, {0.2, 0.25}, "t");
  ASSERT_TRUE(split);
  EXPECT_EQ(split->test.size(), 200u);
  EXPECT_EQ(split->validation.size(), 200u);
  for (const auto row : split->test) EXPECT_GE(times[row], 800);
}

TEST(Split, OneTimeCannotBeSplit) {
  EXPECT_TRUE(
      test::contains(test::refusal(split_time(std::vector<double>(50, 3.0), {0.2, 0.2}, "day")), "time column 'day'"));
}

TEST(Split, BlocksAreWholeAndSpread) {
  const std::size_t rows = 1013, blocks = 50;
  const SplitRows split = split_blocks(rows, blocks, {0.2, 0.2}, 5);
  EXPECT_TRUE(covers(split, rows));
  EXPECT_NEAR(static_cast<double>(split.test.size()), 0.2 * rows, 25);
  std::set<std::size_t> test_blocks, validation_blocks, halves;
  for (const auto row : split.test) test_blocks.insert(row * blocks / rows);
  for (const auto row : split.validation) validation_blocks.insert(row * blocks / rows);
  EXPECT_EQ(test_blocks.size(), 10u);
  EXPECT_EQ(validation_blocks.size(), 8u);
  for (const auto row : split.train)
    EXPECT_FALSE(test_blocks.contains(row * blocks / rows) || validation_blocks.contains(row * blocks / rows));
  for (const auto block : validation_blocks) halves.insert(block / 13);
  EXPECT_GE(halves.size(), 3u);  // not all in one corner of the file
}

}  // namespace
}  // namespace hone

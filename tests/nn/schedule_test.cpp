// Learning-rate schedules: their values at chosen steps, and what holds for every row.
#include "nn/schedule.hpp"

#include <cmath>

#include "support.hpp"

namespace hone::test {
namespace {

double at(ScheduleKind kind, std::int64_t step, std::int64_t steps, double warmup = 0) {
  return learning_rate_at(schedule_row(kind), 2.0, warmup, step, steps);
}

TEST(Schedule, Constant) {
  EXPECT_EQ(at(ScheduleKind::constant, 0, 100), 2.0);
  EXPECT_EQ(at(ScheduleKind::constant, 99, 100), 2.0);
}

TEST(Schedule, Step) {
  EXPECT_EQ(at(ScheduleKind::step, 49, 100), 2.0);
  EXPECT_DOUBLE_EQ(at(ScheduleKind::step, 50, 100), 0.2);
  EXPECT_DOUBLE_EQ(at(ScheduleKind::step, 74, 100), 0.2);
  EXPECT_DOUBLE_EQ(at(ScheduleKind::step, 75, 100), 0.02);
}

TEST(Schedule, CosineIsTheCosine) {
  for (std::int64_t s = 0; s < 1000; ++s)
    EXPECT_NEAR(at(ScheduleKind::cosine, s, 1000), 1 + std::cos(M_PI * static_cast<double>(s) / 1000), 3e-15);
}

TEST(Schedule, OneCycleRisesFromATwentyFifthThenFalls) {
  EXPECT_NEAR(at(ScheduleKind::one_cycle, 0, 1000), 2.0 / 25 + 2.0 * 24 / 25 / 300, 1e-12);
  EXPECT_DOUBLE_EQ(at(ScheduleKind::one_cycle, 299, 1000), 2.0);
  EXPECT_DOUBLE_EQ(at(ScheduleKind::one_cycle, 300, 1000), 2.0);
  EXPECT_DOUBLE_EQ(at(ScheduleKind::one_cycle, 650, 1000), 1.0);
  EXPECT_DOUBLE_EQ(at(ScheduleKind::one_cycle, 99, 1000, 0.1), 2.0);  // its own rise, when asked for
}

TEST(Schedule, CoslogHasItsPeaksAndValleysWhereTheLogarithmSays) {
  for (std::int64_t s = 0; s < 1500; ++s) {
    const double waves = std::log2(1 + 15 * static_cast<double>(s) / 1500);
    EXPECT_NEAR(at(ScheduleKind::coslog, s, 1500), std::max(0.002, 1 - std::cos(2 * M_PI * waves)), 1e-12) << s;
  }
  EXPECT_NEAR(at(ScheduleKind::coslog, 100, 1500), 0.002, 1e-12);  // log2 2 = 1: the first wave is over
}

TEST(Schedule, FlatCosineFallsInTheSecondHalf) {
  EXPECT_EQ(at(ScheduleKind::flat_cosine, 499, 1000), 2.0);
  EXPECT_NEAR(at(ScheduleKind::flat_cosine, 750, 1000), 1.0, 1e-12);
  EXPECT_NEAR(at(ScheduleKind::flat_cosine, 999, 1000), 1 + std::cos(M_PI * 0.998), 1e-12);
}

TEST(Schedule, EveryRowWarmsUpLinearlyAndNeverLeavesItsRange) {
  for (const auto& row : all_schedules()) {
    EXPECT_EQ(*find_schedule(row.name), row.kind);
    for (const std::int64_t steps : {1, 2, 7, 100})
      for (const double warmup : {0.0, 0.3, 0.99})
        for (std::int64_t s = 0; s < 3 * steps; ++s) {
          const double rate = at(row.kind, s, steps, warmup);
          EXPECT_GT(rate, 0) << row.name << " " << s << " of " << steps;
          EXPECT_LE(rate, 2.0 * (1 + 1e-15));
        }
    EXPECT_NEAR(at(row.kind, 9, 100, 0.2) - at(row.kind, 8, 100, 0.2),
                at(row.kind, 2, 100, 0.2) - at(row.kind, 1, 100, 0.2), 1e-12)
        << row.name;
    EXPECT_DOUBLE_EQ(at(row.kind, 19, 100, 0.2), 2.0) << row.name;
    EXPECT_EQ(at(row.kind, 500, 100), at(row.kind, 99, 100)) << row.name << " keeps the last rate";
  }
}

}  // namespace
}  // namespace hone::test

/// Learning-rate schedules: one row each.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "nn/trainer.hpp"

namespace hone {

struct Schedule {
  ScheduleKind kind;
  std::string_view name, summary;
  double default_warmup;  ///< where the options say 0
  double warmup_from;     ///< share of the peak at the start of the warm-up
  /// Share of the peak at `progress` in [0, 1) of what comes after the warm-up.
  double (*factor)(double progress);
};

std::span<const Schedule> all_schedules();
const Schedule& schedule_row(ScheduleKind kind);

/// The learning rate of step `step` (0 ..) of `steps`. During the first `warmup` share it rises linearly to the peak;
/// steps beyond the last keep the last rate. Cost: a few dozen operations.
double learning_rate_at(const Schedule& schedule, double peak, double warmup, std::int64_t step, std::int64_t steps);

}  // namespace hone

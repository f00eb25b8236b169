#include "nn/schedule.hpp"

#include <algorithm>
#include <cmath>

#include "base/elementary.hpp"
#include "nn/names.hpp"

namespace hone {
namespace {

/// (1 + cos(pi x)) / 2 for x in [0, 1], error below 1e-15; by our own series, because the C library's cosine has other
/// bits on other processors.
double half_cosine(double x) {
  const double t = (0.5 - x) * 3.141592653589793, square = t * t;  // cos(pi x) = sin t, |t| <= pi / 2
  double rest = 0;                                                 // t^2 / 3! - t^4 / 5! + ...
  for (int n = 22; n >= 2; n -= 2) rest = square / (n * (n + 1)) * (1 - rest);
  return 0.5 * (1 + t * (1 - rest));
}

/// (1 - cos(2 pi log2(1 + 15 t))) / 2, but at least a thousandth: at 0 the first step would be lost.
double four_waves(double t) {
  const double waves = portable_log(1 + 15 * t) * 1.4426950408889634;  // 0 .. 4
  const double place = 2 * (waves - std::floor(waves));                // in half waves: 0 .. 2
  return std::max(0.001, place <= 1 ? half_cosine(1 - place) : half_cosine(place - 1));
}

constexpr Schedule table[] = {
    {ScheduleKind::constant, "constant", "the same rate throughout", 0, 0, [](double) { return 1.0; }},
    {ScheduleKind::step, "step", "a tenth after half of the steps, a hundredth after three quarters", 0, 0,
     [](double progress) { return progress < 0.5    ? 1.0
                                  : progress < 0.75 ? 0.1
                                                    : 0.01; }},
    {ScheduleKind::cosine, "cosine", "half a cosine wave down to 0 (Loshchilov, Hutter 2017)", 0, 0, half_cosine},
    {ScheduleKind::one_cycle, "one_cycle",
     "up from 1/25 of the rate during the first 30 %, then down to 0 by a cosine (Smith, Topin 2018)", 0.3, 1.0 / 25,
     half_cosine},
    {ScheduleKind::coslog, "coslog",
     "four cosine waves that grow longer, each from 0 to the rate and back (RealMLP, "
     "Holzmueller et al. 2024)",
     0, 0, four_waves},
    {ScheduleKind::flat_cosine, "flat_cosine", "the same rate for the first half, then half a cosine wave down to 0", 0,
     0, [](double progress) { return progress < 0.5 ? 1.0 : half_cosine(2 * progress - 1); }},
};

}  // namespace

std::span<const Schedule> all_schedules() {
  return table;
}

const Schedule& schedule_row(ScheduleKind kind) {
  return row_of(all_schedules(), kind);
}

double learning_rate_at(const Schedule& schedule, double peak, double warmup, std::int64_t step, std::int64_t steps) {
  step = std::min(step, steps - 1);
  const double share = warmup > 0 ? warmup : schedule.default_warmup;
  const auto rising = static_cast<std::int64_t>(share * static_cast<double>(steps));
  if (step < rising) {
    const double progress = static_cast<double>(step + 1) / static_cast<double>(rising);
    return peak * (schedule.warmup_from + (1 - schedule.warmup_from) * progress);
  }
  return peak * schedule.factor(static_cast<double>(step - rising) / static_cast<double>(steps - rising));
}

Result<ScheduleKind> find_schedule(std::string_view name) {
  return find_kind(all_schedules(), name, "schedule");
}
std::vector<std::string> schedule_names() {
  return names_of(all_schedules());
}

}  // namespace hone

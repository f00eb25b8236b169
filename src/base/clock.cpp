#include "base/clock.hpp"

#include <ctime>

namespace hone {
namespace {

double seconds_of(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

class SystemClock final : public Clock {
 public:
  double monotonic_seconds() const override { return seconds_of(CLOCK_MONOTONIC); }
  std::int64_t unix_ms() const override { return static_cast<std::int64_t>(seconds_of(CLOCK_REALTIME) * 1e3); }
  double thread_cpu_seconds() const override { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace hone

/// Time comes in through an interface, so that a simulation can replace it.
#pragma once
#include <cstdint>

namespace hone {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Seconds since an arbitrary start; never goes back.
  virtual double monotonic_seconds() const = 0;
  /// Milliseconds since 1970-01-01 UTC; may jump. For people and records only, never for decisions.
  virtual std::int64_t unix_ms() const = 0;
  /// CPU seconds used by the calling thread.
  virtual double thread_cpu_seconds() const = 0;
};

/// The machine's own clock.
const Clock& system_clock();

}  // namespace hone

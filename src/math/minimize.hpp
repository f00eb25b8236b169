/// A smooth function's minimum in a box.
#pragma once
#include <functional>
#include <span>
#include <vector>

namespace hone {

struct MinimizeOptions {
  int iterations = 50;
  int evaluations = 1'000'000;  ///< of the function, at most
  int pairs = 8;                ///< steps remembered
  double gradient_end = 1e-5;   ///< ends where the largest projected gradient is below
  double value_end = 1e-9;      ///< ends where a step gains less than this, relative to 1 + |value|
};
struct Minimum {
  std::vector<double> x;
  double value;
  int iterations, evaluations;
};

/// Value at x, and its gradient into `gradient`. +infinity or NaN is a point that may not be taken.
using SmoothFunction = std::function<double(std::span<const double> x, std::span<double> gradient)>;

/// L-BFGS (Liu, Nocedal 1989) on the coordinates that are not held at a bound, steps projected onto the box and halved
/// until they gain enough (Armijo, 1e-4). Starts at `x`, clipped; never worse than it. Deterministic: effort is
/// counted, not timed. Bits are those of `function`.
Minimum minimize(const SmoothFunction& function, std::vector<double> x, std::span<const double> low,
                 std::span<const double> high, const MinimizeOptions& options = {});

}  // namespace hone

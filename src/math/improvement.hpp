/// Expected improvement in logarithms, precise where the improvement itself is too small for a double.
#pragma once

namespace hone {

struct LogImprovement {
  double value;  ///< ln h(z), h(z) = phi(z) + z Phi(z)
  double slope;  ///< d ln h / dz = Phi / h
};

/// For a minimised value with mean m and deviation s and the best value b so far, ln E[max(b - y, 0)] is ln s + ln h(z)
/// at z = (b - m) / s. Any finite z. Relative error of h below 1e-10.
///
/// Source: Ament, Daulton, Eriksson, Balandat, Bakshy, "Unexpected improvements to expected improvement", NeurIPS 2023;
/// differs in the tail, which is Mills' ratio down to -20 and its asymptotic series below.
LogImprovement log_improvement(double z);

}  // namespace hone

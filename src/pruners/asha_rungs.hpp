/// Where ASHA's trials pause.
#pragma once
#include <cstdint>
#include <vector>

namespace hone {

/// ceil(R / eta^k) for k = 0, 1, ... that are at least `min_step` (>= 1), ascending, R last; with `min_step` 0 at most
/// four of them. R alone where there is no room for more; empty if R is 0.
/// asha_rungs(81, 3, 0) = {3, 9, 27, 81}.
std::vector<std::int64_t> asha_rungs(std::int64_t max_step, std::int64_t eta, std::int64_t min_step);

}  // namespace hone

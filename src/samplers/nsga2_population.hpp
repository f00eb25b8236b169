/// The best so many trials by several objectives: what NSGA-II and NSGA-III keep.
#pragma once
#include <cstdint>
#include <vector>

#include "trial/view.hpp"

namespace hone {

/// A member, and its place among the others: smaller is better.
struct Member {
  std::uint32_t row = 0;
  double rank = 0;      ///< front of non-domination; behind all fronts: stopped trials, then infeasible ones
  double crowding = 0;  ///< minus its crowding distance, or the number of better ones in its niche
};

/// The best `size` of `rows` (numbers of usable rows), best first. Feasible complete trials come by fronts, then trials
/// that were stopped by how far they came, then infeasible ones by violation (Deb's rules). The last front that fits
/// only in part gives its loneliest members by crowding distance (NSGA-II), from four objectives on those of the least
/// crowded directions (NSGA-III; values are scaled to the range of the first front, without the hyperplane through its
/// extreme points). Cost: O(rows^2 objectives).
/// Source: Deb et al., IEEE TEVC 6, 2002; Deb, Jain, IEEE TEVC 18, 2014.
std::vector<Member> best_members(const View& view, const std::vector<std::uint32_t>& rows, std::size_t size);

/// Reference directions on the simplex with `divisions` steps (Das, Dennis, 1998): (count, objectives) row-major.
std::vector<double> reference_directions(std::size_t objectives, std::size_t divisions);

}  // namespace hone

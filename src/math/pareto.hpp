/// Several objectives at once: fronts of non-domination, crowding, hypervolume. Lower is better everywhere.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hone {

/// No objective of `a` is worse than that of `b`, and one is better.
bool dominates(std::span<const double> a, std::span<const double> b);

/// `values`: (n, objectives) row-major, no NaN. The fronts, best first: every row is in one, a row is dominated by none
/// of its own front and by one of the front before it. Rows of a front by their values in lexicographic order, equal
/// ones by number. Cost: O(n^2 objectives) at worst, O(n log n) where fronts are few.
/// Source: Zhang et al., "An efficient approach to nondominated sorting (ENS)", IEEE TEVC 19, 2015.
std::vector<std::vector<std::uint32_t>> nondominated_fronts(std::span<const double> values, std::size_t objectives);

/// How lonely each row of `front` is among the others of it: the sum over objectives of the gap between its neighbours,
/// as a share of the front's range; infinite at the ends. Ties by number. Source: Deb et al., NSGA-II, IEEE TEVC 6,
/// 2002.
std::vector<double> crowding_distances(std::span<const double> values, std::size_t objectives,
                                       std::span<const std::uint32_t> front);

/// The rows of `front` so that the first few of them, however many, are spread over it: first the one nearest to the
/// corner of the front's best values, then always the one that is farthest from all before it. Distances are Euclidean,
/// each objective as a share of the front's range; ties by number. `values`: as above. Cost: O(n^2 objectives).
/// Source: Gonzalez, "Clustering to minimize the maximum intercluster distance", TCS 38, 1985.
std::vector<std::uint32_t> spread_order(std::span<const double> values, std::size_t objectives,
                                        std::span<const std::uint32_t> front);

/// Volume of what the rows dominate below `reference` (objectives); rows that are not below it in every objective add
/// nothing. Exact. Cost: O(n log n) for two objectives, O(n^(objectives - 1)) beyond: meant for two to four.
/// Source: While et al., "A faster algorithm for calculating hypervolume" (HSO), IEEE TEVC 10, 2006.
double hypervolume(std::span<const double> values, std::size_t objectives, std::span<const double> reference);

/// What no row dominates below `reference`, as boxes that do not overlap: for each the low ends (objectives), which may
/// be minus infinity, then the high ends. For two or three objectives; at most n + 1 boxes, or (n + 1)(n + 2) / 2.
/// Rows that are not below the reference in every objective do not count. Cost: O(n log n), O(n^2 log n).
std::vector<double> nondominated_boxes(std::span<const double> values, std::size_t objectives,
                                       std::span<const double> reference);

}  // namespace hone

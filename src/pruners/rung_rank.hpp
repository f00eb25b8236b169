/// Trials side by side, by one objective or by several: what they are compared by, lower is better.
///
/// With one objective it is the value itself. With several it is the front of non-domination that a trial is on: 0 for
/// those that no other dominates, 1 for those that only these dominate, and so on. Where places are few (rungs of
/// ASHA), the trials of a front follow each other so that the first ones, however many there is room for, are spread
/// over it: the compromise nearest to the best corner first, then always the one farthest from all before it. Crowding
/// distances would put both ends first and leave the middle to chance, and two neighbours that are both lonely would go
/// on together; hypervolume needs a reference point that nobody has given. Whatever has a value that is not finite
/// comes last.
///
/// Source: Deb et al., NSGA-II, IEEE TEVC 6, 2002 (fronts); Schmucker et al., "Multi-objective asynchronous successive
/// halving", arXiv 2106.12639, 2021, where spreading ("epsilon-net") was better than crowding and than weighted sums.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trial/view.hpp"

namespace hone {

/// `values`: (n, objectives) row-major, NaN counts as +infinity. One objective: the values; several: the number of each
/// row's front. +infinity for rows with a value that is not finite. Cost: O(n), or that of `nondominated_fronts`.
std::vector<double> comparable(std::span<const double> values, std::size_t objectives);

/// What trials that have reported at `step` are compared by there; +infinity for failed ones and where a rung value is
/// not finite. One objective: `rung_value`; several: the place 0, 1, ... of each among `rows`, front by front. `rows`:
/// by number, so that of equal ones the first comes first. Cost: O(n), or fronts and O(n^2 objectives) for each front.
std::vector<double> rung_scores(std::span<const TrialRow* const> rows, std::int64_t step, std::size_t objectives);

/// Has the trial a finite rung value of every objective?
bool is_finite_at(const TrialRow& row, std::int64_t step, std::size_t objectives);

/// No objective of `a` is worse than that of `b`.
bool is_as_good(std::span<const double> a, std::span<const double> b);

/// Some values and whose they are.
struct FrontMember {
  std::vector<double> values;  ///< (objectives), no NaN
  const TrialRow* row = nullptr;
};
/// Takes `candidate` into `front` unless a member is as good in every objective; those it is as good as leave. So of
/// equal ones the first stays, and with one objective the front is the best one. Cost: O(members objectives).
void join_front(std::vector<FrontMember>& front, FrontMember candidate);

}  // namespace hone

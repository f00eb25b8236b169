/// Which trials count as good: the split that TPE's two mixtures are built from.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "trial/view.hpp"

namespace hone {

/// What a trial's row is worth to a ranking. Fixed once the trial is finished.
struct TrialStanding {
  enum class Kind : std::uint8_t {
    complete,    ///< feasible, by value (one objective) or by rank of non-domination
    stopped,     ///< pruned or paused with finite reports: the farthest first, then by value or rank there
    infeasible,  ///< complete, by the sum of its positive constraints
    bad,         ///< finished without a usable value
    pending,     ///< waiting, running, or paused without a report: assumed bad, and not counted
  };
  Kind kind = Kind::pending;
  double first = 0, second = 0;  ///< keys within the kind, lower is better

  friend bool operator==(const TrialStanding&, const TrialStanding&) = default;
};

TrialStanding standing(const TrialRow& row);

struct TrialSplit {
  std::vector<std::uint32_t> good;  ///< row numbers, ascending
  std::vector<float> weight;        ///< (good) their mean is 1
  std::size_t ranked = 0;           ///< trials of the first three kinds
  std::size_t counted = 0;          ///< and the bad ones
};

/// The best min(ceil(counted / 10), 25) trials; with several objectives ceil(counted / 10), filled front by front, the
/// last one by crowding distance. Bad and pending trials are never good. Ties by number.
/// With one objective the r-th best of m good trials weighs in proportion to ln(m + 1) - ln r, so that a branch or a
/// place that has just been found to be better prevails before it has filled the good side; with several all weigh 1.
/// `standings`: (view.size()). Cost: O(n); with several objectives O(n log n) to O(n^2).
///
/// Source: Optuna 5's TPE sampler; weights by rank as in CMA-ES (Hansen, arXiv 1604.00772); fronts as in Zhang et al.,
/// "An efficient approach to nondominated sorting (ENS)", IEEE TEVC 19, 2015; crowding distance as in Deb et al.,
/// NSGA-II, 2002.
TrialSplit split_trials(const View& view, const std::vector<TrialStanding>& standings);
/// Finished trials of one objective, of which only the best can ever be good.
class SettledTrials {
 public:
  /// A trial that has just finished, in any order. Cost: O(25).
  void add(const std::vector<TrialStanding>& standings, std::uint32_t row);
  std::span<const std::uint32_t> leaders() const { return leaders_; }  ///< the best 25 of them, best first
  std::size_t ranked() const { return ranked_; }                       ///< as in TrialSplit
  std::size_t bad() const { return bad_; }

 private:
  std::vector<std::uint32_t> leaders_;
  std::size_t ranked_ = 0, bad_ = 0;
};

/// The same among `rows` only: row numbers, ascending. With `settled` also among those.
TrialSplit split_trials(const View& view, const std::vector<TrialStanding>& standings,
                        std::span<const std::uint32_t> rows, const SettledTrials& settled = {});

}  // namespace hone

/// Rungs: where trials are judged, and who may go on from one.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "trial/view.hpp"

namespace hone {

/// ceil(R / eta^k) for k = 0, 1, ... that are at least `min_step` (>= 1), ascending, R last; with `min_step` 0 at most
/// four of them. R alone where there is no room for more; empty if R is 0.
/// asha_rungs(81, 3, 0) = {3, 9, 27, 81}.
std::vector<std::int64_t> asha_rungs(std::int64_t max_step, std::int64_t eta, std::int64_t min_step);

/// Successive halving among some of a study's trials.
struct RungRace {
  std::size_t eta = 3;
  std::vector<std::int64_t> rungs;                      ///< ascending, R last
  std::function<bool(std::int64_t)> belongs = nullptr;  ///< by trial number; null: all of them

  /// Trials that may go on from rung `k` (not the last), best first: paused there, or `deciding`, which has just
  /// reported there. At most floor(n / eta) of the n trials that reached the rung, ever, and only those that are among
  /// its best floor(n / eta) now; the default configuration besides, once anybody else has gone on.
  /// Cost: O(trials), O(trials log trials) where a place is free.
  std::vector<std::int64_t> promotable(const View& view, std::size_t k, std::int64_t deciding) const;
};

/// The last step a trial reported, 0 before the first.
std::int64_t last_step(const TrialRow& row);

}  // namespace hone

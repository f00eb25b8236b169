/// A quadratic model around the best trial, minimised in a box: how a search finds the last digits.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "samplers/sampler.hpp"

namespace hone {

constexpr std::string_view quadratic_arm = "quadratic";

/// The box around the best feasible trial of one objective in which a quadratic is believed. It starts with a half side
/// of a tenth of each axis, is widened by 1.6 after a proposal of this arm that was better than all before, narrowed by
/// 0.6 after one that was not, and is at least as wide as the last way from one best trial to the next, up to a tenth.
class QuadraticRegion {
 public:
  /// Takes in the next row, in order of number. Rows that have not finished count for nothing.
  void take(const View& view, std::uint32_t row);
  bool empty() const { return empty_; }         ///< no feasible result yet
  std::uint32_t best() const { return best_; }  ///< its row
  double radius() const { return radius_; }
  /// The last proposal of this arm was better than all before: the next one is likely to be, too.
  bool is_succeeding() const { return succeeding_; }

 private:
  bool empty_ = true, succeeding_ = false;
  std::uint32_t best_ = 0;
  double radius_ = 0.1;
};

/// The minimum in that box of a quadratic in the ordered active axes of the best trial, the others held, fitted to the
/// nearest trials that are alike in those others (QuadraticModel; of the last 1,000, at most 160 and (d + 1)(d + 2) / 2
/// + d). Where a trial, running ones too, is as good as there already, and at every `attempt` but the first, the point
/// of the box that the model knows least about instead.
/// Nothing: several objectives, fewer than three trials to fit, no ordered axis. A pure function of the view.
///
/// Source: trust regions as in Powell's BOBYQA (DAMTP 2009/NA06), without a set of points of its own.
std::optional<Proposal> propose_by_quadratic(const View& view, const QuadraticRegion& region,
                                             const AskContext& context);

}  // namespace hone

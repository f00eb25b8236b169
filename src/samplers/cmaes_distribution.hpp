/// What CMA-ES samples from and learns: a normal distribution over the ordered axes, and for each category axis the
/// probabilities of its levels.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/rng.hpp"
#include "trial/view.hpp"

namespace hone {

/// The axes by kind; constants are in neither list.
struct CmaAxes {
  explicit CmaAxes(const Space& space);
  std::vector<std::size_t> ordered;     ///< numbers and ordinals of three levels and more
  std::vector<std::size_t> categories;  ///< unordered ones, and ordered ones of two levels
  std::size_t discrete = 0;             ///< of the ordered axes those with levels, and all categories
};

class CmaDistribution {
 public:
  /// Around `mean` (axes) with deviation `sigma` in every direction, levels equally likely. `population`: trials of a
  /// generation, >= 2.
  CmaDistribution(const Space& space, const CmaAxes& axes, std::span<const double> mean, double sigma,
                  std::size_t population);
  /// Warm start: the normal distribution of the `good` trials' points (at least one), widened by 0.1 in every direction
  /// (WS-CMA: Nomura et al., AAAI 2021), and their frequencies of levels mixed with equal ones.
  void start_from(const Space& space, std::span<const TrialRow* const> good);

  /// One point, all axes; inactive ones too. Coordinates that leave the cube are reflected into it.
  /// Cost: O(ordered^2 + levels).
  Point sample(const Space& space, Rng& rng) const;
  /// One generation, best first, not empty. Coordinates that were inactive in a trial are drawn by `rng` for it as the
  /// distribution has them: it then neither learns nor forgets by them. Cost: O(ordered^2 rows), and O(ordered^3) as
  /// often as eigenvectors are due.
  void update(const Space& space, std::span<const TrialRow* const> best_first, Rng& rng);

  std::size_t population() const { return population_; }
  /// The largest deviation of an axis, and the ratio of the longest to the shortest of the normal's half-axes, squared.
  double widest() const;
  double condition() const;

 private:
  void prepare(const Space& space);
  void update_categories(const Space& space, std::span<const TrialRow* const> best_first);
  double drawn_normal(Rng& rng) const;

  CmaAxes axes_;
  std::size_t population_ = 0, dimensions_ = 0;
  std::vector<double> weights_;  ///< (population) positive ones first, which add up to 1
  double effective_ = 0, rate_one_ = 0, rate_many_ = 0, rate_path_ = 0, rate_sigma_ = 0, damping_ = 0, chi_ = 0;

  double sigma_ = 0;
  std::vector<double> mean_;        ///< (ordered axes), unit coordinates
  std::vector<double> covariance_;  ///< (ordered, ordered)
  std::vector<double> path_, path_sigma_;
  std::vector<double> basis_, deviations_;          ///< covariance = basis diag(deviations^2) basis^T
  std::vector<double> stretch_;                     ///< (ordered) factors that keep integers moving: the margin
  std::vector<std::vector<double>> probabilities_;  ///< by category axis
  double generation_ = 0, decomposed_ = 0;
};

}  // namespace hone

#include "samplers/cmaes_distribution.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/elementary.hpp"
#include "math/normal.hpp"
#include "math/symmetric_eigen.hpp"

namespace hone {
namespace {

constexpr double warm_widening = 0.1;     // WS-CMA's alpha
constexpr double category_rate = 0.2;     // of a generation, by which levels become likelier
constexpr double deviation_max = 1;       // wider than the cube means nothing
constexpr double variance_floor = 1e-28;  // of the covariance's largest eigenvalue, below which it is noise

double power(double base, double exponent) {
  return portable_exp(exponent * portable_log(base));
}

/// Back into [0, 1] as by mirrors at both ends.
double reflected(double x) {
  if (!(std::abs(x) < 1e6)) return 0.5;
  x = std::abs(x - 2 * std::floor(x / 2));
  return x > 1 ? 2 - x : x;
}

/// Of CatCMA with margin (Hamano et al., arXiv 2504.07884): the chance that one discrete axis leaves its value.
double margin(std::size_t discrete) {
  return discrete == 0 ? 0 : 1 - power(0.73, 1 / static_cast<double>(discrete));
}

}  // namespace

CmaAxes::CmaAxes(const Space& space) {
  for (std::size_t a = 0; a < space.axes().size(); ++a) {
    const Axis& axis = space.axes()[a];
    if (axis.levels == 1) continue;
    const bool numeric = axis.ordered && axis.levels != 2;
    (numeric ? ordered : categories).push_back(a);
    discrete += axis.levels > 0 ? 1 : 0;
  }
}

CmaDistribution::CmaDistribution(const Space& space, const CmaAxes& axes, std::span<const double> mean, double sigma,
                                 std::size_t population)
    : axes_(axes), population_(population), dimensions_(axes.ordered.size()), sigma_(sigma) {
  HONE_CHECK(population >= 2, "a generation has two trials or more");
  // Hansen, "The CMA evolution strategy: a tutorial", arXiv 1604.00772, table 1, with negative weights.
  const std::size_t half = population / 2;
  const double d = std::max<double>(static_cast<double>(dimensions_), 1);
  double sum = 0, squares = 0, negative = 0, negative_squares = 0;
  for (std::size_t i = 0; i < population; ++i) {
    const double weight =
        portable_log((static_cast<double>(population) + 1) / 2) - portable_log(static_cast<double>(i) + 1);
    weights_.push_back(weight);
    (i < half ? sum : negative) += weight;
    (i < half ? squares : negative_squares) += weight * weight;
  }
  effective_ = sum * sum / squares;
  const double negative_effective = negative_squares > 0 ? negative * negative / negative_squares : 0;
  rate_one_ = 2 / ((d + 1.3) * (d + 1.3) + effective_);
  rate_many_ = std::min(1 - rate_one_, 2 * (effective_ - 2 + 1 / effective_) / ((d + 2) * (d + 2) + effective_));
  const double limit =
      std::min({1 + rate_one_ / std::max(rate_many_, 1e-12), 1 + 2 * negative_effective / (effective_ + 2),
                (1 - rate_one_ - rate_many_) / (d * std::max(rate_many_, 1e-12))});
  for (std::size_t i = 0; i < population; ++i) weights_[i] *= i < half ? 1 / sum : negative < 0 ? limit / -negative : 0;
  rate_sigma_ = (effective_ + 2) / (d + effective_ + 5);
  damping_ = 1 + 2 * std::max(0.0, std::sqrt((effective_ - 1) / (d + 1)) - 1) + rate_sigma_;
  rate_path_ = (4 + effective_ / d) / (d + 4 + 2 * effective_ / d);
  chi_ = std::sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d * d));

  for (const std::size_t a : axes_.ordered) mean_.push_back(mean[a]);
  covariance_.assign(dimensions_ * dimensions_, 0.0);
  for (std::size_t i = 0; i < dimensions_; ++i) covariance_[i * dimensions_ + i] = 1;
  path_.assign(dimensions_, 0.0);
  path_sigma_.assign(dimensions_, 0.0);
  basis_ = covariance_;
  deviations_.assign(dimensions_, 1.0);
  for (const std::size_t a : axes_.categories)
    probabilities_.emplace_back(space.axes()[a].levels, 1 / static_cast<double>(space.axes()[a].levels));
  prepare(space);
}

void CmaDistribution::start_from(const Space& space, std::span<const TrialRow* const> good) {
  const double count = static_cast<double>(good.size());
  std::vector<double> used(dimensions_, 0.0);
  std::vector<double> mean(dimensions_, 0.0);
  for (const TrialRow* row : good)
    for (std::size_t i = 0; i < dimensions_; ++i)
      if (row->active[axes_.ordered[i]]) {
        mean[i] += row->point[axes_.ordered[i]];
        ++used[i];
      }
  for (std::size_t i = 0; i < dimensions_; ++i)
    if (used[i] > 0) mean_[i] = mean[i] / used[i];
  covariance_.assign(dimensions_ * dimensions_, 0.0);
  for (const TrialRow* row : good)
    for (std::size_t i = 0; i < dimensions_; ++i)
      for (std::size_t j = 0; j < dimensions_; ++j) {
        const std::size_t a = axes_.ordered[i], b = axes_.ordered[j];
        if (row->active[a] && row->active[b])
          covariance_[i * dimensions_ + j] += (row->point[a] - mean_[i]) * (row->point[b] - mean_[j]) / count;
      }
  for (std::size_t i = 0; i < dimensions_; ++i) covariance_[i * dimensions_ + i] += warm_widening * warm_widening;
  // sigma^2 = |covariance|^(1 / d), so that what is left has determinant 1.
  const SymmetricEigen eigen = symmetric_eigen(covariance_, dimensions_);
  double log_determinant = 0;
  for (const double value : eigen.values) log_determinant += portable_log(value);
  const double square = portable_exp(log_determinant / std::max<double>(static_cast<double>(dimensions_), 1));
  sigma_ = std::sqrt(square);
  for (double& element : covariance_) element /= square;
  for (std::size_t k = 0; k < axes_.categories.size(); ++k) {
    const std::size_t a = axes_.categories[k], levels = probabilities_[k].size();
    std::vector<double> seen(levels, 1.0);
    for (const TrialRow* row : good)
      if (row->active[a]) ++seen[space.cell(a, row->point[a])];
    double total = 0;
    for (const double s : seen) total += s;
    for (std::size_t level = 0; level < levels; ++level) probabilities_[k][level] = seen[level] / total;
  }
  decomposed_ = -1e9;
  prepare(space);
}

/// Eigenvectors, if they are due (Hansen, B.2: as often as the covariance changes notably), and the margin of integers.
void CmaDistribution::prepare(const Space& space) {
  const double d = static_cast<double>(dimensions_);
  const double due = 1 / std::max(10 * d * (rate_one_ + rate_many_), 1e-9);
  if (dimensions_ > 0 && generation_ > 0 && generation_ - decomposed_ < due) return;
  decomposed_ = generation_;
  if (dimensions_ > 0) {
    SymmetricEigen eigen = symmetric_eigen(covariance_, dimensions_);
    const double floor = std::max(eigen.values.back(), 1e-300) * variance_floor;
    for (std::size_t i = 0; i < dimensions_; ++i) deviations_[i] = std::sqrt(std::max(eigen.values[i], floor));
    basis_ = std::move(eigen.vectors);
    const double wide = widest();
    if (wide > deviation_max) sigma_ *= deviation_max / wide;
  }
  // An integer that no sample would leave any more is stretched until one in 1 / margin does (Hamano et al., 2022).
  stretch_.assign(dimensions_, 1.0);
  const double chance = margin(axes_.discrete);
  for (std::size_t i = 0; i < dimensions_; ++i) {
    const std::size_t a = axes_.ordered[i];
    if (space.axes()[a].levels == 0) continue;
    const double centre = std::clamp(mean_[i], 0.0, 1.0);
    const auto [low, high] = space.cell_bounds(a, space.cell(a, centre));
    double distance = 2;
    if (low > 0) distance = std::min(distance, centre - low);
    if (high < 1) distance = std::min(distance, high - centre);
    const double needed = distance / normal_quantile(1 - chance / 2);
    const double own = sigma_ * std::sqrt(covariance_[i * dimensions_ + i]);
    if (own < needed) stretch_[i] = needed / std::max(own, 1e-300);
  }
}

double CmaDistribution::drawn_normal(Rng& rng) const {
  return normal_quantile(rng.uniform());
}

Point CmaDistribution::sample(const Space& space, Rng& rng) const {
  Point point(space.axes().size(), 0.5);
  std::vector<double> z(dimensions_);
  for (std::size_t i = 0; i < dimensions_; ++i) z[i] = deviations_[i] * drawn_normal(rng);
  for (std::size_t i = 0; i < dimensions_; ++i) {
    double y = 0;
    for (std::size_t j = 0; j < dimensions_; ++j) y += basis_[i * dimensions_ + j] * z[j];
    point[axes_.ordered[i]] = reflected(mean_[i] + sigma_ * stretch_[i] * y);
  }
  for (std::size_t k = 0; k < axes_.categories.size(); ++k) {
    const std::vector<double>& chances = probabilities_[k];
    double left = rng.uniform();
    std::size_t level = 0;
    while (level + 1 < chances.size() && left >= chances[level]) left -= chances[level++];
    point[axes_.categories[k]] = space.cell_unit(axes_.categories[k], level);
  }
  return point;
}

void CmaDistribution::update(const Space& space, std::span<const TrialRow* const> best_first, Rng& rng) {
  const std::size_t n = dimensions_, rows = std::min(best_first.size(), population_);
  update_categories(space, best_first);
  ++generation_;
  if (n == 0) return;
  // Steps in units of sigma, and the same in the coordinates where the distribution is round.
  std::vector<double> steps(rows * n), round(rows * n, 0.0), lengths(rows, 0.0);
  const double longest = std::sqrt(static_cast<double>(n)) + 2 * static_cast<double>(n) / (static_cast<double>(n) + 2);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t a = axes_.ordered[i];
      steps[r * n + i] = best_first[r]->active[a] ? (best_first[r]->point[a] - mean_[i]) / (sigma_ * stretch_[i])
                                                  : std::sqrt(covariance_[i * n + i]) * drawn_normal(rng);
    }
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += basis_[i * n + j] * steps[r * n + i];
      round[r * n + j] = sum / deviations_[j];
      lengths[r] += round[r * n + j] * round[r * n + j];
    }
    // Drawn from an older, wider distribution, or by somebody else: no step is longer than a good one of this one's
    // (Hansen, "Injecting external solutions into CMA-ES", 2011).
    const double length = std::sqrt(lengths[r]);
    if (length > longest) {
      for (std::size_t i = 0; i < n; ++i) steps[r * n + i] *= longest / length;
      for (std::size_t j = 0; j < n; ++j) round[r * n + j] *= longest / length;
      lengths[r] = longest * longest;
    }
  }
  std::vector<double> mean_step(n, 0.0), mean_round(n, 0.0);
  double total = 0;
  for (std::size_t r = 0; r < rows && weights_[r] > 0; ++r) total += weights_[r];
  for (std::size_t r = 0; r < rows && weights_[r] > 0; ++r)
    for (std::size_t i = 0; i < n; ++i) {
      mean_step[i] += weights_[r] / total * steps[r * n + i];
      mean_round[i] += weights_[r] / total * round[r * n + i];
    }
  for (std::size_t i = 0; i < n; ++i) mean_[i] = std::clamp(mean_[i] + sigma_ * stretch_[i] * mean_step[i], 0.0, 1.0);

  // Paths.
  double square = 0;
  const double keep_sigma = std::sqrt(rate_sigma_ * (2 - rate_sigma_) * effective_);
  for (std::size_t i = 0; i < n; ++i) {
    double back = 0;
    for (std::size_t j = 0; j < n; ++j) back += basis_[i * n + j] * mean_round[j];
    path_sigma_[i] = (1 - rate_sigma_) * path_sigma_[i] + keep_sigma * back;
    square += path_sigma_[i] * path_sigma_[i];
  }
  const double norm = std::sqrt(square);
  const double grown = 1 - power(1 - rate_sigma_, 2 * generation_);
  const bool steady = norm / std::sqrt(grown) < (1.4 + 2 / (static_cast<double>(n) + 1)) * chi_;
  const double keep_path = std::sqrt(rate_path_ * (2 - rate_path_) * effective_);
  for (std::size_t i = 0; i < n; ++i) path_[i] = (1 - rate_path_) * path_[i] + (steady ? keep_path * mean_step[i] : 0);

  // Covariance.
  double weight_sum = 0;
  for (const double weight : weights_) weight_sum += weight;
  const double rest =
      1 - rate_one_ - rate_many_ * weight_sum + (steady ? 0 : rate_one_ * rate_path_ * (2 - rate_path_));
  for (double& element : covariance_) element *= rest;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) covariance_[i * n + j] += rate_one_ * path_[i] * path_[j];
  for (std::size_t r = 0; r < rows; ++r) {
    const double weight =
        rate_many_ * weights_[r] * (weights_[r] < 0 ? static_cast<double>(n) / std::max(lengths[r], 1e-12) : 1);
    for (std::size_t i = 0; i < n; ++i) {
      const double left = weight * steps[r * n + i];
      for (std::size_t j = 0; j < n; ++j) covariance_[i * n + j] += left * steps[r * n + j];
    }
  }
  sigma_ *= portable_exp(std::min(1.0, rate_sigma_ / damping_ * (norm / chi_ - 1)));
  sigma_ = std::max(sigma_, 1e-150);
  prepare(space);
}

/// Towards the levels of the better half, by their weights; no level becomes so unlikely that it never comes back.
void CmaDistribution::update_categories(const Space& space, std::span<const TrialRow* const> best_first) {
  for (std::size_t k = 0; k < axes_.categories.size(); ++k) {
    const std::size_t a = axes_.categories[k], levels = probabilities_[k].size();
    std::vector<double> wanted(levels, 0.0);
    double total = 0;
    for (std::size_t r = 0; r < std::min(best_first.size(), population_) && weights_[r] > 0; ++r)
      if (best_first[r]->active[a]) {
        wanted[space.cell(a, best_first[r]->point[a])] += weights_[r];
        total += weights_[r];
      }
    if (total <= 0) continue;
    const double floor =
        std::min(margin(axes_.discrete) / static_cast<double>(levels - 1), 0.5 / static_cast<double>(levels));
    double sum = 0;
    for (std::size_t level = 0; level < levels; ++level) {
      double& chance = probabilities_[k][level];
      chance = std::max(chance + category_rate * total * (wanted[level] / total - chance), floor);
      sum += chance;
    }
    for (double& chance : probabilities_[k]) chance /= sum;
  }
}

double CmaDistribution::widest() const {
  double largest = 0;
  for (std::size_t i = 0; i < dimensions_; ++i) largest = std::max(largest, covariance_[i * dimensions_ + i]);
  return sigma_ * std::sqrt(largest);
}

double CmaDistribution::condition() const {
  if (dimensions_ == 0) return 1;
  const double ratio = deviations_.back() / deviations_.front();
  return ratio * ratio;
}

}  // namespace hone

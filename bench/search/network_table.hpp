/// Tables of networks: every configuration of a small space trained by hone's own trainer, once and for all, so that
/// searches over it cost nothing. Made by tables/make.py.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "space/space.hpp"

namespace hone::search_bench {

constexpr std::int64_t table_epochs = 27;
constexpr std::uint32_t table_seeds = 3;

/// rate, width, batch, dropout: places in lists (`trained_as`); layers; activation. 1,152 configurations.
std::shared_ptr<const Space> table_space();
/// What the trainer is given for a configuration of that space.
Configuration trained_as(const Configuration& configuration);
/// The place of a canonical point in a table: the first axis counts fastest.
std::size_t table_place(const Space& space, const Point& point);
/// The point at that place.
Point table_point(const Space& space, std::size_t place);

/// Validation values after every epoch, lower is better; +infinity from where a training diverged.
class NetworkTable {
 public:
  /// Reads tables/NAME.csv.gz beside the sources. Errors: missing, damaged.
  static Result<std::shared_ptr<const NetworkTable>> read(const std::string& name);

  double value(std::size_t place, std::uint32_t seed, std::int64_t epoch) const {
    return values_[(place * table_seeds + seed) * table_epochs + static_cast<std::size_t>(epoch) - 1];
  }
  /// What a whole training is worth: that of its best epoch, whose weights the trainer keeps.
  double best_value(std::size_t place, std::uint32_t seed) const {
    double best = value(place, seed, 1);
    for (std::int64_t epoch = 2; epoch <= table_epochs; ++epoch) best = std::min(best, value(place, seed, epoch));
    return best;
  }
  /// The mean of that over the seeds, on a scale where the best configuration is 0 and the median one 1.
  double regret(std::size_t place) const { return regrets_[place]; }
  std::size_t size() const { return regrets_.size(); }

 private:
  std::vector<float> values_;  ///< (configurations, seeds, epochs)
  std::vector<double> regrets_;
};

}  // namespace hone::search_bench

/// Two or three objectives by Gaussian processes: the expected hypervolume improvement.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "samplers/gp_acquisition.hpp"
#include "samplers/gp_fit.hpp"
#include "samplers/gp_search.hpp"

namespace hone {

/// ln of the expected volume that a point adds below a front, plus ln of the probability to be feasible. The objectives
/// are independent processes over the same points; running trials are taken to come out at their means.
///
/// What no point of the front dominates is cut into boxes; the volume added in a box is a product over the objectives
/// of what lies between its ends and the value, so its expectation is a product of differences of expected
/// improvements. All of it in logarithms, so that far from the front there is a slope too.
///
/// Source: Emmerich, Deutz, Klinkenberg 2011 (exact, by boxes); logarithms as Ament et al. 2023 do for their qLogEHVI.
class GpFrontAcquisition final : public Acquisition {
 public:
  /// `surfaces`: one for each objective. `white`: their whitened values. `front`: (n, objectives) values that are not
  /// dominated, `reference`: (objectives) above which nothing counts; an empty front: only feasibility counts.
  GpFrontAcquisition(std::vector<const GpSurface*> surfaces, std::vector<std::vector<double>> white,
                     std::span<const double> front, std::span<const double> reference,
                     const GpFeasibility* feasibility);

  /// Cost of each: objectives (n^2 + n axes) + boxes.
  void evaluate(std::span<GpCandidate> candidates) const override;
  double with_gradient(const Point& point, const Mask& active, std::span<double> gradient) const override;

 private:
  struct Slope {
    double by_mean = 0, by_deviation = 0;
  };
  /// From mean and deviation of each objective; writes the derivatives if `slopes` is not null.
  double log_volume(std::span<const double> mean, std::span<const double> deviation, Slope* slopes) const;

  std::vector<const GpSurface*> surfaces_;
  std::vector<std::vector<double>> white_;
  const GpFeasibility* feasibility_;
  std::vector<std::vector<double>> ends_;  ///< (objectives) the different ends of boxes, ascending
  std::vector<std::int32_t> boxes_;        ///< (boxes, objectives, 2) places in `ends_`; -1: minus infinity
};

struct GpFrontSetup {
  std::span<const GpFit> fits;  ///< one for each objective
  std::span<const GpParameters> feasibility;
  const GpSearchOptions& search;
  std::size_t points;  ///< results that the model takes
};
/// The next trial of a study with two or three objectives. Cost: objectives n^3 / 3.
Result<Proposal> propose_by_front(const View& view, const AskContext& context, const GpFrontSetup& setup);

}  // namespace hone

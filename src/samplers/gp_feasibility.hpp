/// The probability that a point is feasible, by one Gaussian process for each constraint.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "samplers/gp_surface.hpp"
#include "trial/view.hpp"

namespace hone {

/// What the first `limit` finished trials (by the order in which they finished), of these the last `most`, say of the
/// constraints, one entry for each distinct point. `values`: (points, constraints), squashed by asinh at the scale of
/// their own sizes, so that 0 stays the boundary; not a number and infinity count as the largest violation seen. A
/// value at 0 and below is feasible. Without constraints: empty.
struct GpConstraintData {
  std::size_t constraints = 0;
  std::vector<std::uint32_t> rows;
  std::vector<double> repeats;
  std::vector<double> values;
  std::vector<double> of(std::size_t constraint) const;
};
GpConstraintData gp_constraint_data(const View& view, std::size_t limit, std::size_t most);

/// One set of parameters for each constraint. Cost: as many fits.
std::vector<GpParameters> fit_feasibility(const View& view, const GpConstraintData& data, int iterations);

/// ln of the product over the constraints of P(c <= 0), noise included, which keeps it smooth where a process is sure.
/// The mean far from all points is the boundary: one half.
///
/// Source: Gardner et al., "Bayesian optimization with inequality constraints", ICML 2014.
class GpFeasibility {
 public:
  /// `parameters`: one for each constraint; noise grows where a matrix cannot be factored. Cost: constraints n^3 / 3.
  GpFeasibility(const View& view, const GpConstraintData& data, std::vector<GpParameters> parameters);

  /// Adds it to the candidates' values.
  void add_to(std::span<GpCandidate> candidates) const;
  /// Returns it, and adds its gradient.
  double add_gradient(const Point& point, const Mask& active, std::span<double> gradient) const;

 private:
  struct Model {
    GpParameters parameters;
    Cholesky factor;
    std::vector<double> white;
  };
  GpPoints points_;
  std::vector<std::unique_ptr<Model>> models_;
};

}  // namespace hone

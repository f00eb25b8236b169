/// A Gaussian process fitted to a study's results: which of them, through which transformation.
#pragma once
#include <span>
#include <vector>

#include "samplers/gp_feasibility.hpp"
#include "samplers/gp_observations.hpp"

namespace hone {

struct GpFit {
  double lambda = 1;
  GpParameters parameters;
};

/// Results of the fit that is used with n of them: 2, 3, ... 20, then a tenth more each time.
std::size_t fitted_with(std::size_t n);
/// Iterations of a fit to n results.
int iterations_for(std::size_t n);

std::vector<double> values_of(std::span<const GpObservation> observations);
/// The values as the process sees them.
std::vector<double> warped(std::span<const double> values, double lambda);

/// With the values as they are and with the most normal form of them; the one that predicts left-out values better.
GpFit fit(const View& view, std::span<const GpObservation> observations);

/// Of more results than the model takes: half the best ones, half the latest.
std::vector<GpObservation> selected(std::vector<GpObservation> all, std::size_t most);

/// The points of the best trials that candidates are drawn around; infeasible ones last.
std::vector<Point> best_points(const View& view, std::span<const GpObservation> observations, std::size_t most);

/// Adds the trials that are running to `points` and `factor`; such that the matrix cannot be factored with are left
/// out. Returns how many.
std::size_t add_running(const View& view, GpPoints& points, std::vector<double>& repeats,
                        const GpParameters& parameters, Cholesky& factor);

bool was_tried(const View& view, const Point& point);
/// The first candidate that has not been tried, or the first.
const GpCandidate& first_new(const View& view, const std::vector<GpCandidate>& candidates);

}  // namespace hone

// Two and three objectives by Gaussian processes: the expected volume against drawn ones, its gradient, and fronts.
#include "samplers/gp_front.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.hpp"
#include "fronts.hpp"
#include "lab.hpp"
#include "math/normal.hpp"
#include "math/pareto.hpp"

namespace hone {
namespace {

/// Processes over the same random points of a mixed space.
struct Processes {
  Processes(std::size_t objectives, std::size_t n) : space(mixed_space()), rng(objectives, RngPurpose::simulation, 3) {
    points.assign(objectives, GpPoints(*space));
    for (std::size_t i = 0; i < n; ++i) {
      const auto [point, active] = draw();
      for (GpPoints& own : points) own.add(point, active);
    }
    parameters.resize(objectives);
    for (std::size_t m = 0; m < objectives; ++m) {
      for (std::size_t a = 0; a < points[m].axes(); ++a) parameters[m].weights.push_back(1 + 3 * rng.uniform());
      parameters[m].noise = 0.01;
      factors.emplace_back(n);
      const std::vector<double> repeats(n, 1.0);
      EXPECT_TRUE(extend_factor(factors[m], points[m], repeats, parameters[m]));
      values.emplace_back();
      for (std::size_t i = 0; i < n; ++i) values[m].push_back(2 * rng.uniform() - 1);
    }
    for (std::size_t m = 0; m < objectives; ++m) surfaces.emplace_back(points[m], factors[m], parameters[m]);
  }
  std::pair<Point, Mask> draw() {
    Point point(space->axes().size());
    for (double& u : point) u = rng.uniform();
    Mask active = space->canonicalize(point);
    return {point, active};
  }
  GpFrontAcquisition acquisition(const std::vector<double>& front, const std::vector<double>& reference) const {
    std::vector<const GpSurface*> pointers;
    std::vector<std::vector<double>> white;
    for (std::size_t m = 0; m < surfaces.size(); ++m) {
      pointers.push_back(&surfaces[m]);
      white.push_back(surfaces[m].whitened(values[m]));
    }
    return GpFrontAcquisition(pointers, white, front, reference, nullptr);
  }

  std::shared_ptr<const Space> space;
  Rng rng;
  std::vector<GpPoints> points;
  std::vector<GpParameters> parameters;
  std::vector<Cholesky> factors;
  std::vector<std::vector<double>> values;
  std::vector<GpSurface> surfaces;
};

const std::vector<double> front_of_two = {-1, 0.5, -0.2, 0.1, 0.4, -0.6};
const std::vector<double> front_of_three = {-1, 0.5, 0.2, -0.2, 0.1, 0.4, 0.4, -0.6, 0, 0.1, 0.3, -0.9};

TEST(GpFrontAcquisition, IsTheMeanOfTheVolumesThatAreAdded) {
  for (const std::size_t objectives : {2u, 3u}) {
    Processes all(objectives, 12);
    const auto& front = objectives == 2 ? front_of_two : front_of_three;
    const std::vector<double> reference(objectives, 1.0);
    const auto acquisition = all.acquisition(front, reference);
    const double before = hypervolume(front, objectives, reference);
    for (int i = 0; i < 4; ++i) {
      const auto [point, active] = all.draw();
      std::vector<double> mean(objectives, 0.0), deviation(objectives);
      for (std::size_t m = 0; m < objectives; ++m) {
        const auto at = all.surfaces[m].at(point, active);
        const auto white = all.surfaces[m].whitened(all.values[m]);
        for (std::size_t k = 0; k < white.size(); ++k) mean[m] += at.v[k] * white[k];
        deviation[m] = std::sqrt(at.variance);
      }
      double sum = 0;
      constexpr int draws = 20000;
      for (int d = 0; d < draws; ++d) {
        std::vector<double> with = front;
        for (std::size_t m = 0; m < objectives; ++m)
          with.push_back(mean[m] + deviation[m] * normal_quantile(all.rng.uniform() * 0.99999 + 5e-6));
        sum += hypervolume(with, objectives, reference) - before;
      }
      std::vector<GpCandidate> one = {{point, active, 0}};
      acquisition.evaluate(one);
      EXPECT_NEAR(std::exp(one[0].value), sum / draws, 0.05 * sum / draws) << objectives;
    }
  }
}

TEST(GpFrontAcquisition, ItsGradientIsThatOfDifferences) {
  for (const std::size_t objectives : {2u, 3u}) {
    Processes all(objectives, 20);
    const auto acquisition =
        all.acquisition(objectives == 2 ? front_of_two : front_of_three, std::vector<double>(objectives, 1.0));
    std::vector<double> gradient(all.points[0].axes()), unused(gradient.size());
    for (int i = 0; i < 20; ++i) {
      const auto [point, active] = all.draw();
      std::vector<GpCandidate> one = {{point, active, 0}};
      acquisition.evaluate(one);
      EXPECT_NEAR(acquisition.with_gradient(point, active, gradient), one[0].value, 1e-9);
      for (std::size_t a = 0; a < all.points[0].axes(); ++a) {
        if (!all.points[0].ordered(a)) continue;
        const std::size_t axis = all.points[0].axis(a);
        Point up = point, down = point;
        up[axis] += 1e-6;
        down[axis] -= 1e-6;
        const double difference =
            acquisition.with_gradient(up, active, unused) - acquisition.with_gradient(down, active, unused);
        EXPECT_NEAR(gradient[a], difference / 2e-6, 1e-5 * (1 + std::abs(gradient[a])));
      }
    }
  }
}

TEST(GpFrontAcquisition, HasASlopeFarFromTheFront) {
  Processes all(2, 20);
  const auto acquisition = all.acquisition({-50, -49, -49, -50}, {-40, -40});
  std::vector<double> gradient(all.points[0].axes());
  const auto [point, active] = all.draw();
  const double value = acquisition.with_gradient(point, active, gradient);
  EXPECT_TRUE(std::isfinite(value));
  EXPECT_LT(value, -500);
  double size = 0;
  for (const double part : gradient) size += std::abs(part);
  EXPECT_TRUE(std::isfinite(size));
  EXPECT_GT(size, 1);
}

TEST(GpFront, FindsMostOfAFrontInFewTrials) {
  const double two = volume_after("gp", 2, 6, 40, 1.1, [](const Point& x) { return zdt(x, false); });
  const double three = volume_after("gp", 3, 6, 60, 1.2, [](const Point& x) { return dtlz2(x, 3); });
  RecordProperty("zdt1", std::to_string(two));
  RecordProperty("dtlz2", std::to_string(three));
  EXPECT_GT(two, 0.8);     // of 0.877
  EXPECT_GT(three, 0.65);  // of 1.728 - pi / 6 = 1.204
}

}  // namespace
}  // namespace hone

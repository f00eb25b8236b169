// The local quadratic of auto: what it solves, what it holds, when it keeps away.
#include "samplers/quadratic.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "base/rng.hpp"
#include "lab.hpp"
#include "samplers/quadratic_model.hpp"

namespace hone {
namespace {

QuadraticRegion region_of(const View& view) {
  QuadraticRegion region;
  for (std::size_t i = 0; i < view.size(); ++i) region.take(view, static_cast<std::uint32_t>(i));
  return region;
}

std::optional<Proposal> propose(const Lab& lab, std::int64_t attempt = 0) {
  const View view = lab.view();
  return propose_by_quadratic(view, region_of(view), {lab.seed(), static_cast<std::int64_t>(lab.size()), attempt});
}

void tell(Lab& lab, Point point, const std::function<double(const Point&)>& loss, const char* arm = "other") {
  const std::size_t row = lab.start({std::move(point), arm, ""});
  const double value = loss(Point(lab[row].point));
  if (std::isfinite(value))
    lab.finish(row, TrialState::complete, {value});
  else
    lab.finish(row, TrialState::failed);
}

std::shared_ptr<const Space> box(int axes) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < axes; ++i) parameters.push_back(float_parameter("x" + std::to_string(i)));
  return make_space(std::move(parameters));
}

TEST(QuadraticModel, IsTheQuadraticThatGaveTheValues) {
  Rng rng(1, RngPurpose::simulation, 6);
  const auto quadratic = [](std::span<const double> s) {
    return 2 * s[0] - s[1] + 3 * s[0] * s[0] + 0.5 * s[1] * s[1] - s[0] * s[1] + s[2] * s[2] + 0.25 * s[1] * s[2];
  };
  std::vector<std::vector<double>> steps;
  std::vector<double> values;
  for (int i = 0; i < 12; ++i) {  // nine would do
    std::vector<double>& s = steps.emplace_back();
    for (int j = 0; j < 3; ++j) s.push_back(0.5 * (rng.uniform() - 0.5));
    values.push_back(quadratic(s));
  }
  const QuadraticModel model(steps, values);
  ASSERT_TRUE(model.valid());
  std::vector<double> gradient(3), ignored(3);
  const std::vector<double> at = {0.2, -0.1, 0.15};
  EXPECT_NEAR(model.mean(at, gradient), quadratic(at), 2e-3);
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<double> right = at, left = at;
    right[i] += 1e-5, left[i] -= 1e-5;
    EXPECT_NEAR(gradient[i], (model.mean(right, ignored) - model.mean(left, ignored)) / 2e-5, 1e-6);
  }
  EXPECT_LT(model.variance(steps[0]), 1e-3) << "known";
  const QuadraticModel few(std::vector(steps.begin(), steps.begin() + 3), std::vector<double>(3, 0));
  EXPECT_GT(few.variance(std::vector{0.9, -0.9, 0.9}), 0.1) << "three values do not determine nine coefficients";
}

TEST(Quadratic, FindsTheLastDigits) {
  for (const int axes : {1, 3, 6}) {
    Lab lab(box(axes), 5);
    const auto loss = [&](const Point& x) {
      double sum = 0;
      for (std::size_t i = 0; i < x.size(); ++i)
        sum += static_cast<double>(1 + 10 * i) * (x[i] - 0.3) * (x[i] - 0.3) + 0.5 * (x[0] - 0.3) * (x[i] - 0.3);
      return sum;
    };
    Rng rng(2, RngPurpose::simulation, 6);
    for (int i = 0; i < axes + 3; ++i) {
      Point x(static_cast<std::size_t>(axes));
      for (double& u : x) u = rng.uniform();
      tell(lab, x, loss);
    }
    for (int i = 0; i < 12 * axes + 12; ++i) {
      const auto proposal = propose(lab);
      ASSERT_TRUE(proposal);
      EXPECT_EQ(proposal->arm, quadratic_arm);
      tell(lab, proposal->point, loss, "quadratic");
    }
    const View view = lab.view();
    EXPECT_LT(view[region_of(view).best()].values[0], 1e-7) << axes << " axes";
  }
}

TEST(Quadratic, WidensAfterSuccessAndNarrowsAfterNone) {
  Lab lab(box(2), 5);
  const auto loss = [](const Point& x) { return x[0] + x[1]; };
  tell(lab, {0.5, 0.5}, loss);
  EXPECT_EQ(region_of(lab.view()).radius(), 0.1);
  EXPECT_FALSE(region_of(lab.view()).is_succeeding());
  tell(lab, {0.45, 0.5}, loss, "quadratic");
  EXPECT_DOUBLE_EQ(region_of(lab.view()).radius(), 0.16);
  EXPECT_TRUE(region_of(lab.view()).is_succeeding());
  tell(lab, {0.6, 0.6}, loss, "quadratic");
  EXPECT_DOUBLE_EQ(region_of(lab.view()).radius(), 0.096);
  EXPECT_FALSE(region_of(lab.view()).is_succeeding());
  tell(
      lab, {0.7, 0.7}, [](const Point&) { return NAN; }, "quadratic");
  EXPECT_LT(region_of(lab.view()).radius(), 0.06) << "a failure is no success";
  tell(lab, {0.1, 0.1}, loss);
  EXPECT_DOUBLE_EQ(region_of(lab.view()).radius(), 0.1) << "another arm found a better place far away";
}

TEST(Quadratic, HoldsChoicesAndCoarseAxes) {
  Lab lab(mixed_space(), 5);
  Rng rng(3, RngPurpose::simulation, 6);
  const auto loss = [](const Point& x) { return (x[0] - 0.5) * (x[0] - 0.5) + (x[1] - 0.5) * (x[1] - 0.5) + x[5]; };
  Point first(7);
  for (double& u : first) u = rng.uniform();
  tell(lab, first, loss);
  for (int i = 0; i < 4; ++i) {
    Point near(lab[0].point);
    near[0] = rng.uniform(), near[1] = rng.uniform(), near[3] = rng.uniform();
    tell(lab, near, loss);
  }
  const View view = lab.view();
  const auto proposal = propose(lab);
  ASSERT_TRUE(proposal);
  const SharedVector<double> best = view[region_of(view).best()].point;
  for (const std::size_t axis : {2, 4, 5, 6}) EXPECT_EQ(proposal->point[axis], best[axis]) << "axis " << axis;
  EXPECT_NE(proposal->point[0], best[0]);
}

TEST(Quadratic, WorkersAreGivenDifferentPoints) {
  Lab lab(box(3), 5);
  Rng rng(4, RngPurpose::simulation, 6);
  const auto loss = [](const Point& x) { return (x[0] - 0.3) * (x[0] - 0.3) + x[1] + 2 * x[2]; };
  for (int i = 0; i < 8; ++i) tell(lab, {rng.uniform(), rng.uniform(), rng.uniform()}, loss);
  const auto first = propose(lab), same = propose(lab), again = propose(lab, 1);
  ASSERT_TRUE(first && same && again);
  EXPECT_EQ(first->point, same->point) << "a pure function of the view";
  EXPECT_NE(first->point, again->point) << "another attempt is another point";
  lab.start(*first);
  const auto second = propose(lab);
  ASSERT_TRUE(second);
  double largest = 0;
  for (std::size_t i = 0; i < 3; ++i) largest = std::max(largest, std::abs(second->point[i] - first->point[i]));
  EXPECT_GT(largest, 0.001) << "the first one is still running";
}

TEST(Quadratic, KeepsAwayWhereItCanSayNothing) {
  const auto loss = [](const Point& x) { return x[0]; };
  Lab few(box(2), 5);
  EXPECT_FALSE(propose(few));
  tell(few, {0.5, 0.5}, loss);
  tell(few, {0.4, 0.5}, loss);
  EXPECT_FALSE(propose(few)) << "a best trial and one more";
  tell(few, {0.4, 0.6}, loss);
  EXPECT_TRUE(propose(few));

  Lab several(box(2), 5, 2);
  for (const double x : {0.1, 0.2, 0.3, 0.4})
    several.finish(several.start({{x, x}, "", ""}), TrialState::complete, {x, -x});
  EXPECT_FALSE(propose(several));

  Lab infeasible(box(1), 5);
  for (const double x : {0.1, 0.2, 0.3})
    infeasible.finish(infeasible.start({{x}, "", ""}), TrialState::complete, {x}, {1.0});
  EXPECT_FALSE(propose(infeasible));

  Lab choices(make_space({choice_parameter("c", {"a", "b", "d", "e"}), int_parameter("n", 1, 5)}), 5);
  for (const double x : {0.1, 0.3, 0.5, 0.7}) tell(choices, {x, x}, loss);
  EXPECT_FALSE(propose(choices));
}

/// In parallel or one by one, on what spaces ever: auto takes the quadratic and goes on.
TEST(Quadratic, IsAPartOfAuto) {
  const auto sampler = make_sampler("auto", {});
  ASSERT_TRUE(sampler);
  Lab lab(box(3), 9);
  const auto memo = (*sampler)->make_memo();
  const double best = lab.run(
      **sampler, 60,
      [](const TrialRow& row) {
        double sum = 0;
        for (const double u : row.point) sum += (u - 0.61) * (u - 0.61);
        return sum;
      },
      memo.get());
  std::size_t quadratic = 0, others = 0;
  for (std::size_t i = 10; i < lab.size(); ++i) ++(lab[i].arm == quadratic_arm ? quadratic : others);
  EXPECT_GE(quadratic, 10u);
  EXPECT_GE(others, 5u) << "one in nine at least is another arm's";
  EXPECT_LT(best, 1e-9);
}

}  // namespace
}  // namespace hone

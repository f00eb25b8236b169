#include "math/pareto.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "base/check.hpp"

namespace hone {
namespace {

/// Of two objectives: a staircase. `points`: (n, 2), all below the reference; their order changes.
double staircase(std::vector<std::span<const double>>& points, std::span<const double> reference) {
  std::ranges::sort(points, [](auto a, auto b) { return std::tie(a[0], a[1]) < std::tie(b[0], b[1]); });
  double volume = 0, height = reference[1];
  for (const auto point : points)
    if (point[1] < height) {
      volume += (reference[0] - point[0]) * (height - point[1]);
      height = point[1];
    }
  return volume;
}

/// Slices across the last of the first `objectives` ones; what lies below a slice's lower end belongs to it.
double volume_of(std::vector<std::span<const double>> points, std::size_t objectives,
                 std::span<const double> reference) {
  if (points.empty()) return 0;
  const std::size_t last = objectives - 1;
  if (objectives == 1) {
    double best = reference[0];
    for (const auto point : points) best = std::min(best, point[0]);
    return reference[0] - best;
  }
  if (objectives == 2) return staircase(points, reference);
  std::ranges::stable_sort(points, {}, [&](auto point) { return point[last]; });
  std::vector<std::span<const double>> below;
  double volume = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::erase_if(below, [&](auto other) { return dominates(points[i].first(last), other.first(last)); });
    below.push_back(points[i]);
    const double end = i + 1 < points.size() ? points[i + 1][last] : reference[last];
    if (end > points[i][last]) volume += (end - points[i][last]) * volume_of(below, last, reference);
  }
  return volume;
}

/// The rows that are below the reference in every objective.
std::vector<std::span<const double>> rows_below(std::span<const double> values, std::size_t objectives,
                                                std::span<const double> reference) {
  HONE_CHECK(objectives > 0 && values.size() % objectives == 0 && reference.size() == objectives,
             "one value per objective");
  std::vector<std::span<const double>> points;
  for (std::size_t at = 0; at < values.size(); at += objectives) {
    const auto point = values.subspan(at, objectives);
    bool inside = true;
    for (std::size_t m = 0; m < objectives; ++m) inside = inside && point[m] < reference[m];
    if (inside) points.push_back(point);
  }
  return points;
}

/// Boxes of the first two objectives left of and below the staircase of `points`; `low` and `high` are the ends of the
/// further ones.
void add_stairs(std::vector<std::span<const double>> points, std::span<const double> reference, std::vector<double> low,
                std::vector<double> high, std::vector<double>& boxes) {
  std::ranges::sort(points, [](auto a, auto b) { return std::tie(a[0], a[1]) < std::tie(b[0], b[1]); });
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double left = -infinity, top = reference[1];
  const auto step = [&](double right) {
    if (left < right) {
      boxes.insert(boxes.end(), {left, -infinity});
      boxes.insert(boxes.end(), low.begin(), low.end());
      boxes.insert(boxes.end(), {right, top});
      boxes.insert(boxes.end(), high.begin(), high.end());
    }
    left = right;
  };
  for (const auto point : points)
    if (point[1] < top) {
      step(point[0]);
      top = point[1];
    }
  step(reference[0]);
}

}  // namespace

bool dominates(std::span<const double> a, std::span<const double> b) {
  bool less = false;
  for (std::size_t m = 0; m < a.size(); ++m) {
    if (a[m] > b[m]) return false;
    less = less || a[m] < b[m];
  }
  return less;
}

std::vector<std::vector<std::uint32_t>> nondominated_fronts(std::span<const double> values, std::size_t objectives) {
  HONE_CHECK(objectives > 0 && values.size() % objectives == 0, "one value per objective");
  const auto row = [&](std::uint32_t i) { return values.subspan(i * objectives, objectives); };
  std::vector<std::uint32_t> order(values.size() / objectives);
  std::iota(order.begin(), order.end(), 0u);
  // Nobody is dominated by a later one, and a front that does not dominate a row is found by bisection.
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const auto x = row(a), y = row(b);
    const auto [p, q] = std::ranges::mismatch(x, y);
    return p == x.end() ? a < b : *p < *q;
  });
  std::vector<std::vector<std::uint32_t>> fronts;
  for (const std::uint32_t i : order) {
    const auto dominated = [&](const std::vector<std::uint32_t>& front) {
      if (objectives == 2) return dominates(row(front.back()), row(i));  // its last row has the least second value
      return std::ranges::any_of(front, [&](std::uint32_t other) { return dominates(row(other), row(i)); });
    };
    const auto home = std::ranges::partition_point(fronts, dominated);
    if (home == fronts.end()) {
      fronts.push_back({i});
    } else {
      home->push_back(i);
    }
  }
  return fronts;
}

std::vector<double> crowding_distances(std::span<const double> values, std::size_t objectives,
                                       std::span<const std::uint32_t> front) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> distance(front.size(), 0);
  if (front.empty()) return distance;
  std::vector<std::size_t> order(front.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t m = 0; m < objectives; ++m) {
    const auto value = [&](std::size_t i) { return values[front[i] * objectives + m]; };
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::tuple(value(i), front[i]); });
    const double range = value(order.back()) - value(order.front());
    distance[order.front()] = distance[order.back()] = infinity;
    if (range > 0)
      for (std::size_t i = 1; i + 1 < order.size(); ++i)
        distance[order[i]] += (value(order[i + 1]) - value(order[i - 1])) / range;
  }
  return distance;
}

std::vector<std::uint32_t> spread_order(std::span<const double> values, std::size_t objectives,
                                        std::span<const std::uint32_t> front) {
  std::vector<std::uint32_t> left(front.begin(), front.end());
  std::ranges::sort(left);
  std::vector<double> low(objectives, std::numeric_limits<double>::infinity()), range(objectives, 0);
  for (std::size_t m = 0; m < objectives; ++m) {
    for (const std::uint32_t i : left) low[m] = std::min(low[m], values[i * objectives + m]);
    for (const std::uint32_t i : left) range[m] = std::max(range[m], values[i * objectives + m] - low[m]);
  }
  const auto squared_distance = [&](std::uint32_t i, const double* to) {
    double sum = 0;
    for (std::size_t m = 0; m < objectives; ++m) {
      const double share = range[m] > 0 ? (values[i * objectives + m] - to[m]) / range[m] : 0;
      sum += share * share;
    }
    return sum;
  };
  std::vector<double> nearness;  // minus the distance to the corner; then the distance to the nearest one chosen
  for (const std::uint32_t i : left) nearness.push_back(-squared_distance(i, low.data()));
  std::vector<std::uint32_t> order;
  while (!left.empty()) {
    const auto at = std::ranges::max_element(nearness) - nearness.begin();
    const std::uint32_t chosen = left[static_cast<std::size_t>(at)];
    left.erase(left.begin() + at);
    nearness.erase(nearness.begin() + at);
    for (std::size_t i = 0; i < left.size(); ++i) {
      const double distance = squared_distance(left[i], &values[chosen * objectives]);
      nearness[i] = order.empty() ? distance : std::min(nearness[i], distance);
    }
    order.push_back(chosen);
  }
  return order;
}

double hypervolume(std::span<const double> values, std::size_t objectives, std::span<const double> reference) {
  return volume_of(rows_below(values, objectives, reference), objectives, reference);
}

std::vector<double> nondominated_boxes(std::span<const double> values, std::size_t objectives,
                                       std::span<const double> reference) {
  HONE_CHECK(objectives == 2 || objectives == 3, "boxes are for two or three objectives");
  std::vector<std::span<const double>> points = rows_below(values, objectives, reference);
  std::vector<double> boxes;
  if (objectives == 2) {
    add_stairs(points, reference, {}, {}, boxes);
    return boxes;
  }
  // Slabs across the third objective: in each, the stairs of the points below it.
  std::ranges::stable_sort(points, {}, [](auto point) { return point[2]; });
  for (std::size_t below = 0; below <= points.size(); ++below) {
    const double low = below == 0 ? -std::numeric_limits<double>::infinity() : points[below - 1][2];
    const double high = below == points.size() ? reference[2] : points[below][2];
    if (low < high)
      add_stairs({points.begin(), points.begin() + std::ptrdiff_t(below)}, reference, {low}, {high}, boxes);
  }
  return boxes;
}

}  // namespace hone

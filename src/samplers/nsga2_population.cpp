#include "samplers/nsga2_population.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "math/pareto.hpp"
#include "samplers/tpe_split.hpp"

namespace hone {
namespace {

using Kind = TrialStanding::Kind;

constexpr std::size_t directions_from = 4;  // objectives
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Values of the complete trials as one table, and the fronts among them.
struct Fronts {
  std::vector<std::uint32_t> rows;
  std::vector<double> values;
  std::vector<std::vector<std::uint32_t>> fronts;  ///< places in `rows`
};

/// Of each front's members the crowding: minus its distance.
std::vector<double> by_distance(const Fronts& all, std::size_t objectives, const std::vector<std::uint32_t>& front) {
  std::vector<double> crowding = crowding_distances(all.values, objectives, front);
  for (double& value : crowding) value = -value;
  return crowding;
}

struct Niche {
  std::size_t direction = 0;
  double distance = 0;  ///< from the direction's line
};

/// The direction that a member is nearest to, its values scaled to the first front's range.
std::vector<Niche> niches_of(const Fronts& all, std::size_t objectives, const std::vector<std::uint32_t>& members) {
  std::size_t divisions = 3;
  const std::vector<double> directions = reference_directions(objectives, divisions);
  std::vector<double> low(objectives, infinity), high(objectives, -infinity);
  for (const std::uint32_t i : all.fronts.front())
    for (std::size_t m = 0; m < objectives; ++m) {
      low[m] = std::min(low[m], all.values[i * objectives + m]);
      high[m] = std::max(high[m], all.values[i * objectives + m]);
    }
  std::vector<Niche> niches;
  for (const std::uint32_t i : members) {
    Niche nearest{0, infinity};
    std::vector<double> scaled(objectives);
    for (std::size_t m = 0; m < objectives; ++m) {
      const double range = high[m] > low[m] ? high[m] - low[m] : 1;
      scaled[m] = (all.values[i * objectives + m] - low[m]) / range;
    }
    for (std::size_t d = 0; d * objectives < directions.size(); ++d) {
      const double* const line = directions.data() + d * objectives;
      double along = 0, norm = 0, square = 0;
      for (std::size_t m = 0; m < objectives; ++m) {
        along += scaled[m] * line[m];
        norm += line[m] * line[m];
        square += scaled[m] * scaled[m];
      }
      const double distance = square - along * along / norm;
      if (distance < nearest.distance) nearest = {d, distance};
    }
    niches.push_back(nearest);
  }
  return niches;
}

/// From the last front, always the member of the direction that has the fewest; ties by distance from it, then by
/// place. Returns the places in `front`, best first, and writes what each found there into `crowding`.
std::vector<std::size_t> by_niches(const Fronts& all, std::size_t objectives, const std::vector<std::uint32_t>& taken,
                                   const std::vector<std::uint32_t>& front, std::vector<double>& crowding) {
  const std::size_t directions = reference_directions(objectives, 3).size() / objectives;
  std::vector<std::size_t> count(directions, 0);
  for (const Niche& niche : niches_of(all, objectives, taken)) ++count[niche.direction];
  const std::vector<Niche> own = niches_of(all, objectives, front);
  std::vector<std::size_t> order, left(front.size());
  std::iota(left.begin(), left.end(), 0);
  crowding.assign(front.size(), 0);
  while (!left.empty()) {
    const auto next = std::ranges::min_element(
        left, {}, [&](std::size_t i) { return std::tuple(count[own[i].direction], own[i].distance, front[i]); });
    crowding[*next] = static_cast<double>(count[own[*next].direction]++);
    order.push_back(*next);
    left.erase(next);
  }
  return order;
}

}  // namespace

std::vector<double> reference_directions(std::size_t objectives, std::size_t divisions) {
  std::vector<double> all;
  std::vector<std::size_t> parts(objectives, 0);
  parts.back() = divisions;
  for (;;) {  // every way to write `divisions` as a sum
    for (const std::size_t part : parts) all.push_back(static_cast<double>(part) / static_cast<double>(divisions));
    std::size_t m = objectives - 1;  // the last part that is not 0 gives one to its left neighbour, the rest goes last
    while (m > 0 && parts[m] == 0) --m;
    if (m == 0) return all;
    const std::size_t rest = parts[m] - 1;
    parts[m] = 0;
    ++parts[m - 1];
    parts.back() = rest;
  }
}

std::vector<Member> best_members(const View& view, const std::vector<std::uint32_t>& rows, std::size_t size) {
  const std::size_t objectives = view.objectives();
  Fronts all;
  std::vector<std::pair<TrialStanding, std::uint32_t>> others;
  for (const std::uint32_t row : rows) {
    const TrialStanding own = standing(view[row]);
    if (own.kind == Kind::complete) {
      all.rows.push_back(row);
      all.values.insert(all.values.end(), view[row].values.begin(), view[row].values.end());
    } else if (own.kind < Kind::bad) {
      others.emplace_back(own, row);
    }
  }
  std::vector<Member> best;
  std::vector<std::uint32_t> taken;
  if (!all.rows.empty()) all.fronts = nondominated_fronts(all.values, objectives);
  for (std::size_t f = 0; f < all.fronts.size() && best.size() < size; ++f) {
    const auto& front = all.fronts[f];
    std::vector<double> crowding;
    std::vector<std::size_t> order(front.size());
    std::iota(order.begin(), order.end(), 0);
    if (objectives >= directions_from) {
      order = by_niches(all, objectives, taken, front, crowding);
    } else {
      crowding = by_distance(all, objectives, front);
      std::ranges::sort(order, {}, [&](std::size_t i) { return std::tuple(crowding[i], front[i]); });
    }
    for (const std::size_t i : order) {
      if (best.size() == size) break;
      best.push_back({all.rows[front[i]], static_cast<double>(f), crowding[i]});
      taken.push_back(front[i]);
    }
  }
  std::ranges::sort(others, {}, [](const auto& other) {
    return std::tuple(other.first.kind, other.first.first, other.first.second, other.second);
  });
  double rank = static_cast<double>(all.fronts.size());
  for (const auto& [own, row] : others) {
    if (best.size() == size) break;
    best.push_back({row, rank++, 0});
  }
  return best;
}

}  // namespace hone

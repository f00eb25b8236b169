#include "pruners/rung_rank.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "math/pareto.hpp"

namespace hone {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The fronts of the rows whose values are all finite, as numbers of rows of `values`.
std::vector<std::vector<std::uint32_t>> finite_fronts(std::span<const double> values, std::size_t objectives) {
  std::vector<std::uint32_t> finite;
  std::vector<double> kept;
  for (std::size_t at = 0; at < values.size(); at += objectives) {
    const auto row = values.subspan(at, objectives);
    if (!std::ranges::all_of(row, [](double v) { return std::isfinite(v); })) continue;
    finite.push_back(static_cast<std::uint32_t>(at / objectives));
    kept.insert(kept.end(), row.begin(), row.end());
  }
  auto fronts = nondominated_fronts(kept, objectives);
  for (auto& front : fronts)
    for (std::uint32_t& i : front) i = finite[i];
  return fronts;
}

}  // namespace

std::vector<double> comparable(std::span<const double> values, std::size_t objectives) {
  std::vector<double> scores(values.size() / objectives, infinity);
  if (objectives == 1) {
    std::ranges::transform(values, scores.begin(), [](double v) { return v < infinity ? v : infinity; });  // NaN too
    return scores;
  }
  const auto fronts = finite_fronts(values, objectives);
  for (std::size_t f = 0; f < fronts.size(); ++f)
    for (const std::uint32_t i : fronts[f]) scores[i] = static_cast<double>(f);
  return scores;
}

std::vector<double> rung_scores(std::span<const TrialRow* const> rows, std::int64_t step, std::size_t objectives) {
  std::vector<double> values;
  values.reserve(rows.size() * objectives);
  for (const TrialRow* row : rows)
    for (std::size_t m = 0; m < objectives; ++m)
      values.push_back(row->state == TrialState::failed ? infinity : rung_value(*row, step, m));
  if (objectives == 1) return values;
  std::vector<double> places(rows.size(), infinity);
  double place = 0;
  for (const auto& front : finite_fronts(values, objectives))
    for (const std::uint32_t i : spread_order(values, objectives, front)) places[i] = place++;
  return places;
}

bool is_finite_at(const TrialRow& row, std::int64_t step, std::size_t objectives) {
  for (std::size_t m = 0; m < objectives; ++m)
    if (!(rung_value(row, step, m) < infinity)) return false;
  return true;
}

bool is_as_good(std::span<const double> a, std::span<const double> b) {
  return std::ranges::equal(a, b, [](double x, double y) { return x <= y; });
}

void join_front(std::vector<FrontMember>& front, FrontMember candidate) {
  for (const FrontMember& member : front)
    if (is_as_good(member.values, candidate.values)) return;
  std::erase_if(front, [&](const FrontMember& member) { return is_as_good(candidate.values, member.values); });
  front.push_back(std::move(candidate));
}

}  // namespace hone

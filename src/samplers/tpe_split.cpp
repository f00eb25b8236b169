#include "samplers/tpe_split.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <ranges>
#include <tuple>

#include "base/elementary.hpp"
#include "math/pareto.hpp"
#include "trial/ranking.hpp"

namespace hone {
namespace {

using Kind = TrialStanding::Kind;
using Front = std::vector<std::uint32_t>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t good_max = 25;

/// Lower is better; no two trials have the same.
auto key_of(const std::vector<TrialStanding>& standings, std::uint32_t row) {
  const TrialStanding& standing = standings[row];
  return std::tuple(standing.kind, standing.first, standing.second, row);
}

/// Adds the best of `rows` to `best` until it has `wanted`. `values`: (rows, objectives), no NaN.
void add_by_fronts(const Front& rows, const std::vector<double>& values, std::size_t objectives, std::size_t wanted,
                   Front& best) {
  for (Front& front : nondominated_fronts(values, objectives)) {
    if (best.size() + front.size() > wanted) {  // the loneliest first
      const std::vector<double> distance = crowding_distances(values, objectives, front);
      std::vector<std::size_t> order(front.size());
      std::iota(order.begin(), order.end(), 0);
      std::ranges::sort(order, {}, [&](std::size_t i) { return std::tuple(-distance[i], front[i]); });
      Front lonely;
      for (const std::size_t i : order) lonely.push_back(front[i]);
      front = std::move(lonely);
    }
    for (const std::uint32_t i : std::span(front).first(std::min(front.size(), wanted - best.size())))
      best.push_back(rows[i]);
    if (best.size() == wanted) break;
  }
}

/// The best `wanted` of the complete and the stopped trials of several objectives, where there are so many.
Front best_by_fronts(const View& view, const std::vector<TrialStanding>& standings, const Front& ranked,
                     std::size_t wanted) {
  std::map<std::pair<Kind, double>, Front> groups;  // in their order: complete ones, then stopped ones by step
  for (const std::uint32_t i : ranked)
    if (standings[i].kind == Kind::complete)
      groups[{Kind::complete, 0}].push_back(i);
    else if (standings[i].kind == Kind::stopped)
      groups[{Kind::stopped, standings[i].first}].push_back(i);
  Front best;
  for (auto& [group, rows] : groups) {
    if (best.size() == wanted) break;
    std::ranges::sort(rows);
    std::vector<double> values;
    for (const std::uint32_t i : rows)
      for (std::size_t m = 0; m < view.objectives(); ++m)
        values.push_back(group.first == Kind::complete ? view[i].values[m]
                                                       : rung_value(view[i], view[i].reports.back().step, m));
    add_by_fronts(rows, values, view.objectives(), wanted, best);
  }
  return best;
}

}  // namespace

TrialStanding standing(const TrialRow& row) {
  const bool complete = row.state == TrialState::complete;
  if (complete) {
    if (std::ranges::any_of(row.values, [](double v) { return std::isnan(v); })) return {Kind::bad, 0, 0};
    const double violated = violation(row.constraints);
    if (violated > 0) return {Kind::infeasible, violated, 0};
    return {Kind::complete, row.values.empty() ? infinity : row.values[0], 0};
  }
  if ((row.state == TrialState::pruned || row.state == TrialState::paused) && !row.reports.empty()) {
    const std::int64_t step = row.reports.back().step;
    const double value = rung_value(row, step);
    if (value < infinity) return {Kind::stopped, -static_cast<double>(step), value};
  }
  return {is_finished(row.state) ? Kind::bad : Kind::pending, 0, 0};
}

TrialSplit split_trials(const View& view, const std::vector<TrialStanding>& standings) {
  Front rows(standings.size());
  std::iota(rows.begin(), rows.end(), 0u);
  return split_trials(view, standings, rows);
}

void SettledTrials::add(const std::vector<TrialStanding>& standings, std::uint32_t row) {
  if (standings[row].kind == Kind::bad) ++bad_;
  if (standings[row].kind >= Kind::bad) return;
  ++ranked_;
  const auto key = [&](std::uint32_t i) { return key_of(standings, i); };
  leaders_.insert(std::ranges::upper_bound(leaders_, key(row), {}, key), row);
  if (leaders_.size() > good_max) leaders_.pop_back();
}

TrialSplit split_trials(const View& view, const std::vector<TrialStanding>& standings,
                        std::span<const std::uint32_t> rows, const SettledTrials& settled) {
  TrialSplit split;
  Front ranked;
  ranked.reserve(rows.size());
  for (const std::uint32_t i : std::views::reverse(rows)) {  // the latest are the best more often: few are outdone
    if (standings[i].kind < Kind::bad) ranked.push_back(i);
    if (standings[i].kind == Kind::bad) ++split.counted;
  }
  split.ranked = ranked.size() + settled.ranked();
  split.counted += split.ranked + settled.bad();
  ranked.insert(ranked.end(), settled.leaders().begin(), settled.leaders().end());
  const bool several = view.objectives() > 1;
  const std::size_t tenth = (split.counted + 9) / 10;
  const std::size_t wanted = std::min(ranked.size(), several ? tenth : std::min(tenth, good_max));

  const auto key = [&](std::uint32_t i) { return key_of(standings, i); };
  Front best;
  if (several) best = best_by_fronts(view, standings, ranked, wanted);
  if (best.size() < wanted) {
    // With several objectives every complete and stopped trial is among the good ones already.
    if (several) std::erase_if(ranked, [&](std::uint32_t i) { return standings[i].kind < Kind::infeasible; });
    const auto end = ranked.begin() + static_cast<std::ptrdiff_t>(wanted - best.size());
    std::ranges::partial_sort(ranked, end, {}, key);  // few of many: one comparison for nearly every trial
    best.insert(best.end(), ranked.begin(), end);
  }
  split.weight.assign(best.size(), 1);
  split.good = best;
  std::ranges::sort(split.good);
  if (!several) {
    const double m = static_cast<double>(best.size()), top = portable_log(m + 1);
    double sum = 0;
    for (std::size_t r = 0; r < best.size(); ++r) sum += top - portable_log(static_cast<double>(r + 1));
    for (std::size_t r = 0; r < best.size(); ++r) {
      const auto at = std::ranges::lower_bound(split.good, best[r]) - split.good.begin();
      split.weight[static_cast<std::size_t>(at)] =
          static_cast<float>(m * (top - portable_log(static_cast<double>(r + 1))) / sum);
    }
  }
  return split;
}

}  // namespace hone

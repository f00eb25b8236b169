#include "pruners/asha_rungs.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "pruners/rung_rank.hpp"

namespace hone {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

std::int64_t last_step(const TrialRow& row) {
  return row.reports.empty() ? 0 : row.reports.back().step;
}

std::vector<std::int64_t> asha_rungs(std::int64_t max_step, std::int64_t eta, std::int64_t min_step) {
  constexpr std::size_t automatic_max = 4;
  std::vector<std::int64_t> rungs;
  // ceil(ceil(R / a) / b) = ceil(R / (a b)): the powers need not be formed.
  for (std::int64_t step = max_step; step >= 1; step = (step + eta - 1) / eta) {
    if (!rungs.empty() && (step == rungs.back() || step < min_step)) break;
    if (min_step == 0 && rungs.size() == automatic_max) break;
    rungs.push_back(step);
  }
  std::ranges::reverse(rungs);
  return rungs;
}

std::vector<std::int64_t> RungRace::promotable(const View& view, std::size_t k, std::int64_t deciding) const {
  const std::int64_t here = rungs[k], above = rungs[k + 1];
  const auto waits = [&](const TrialRow& row) {
    return row.number == deciding || (row.state == TrialState::paused && last_step(row) < above);
  };
  std::size_t reached = 0, promoted = 0, waiting = 0;
  const TrialRow* yardstick = nullptr;
  for (std::size_t i = 0; i < view.size(); ++i) {
    const TrialRow& row = view[i];
    if (belongs && !belongs(row.number)) continue;
    const std::int64_t last = last_step(row);
    if (last < here) continue;
    ++reached;
    const bool undecided = row.state == TrialState::running || row.state == TrialState::waiting;
    if (waits(row)) {
      ++waiting;
      if (row.origin == Origin::default_) yardstick = &row;
    } else if (row.origin != Origin::default_ && (last > here || row.until_step > here || undecided)) {
      ++promoted;
    }
  }
  if (yardstick && promoted > 0 && is_finite_at(*yardstick, here, view.objectives())) return {yardstick->number};
  const std::size_t allowed = reached / eta;
  if (waiting == 0 || promoted >= allowed) return {};

  std::vector<const TrialRow*> rows;
  for (std::size_t i = 0; i < view.size(); ++i)
    if (last_step(view[i]) >= here && (!belongs || belongs(view[i].number))) rows.push_back(&view[i]);
  const std::vector<double> scores = rung_scores(rows, here, view.objectives());
  using Key = std::pair<double, std::int64_t>;  // score at the rung; ties by number
  std::vector<Key> all, due;
  for (std::size_t i = 0; i < rows.size(); ++i) all.emplace_back(scores[i], rows[i]->number);
  const auto worst_allowed = all.begin() + static_cast<std::ptrdiff_t>(allowed) - 1;
  std::ranges::nth_element(all, worst_allowed);
  const Key limit = *worst_allowed;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (const Key own(scores[i], rows[i]->number); own <= limit && own.first < infinity && waits(*rows[i]))
      due.push_back(own);
  std::ranges::sort(due);
  due.resize(std::min(due.size(), allowed - promoted));
  std::vector<std::int64_t> trials;
  for (const auto& [score, trial] : due) trials.push_back(trial);
  return trials;
}

}  // namespace hone

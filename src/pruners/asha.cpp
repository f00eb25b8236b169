/// ASHA with promotion: trials pause at rungs r_0 < r_1 < ... < R, and the best third of each rung goes on to the next.
///
/// A rung of n trials promotes at most floor(n / eta) of them, ever, and only trials that are among its best
/// floor(n / eta) now: better ones that come late wait for the next free place, the best of them first. A trial that
/// failed counts as infinitely bad in the rungs it reached; one that is running at a rung, not yet decided, takes a
/// place, so that no order of events among parallel workers promotes too many.
///
/// The default configuration is the yardstick of a study: it goes on from a rung as soon as anybody else has, in
/// addition to the others and before them, however badly it does there, as long as its value is finite. Learning curves
/// cross: a rate that falls towards the end of a schedule looks worst where the first rungs are, and a known good start
/// must not be lost to that.
///
/// Source: Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020 (arXiv 1810.05934), whose
/// algorithm 2 may promote more than n / eta when later trials turn out better; here the bound is strict. The yardstick
/// is our own.
/// Cost: O(trials) per decision; O(trials log trials) where a place is free.
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "pruners/asha_rungs.hpp"
#include "pruners/pruner.hpp"

namespace hone {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr OptionRow options[] = {
    {"eta", 3, 2, 10, true, "One trial in eta is promoted from a rung."},
    {"min_step", 0, 0, 1e9, true, "The first rung is not below it; 0: such that there are at most four rungs."},
};

std::int64_t last_step(const TrialRow& row) {
  return row.reports.empty() ? 0 : row.reports.back().step;
}

class Asha final : public Pruner {
 public:
  Asha(std::size_t eta, std::vector<std::int64_t> rungs) : eta_(eta), rungs_(std::move(rungs)) {}

  Decision decide(const View& view, std::int64_t trial, std::int64_t step) const override {
    if (rungs_.empty() || step >= rungs_.back()) return Decision::go_on;
    const auto rung = std::ranges::lower_bound(rungs_, step);
    if (*rung != step) return Decision::go_on;
    const auto due = promotable(view, static_cast<std::size_t>(rung - rungs_.begin()), trial);
    return std::ranges::find(due, trial) != due.end() ? Decision::go_on : Decision::pause;
  }

  NextStep next(const View& view, const Asker& asker) const override {
    for (std::size_t k = rungs_.size(); k-- > 1;)
      if (const auto due = promotable(view, k - 1, nobody); !due.empty())
        return ResumeTrial{due.front(), last_step(view[static_cast<std::size_t>(due.front())]), rungs_[k]};
    if (!asker.new_allowed) return WaitForOthers{};
    return StartNew{rungs_.size() > 1 ? rungs_.front() : 0};
  }

 private:
  static constexpr std::int64_t nobody = -1;

  /// Trials that may go on from rung `k`, best first: paused there, or `deciding`, which has just reported there.
  std::vector<std::int64_t> promotable(const View& view, std::size_t k, std::int64_t deciding) const {
    const std::int64_t here = rungs_[k], above = rungs_[k + 1];
    std::size_t reached = 0, promoted = 0;
    std::vector<const TrialRow*> waiting;
    const TrialRow* yardstick = nullptr;
    for (std::size_t i = 0; i < view.size(); ++i) {
      const TrialRow& row = view[i];
      const std::int64_t last = last_step(row);
      if (last < here) continue;
      ++reached;
      const bool undecided = row.state == TrialState::running || row.state == TrialState::waiting;
      if (row.number == deciding || (row.state == TrialState::paused && last < above)) {
        waiting.push_back(&row);
        if (row.origin == Origin::default_) yardstick = &row;
      } else if (row.origin != Origin::default_ && (last > here || row.until_step > here || undecided)) {
        ++promoted;
      }
    }
    if (yardstick && promoted > 0 && rung_value(*yardstick, here) < infinity) return {yardstick->number};
    const std::size_t allowed = reached / eta_;
    if (waiting.empty() || promoted >= allowed) return {};

    using Key = std::pair<double, std::int64_t>;  // value at the rung; ties by number
    const auto key = [&](const TrialRow& row) {
      return Key(row.state == TrialState::failed ? infinity : rung_value(row, here), row.number);
    };
    std::vector<Key> all, due;
    for (std::size_t i = 0; i < view.size(); ++i)
      if (last_step(view[i]) >= here) all.push_back(key(view[i]));
    const auto worst_allowed = all.begin() + static_cast<std::ptrdiff_t>(allowed) - 1;
    std::ranges::nth_element(all, worst_allowed);
    for (const TrialRow* row : waiting)
      if (const Key own = key(*row); own <= *worst_allowed && own.first < infinity) due.push_back(own);
    std::ranges::sort(due);
    due.resize(std::min(due.size(), allowed - promoted));
    std::vector<std::int64_t> trials;
    for (const auto& [value, trial] : due) trials.push_back(trial);
    return trials;
  }

  std::size_t eta_;
  std::vector<std::int64_t> rungs_;  // ascending, R last
};

}  // namespace

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

constinit const PrunerInfo asha_pruner_info{
    .name = "asha",
    .summary = "Trials pause at rungs; the best third of each goes on, resumed from its checkpoint.",
    .paper = "Li et al., MLSys 2020",
    .options = options,
    .make = [](std::span<const double> values, const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
      const auto eta = static_cast<std::int64_t>(values[0]);
      return std::make_unique<Asha>(static_cast<std::size_t>(eta),
                                    asha_rungs(setup.max_step, eta, static_cast<std::int64_t>(values[1])));
    }};

}  // namespace hone

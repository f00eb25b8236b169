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
/// With `stopping` nobody pauses, for programs that cannot go on from a checkpoint: a trial stops for good at a rung
/// where it is not among the best floor(n / eta) of the n trials that have reported there, at least the best one. The
/// first ones pass easily; that is the price.
///
/// With several objectives the best are those on the first fronts, spread over the last one that has room
/// (pruners/rung_rank.hpp).
///
/// Source: Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020 (arXiv 1810.05934), whose
/// algorithm 2 may promote more than n / eta when later trials turn out better; here the bound is strict. The yardstick
/// is our own.
/// Cost: O(trials) per decision; O(trials log trials) where a place is free.
#include <algorithm>

#include "pruners/asha_rungs.hpp"
#include "pruners/pruner.hpp"
#include "pruners/rung_rank.hpp"

namespace hone {
namespace {

constexpr std::int64_t nobody = -1;

constexpr OptionRow options[] = {
    {"eta", 3, 2, 10, true, "One trial in eta is promoted from a rung."},
    {"min_step", 0, 0, 1e9, true, "The first rung is not below it; 0: such that there are at most four rungs."},
    {"stopping", 0, 0, 1, true, "1: trials never pause; at a rung they go on or stop for good."},
};

class Asha final : public Pruner {
 public:
  explicit Asha(RungRace race) : race_(std::move(race)) {}

  Decision decide(const View& view, std::int64_t trial, std::int64_t step) const override {
    const auto& rungs = race_.rungs;
    if (rungs.empty() || step >= rungs.back()) return Decision::go_on;
    const auto rung = std::ranges::lower_bound(rungs, step);
    if (*rung != step) return Decision::go_on;
    const auto due = race_.promotable(view, static_cast<std::size_t>(rung - rungs.begin()), trial);
    return std::ranges::find(due, trial) != due.end() ? Decision::go_on : Decision::pause;
  }

  NextStep next(const View& view, const Asker& asker) const override {
    const auto& rungs = race_.rungs;
    for (std::size_t k = rungs.size(); k-- > 1;)
      if (const auto due = race_.promotable(view, k - 1, nobody); !due.empty())
        return ResumeTrial{due.front(), last_step(view[static_cast<std::size_t>(due.front())]), rungs[k]};
    if (!asker.new_allowed) return WaitForOthers{};
    return StartNew{rungs.size() > 1 ? rungs.front() : 0};
  }

 private:
  RungRace race_;
};

class StoppingAsha final : public Pruner {
 public:
  StoppingAsha(std::size_t eta, std::vector<std::int64_t> rungs) : eta_(eta), rungs_(std::move(rungs)) {}

  Decision decide(const View& view, std::int64_t trial, std::int64_t step) const override {
    if (rungs_.empty() || step >= rungs_.back() || !std::ranges::binary_search(rungs_, step)) return Decision::go_on;
    const TrialRow& own = view[static_cast<std::size_t>(trial)];
    if (!is_finite_at(own, step, view.objectives())) return Decision::stop;
    if (own.origin == Origin::default_) return Decision::go_on;  // the yardstick
    std::vector<const TrialRow*> rows;
    for (std::size_t i = 0; i < view.size(); ++i)
      if (last_step(view[i]) >= step) rows.push_back(&view[i]);
    const std::vector<double> scores = rung_scores(rows, step, view.objectives());
    const double score = scores[static_cast<std::size_t>(std::ranges::find(rows, &own) - rows.begin())];
    std::size_t better = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
      better += scores[i] < score || (scores[i] == score && rows[i]->number < trial);
    return better < std::max<std::size_t>(1, rows.size() / eta_) ? Decision::go_on : Decision::stop;
  }

 private:
  std::size_t eta_;
  std::vector<std::int64_t> rungs_;
};

}  // namespace

constinit const PrunerInfo asha_pruner_info{
    .name = "asha",
    .summary = "Trials pause at rungs; the best third of each goes on, resumed from its checkpoint.",
    .paper = "Li et al., MLSys 2020",
    .options = options,
    .make = [](std::span<const double> values, const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
      const auto eta = static_cast<std::int64_t>(values[0]);
      auto rungs = asha_rungs(setup.max_step, eta, static_cast<std::int64_t>(values[1]));
      if (values[2] != 0) return std::make_unique<StoppingAsha>(static_cast<std::size_t>(eta), std::move(rungs));
      return std::make_unique<Asha>(RungRace{static_cast<std::size_t>(eta), std::move(rungs)});
    }};

}  // namespace hone

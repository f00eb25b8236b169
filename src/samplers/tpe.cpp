/// Tree-structured Parzen Estimator: one mixture of product kernels over the good trials, one over the others; the
/// proposal is the candidate, drawn from the first, with the largest ratio of the two.
///
/// Running and waiting trials count as bad, so that parallel workers keep apart; failed ones too, so that the search
/// does not return to where training diverges. Conditions by ancestral sampling: parents first, then their children
/// only from kernels whose trial had them active, each reweighted by its likelihood on what has been drawn; scores
/// compare active axes only.
///
/// A branch that none of the best trials is in would have only the prior to draw its children from: each visit a random
/// one, so the branch never shows what it is worth, and the search stays in the first branch that was lucky. Two
/// remedies. Where the common split leaves a conditional group less than its tenth, the group splits its own trials,
/// and its axes are modelled independently of their parents. And in some proposals, mostly early ones, the parents are
/// chosen first, by their own ratio; all candidates then compete in that branch only, and a branch that nobody knows
/// well is not outbid by kernels of one that is known.
///
/// Source: Bergstra et al., NeurIPS 2011; Watanabe, arXiv 2304.11127; constants of Optuna 5. Differs in the ancestral
/// sampling, the splits of branches and the settled parents (our own), in weights by rank (tpe_split.hpp) and in the
/// least bandwidth (math/parzen.hpp, tpe_mixture.cpp).
///
/// Cost: O(candidates * axes * trials) float operations. Median CPU time per proposal with 10 axes, 1000 trials, memo
/// kept: 0.18 ms if all are continuous, 0.16 ms if mixed, 0.37 ms if all are fine logarithmic grids (2 cores AMD EPYC,
/// AVX2; bench/suggest_bench.cpp).
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/elementary.hpp"
#include "samplers/points.hpp"
#include "samplers/tpe_mixture.hpp"

namespace hone {
namespace {

constexpr OptionRow options[] = {
    {"startup_trials", 10, 0, 1e6, true, "Sobol points until that many trials have a usable result."},
    {"candidates", 24, 1, 1024, true, "Draws from the good mixture per proposal."},
};

/// With n trials, min(1, this / n) of the proposals choose their branch before its children are drawn: what branches
/// are worth is learnt early.
constexpr double settled_trials = 20;

/// A kernel of the good mixture, by its likelihood on the axes that were drawn before times its weight.
std::size_t choose_kernel(const TpeMixture& good, std::span<const float> carried, Rng& rng) {
  float top = carried[good.global[0]];
  for (const std::uint32_t global : good.global) top = std::max(top, carried[global]);
  std::vector<double> mass(good.global.size());
  double sum = 0;
  for (std::size_t k = 0; k < mass.size(); ++k)
    sum += mass[k] = double{good.weight[k]} *
                     (carried[good.global[k]] == top ? 1 : portable_exp(double{carried[good.global[k]] - top}));
  double left = rng.uniform() * sum;
  for (std::size_t k = 0; k < mass.size(); ++k)
    if ((left -= mass[k]) < 0) return k;
  return mass.size() - 1;
}

/// The sides of a conditional group's own trials, if the best of all trials leave it fewer good ones than a tenth of
/// them; nothing otherwise.
std::optional<TpeSides> own_sides(const View& view, const TpeMemo& memo, const TpeGroup& group, const TpeSides& sides) {
  if (group.always) return std::nullopt;
  std::vector<std::uint32_t> rows;
  std::size_t good = 0;
  for (const std::uint32_t row : std::span(group.row).subspan(1)) {
    rows.push_back(memo.rows[row - 1]);
    good += sides.good_index[row] > 0 ? 1 : 0;
  }
  const TrialSplit split = split_trials(view, memo.standings, rows);
  if (split.good.size() <= good) return std::nullopt;
  return make_sides(memo.rows.size(), memo.places(split.good), split.weight);
}

/// Lets every candidate go on from what the best one has drawn so far, so that all of them compete in its branch.
void settle_parents(TpeCandidates& candidates, TpeCarry& good, TpeCarry& bad) {
  const auto best = static_cast<std::size_t>(std::ranges::max_element(candidates.score) - candidates.score.begin());
  for (std::size_t c = 0; c < candidates.point.size(); ++c) {
    if (c == best) continue;
    candidates.point[c] = candidates.point[best];
    candidates.active[c] = candidates.active[best];
    candidates.score[c] = candidates.score[best];
    std::ranges::copy(good.of(best), good.of(c).begin());
    std::ranges::copy(bad.of(best), bad.of(c).begin());
  }
}

/// Draws every candidate group by group and scores it on the way.
TpeCandidates draw_candidates(const View& view, TpeMemo& memo, const TpeSides& sides, std::size_t count, Rng& rng) {
  const Space& space = view.space();
  const std::size_t axes = space.axes().size();
  TpeCandidates candidates{std::vector<Point>(count, Point(axes, 0.5)), std::vector<Mask>(count, Mask(axes, 0)),
                           std::vector<double>(count, 0)};
  for (const std::size_t axis : space.order())  // constants belong to no group
    if (space.axes()[axis].levels == 1)
      for (Mask& mask : candidates.active) mask[axis] = 1;

  TpeCarry good, bad;
  good.kernels = sides.good_weight.size();
  good.term.assign(count * good.kernels, 0);
  bad.kernels = sides.bad_weight.size();
  bad.term.assign(memo.groups.size() > 1 ? count * bad.kernels : 0, 0);

  const bool settles = memo.groups.size() > 1 && rng.uniform() * static_cast<double>(view.size()) < settled_trials;
  bool carried = false;
  std::vector<std::size_t> which;
  for (TpeGroup& group : memo.groups) {
    which.clear();
    for (std::size_t c = 0; c < count; ++c) {
      if (!group.always && !space.is_active(group.condition_axis, candidates.point[c], candidates.active[c])) continue;
      for (const TpeColumn& column : group.columns) candidates.active[c][column.axis] = 1;
      which.push_back(c);
    }
    if (which.empty()) continue;
    // Kernels of a split of its own carry no likelihood in, and hand none on: the axes before were split otherwise.
    const std::optional<TpeSides> own = own_sides(view, memo, group, sides);
    TpeCarry own_good, own_bad;
    if (own) {
      own_good.kernels = own->good_weight.size();
      own_good.term.assign(count * own_good.kernels, 0);
    }
    TpeCarry &good_in = own ? own_good : good, &bad_in = own ? own_bad : bad;
    TpeGroupMixtures mixtures = make_mixtures(group, own ? *own : sides);
    for (const std::size_t c : which) {
      const std::size_t kernel = choose_kernel(mixtures.good, good_in.of(c), rng);
      draw_from_kernel(space, group, mixtures.good, kernel, rng, candidates.point[c]);
    }
    const bool given = carried && !own, last = own || &group == &memo.groups.back();
    const auto log_good = log_densities(space, group, mixtures.good, candidates, which, good_in, given, last);
    const auto log_bad = log_densities(space, group, mixtures.bad, candidates, which, bad_in, given, last);
    for (std::size_t i = 0; i < which.size(); ++i) candidates.score[which[i]] += log_good[i] - log_bad[i];
    if (settles && group.always) settle_parents(candidates, good, bad);
    carried = true;
  }
  return candidates;
}

class Tpe final : public Sampler {
 public:
  Tpe(std::size_t startup_trials, std::size_t candidates) : startup_trials_(startup_trials), candidates_(candidates) {}

  Result<Proposal> suggest(const View& view, const AskContext& context, Memo* memo) const override {
    TpeMemo fresh;
    auto* const kept = dynamic_cast<TpeMemo*>(memo);
    TpeMemo& state = kept ? *kept : fresh;
    state.advance(view);
    const TrialSplit split = state.split(view);
    if (split.ranked < std::max<std::size_t>(startup_trials_, 1))
      return Proposal{qmc_point(view.space(), context, context.trial), "qmc",
                      fmt::format("start: {} of {} results", split.ranked, startup_trials_)};

    Rng rng(context.study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(context.trial),
            static_cast<std::uint32_t>(context.attempt));
    state.hold(view, split.good);
    const TpeSides sides = make_sides(state.rows.size(), state.places(split.good), split.weight);
    TpeCandidates candidates = draw_candidates(view, state, sides, candidates_, rng);
    const auto best = static_cast<std::size_t>(std::ranges::max_element(candidates.score) - candidates.score.begin());
    return Proposal{std::move(candidates.point[best]), "tpe",
                    fmt::format("{} good against {} others, log ratio {:.2f}", split.good.size(),
                                state.rows.size() - split.good.size(), candidates.score[best])};
  }
  std::unique_ptr<Memo> make_memo() const override { return std::make_unique<TpeMemo>(); }

 private:
  std::size_t startup_trials_, candidates_;
};

}  // namespace

constinit const SamplerInfo tpe_sampler_info{
    .name = "tpe",
    .summary = "Models good and bad trials apart; for any space, conditions included.",
    .paper = "Bergstra et al., NeurIPS 2011",
    .options = options,
    .make = [](std::span<const double> values) -> std::unique_ptr<Sampler> {
      return std::make_unique<Tpe>(static_cast<std::size_t>(values[0]), static_cast<std::size_t>(values[1]));
    }};

}  // namespace hone

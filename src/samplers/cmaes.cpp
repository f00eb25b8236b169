/// CMA-ES: a normal distribution that follows the better trials, generation by generation, and categories beside it.
///
/// Which trials make a generation follows from the view alone: those that this sampler proposed, in the order in which
/// they finished, so many at a time. Nobody waits for a generation to be complete: until then further trials are drawn
/// from the same distribution, and whichever finish first make the next generation, so that no trial is wasted whatever
/// the number of workers. Where trials pause, which has no place in that order, they count by number with what they
/// have reported. A distribution that has become a point, or stands still, is restarted elsewhere with twice the
/// population (IPOP). Trials that were there before the first of its own start it, if they are ten or more.
///
/// Source: Hansen, arXiv 1604.00772; restarts: Auger, Hansen, CEC 2005; integers and categories after Hamano et al.,
/// arXiv 2504.07884 (CatCMA with margin), with a plain rate for the categories; warm start: Nomura et al., AAAI 2021.
/// Several objectives are one at a time, by weights that are drawn for each generation (ParEGO, Knowles 2006).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "base/elementary.hpp"
#include "samplers/cmaes_distribution.hpp"
#include "samplers/sampler.hpp"
#include "samplers/tpe_split.hpp"

namespace hone {
namespace {

constexpr OptionRow options[] = {
    {"sigma", 0.25, 1e-3, 1, false, "Deviation of the first trials from the middle, of each axis' range."},
    {"population", 0, 0, 10000, true, "Trials of a generation; 0: 4 + 3 ln(axes)."},
    {"warm_start", 1, 0, 1, true, "1: ten trials or more of other samplers, if there are, say where to begin."},
};

constexpr std::size_t warm_trials = 10;
constexpr double point_like = 1e-9;     // deviation of every axis at which a distribution says nothing new
constexpr double condition_max = 1e14;  // of its half-axes, squared
constexpr double flat = 1e-12;          // spread of the best values of several generations that means standstill
// What random numbers are for, beside those of a trial.
constexpr std::uint32_t of_generation = 1u << 20, of_restart = 1u << 21, of_weights = 1u << 22;

using Rows = std::vector<const TrialRow*>;

/// Lower is better; compared as a whole.
using Merit = std::tuple<TrialStanding::Kind, double, double, std::int64_t>;

/// Everything that the finished generations have led to.
struct CmaMemo final : Memo {
  std::optional<CmaDistribution> distribution;
  std::size_t generations = 0, restarts = 0;
  Revision seen = 0;           ///< of the last view
  std::size_t settled = 0;     ///< so many trials at the beginning had finished then
  bool begun = false;          ///< was one of the trials its own?
  Revision taken = 0;          ///< trials that finished up to here are in the distribution or in `waiting`
  std::size_t taken_rows = 0;  ///< so many trials at the beginning are among those
  std::vector<std::uint32_t> waiting;
  std::vector<double> recent_best;  ///< of the generations since the last restart
};

class Cmaes final : public Sampler {
 public:
  Cmaes(double sigma, std::size_t population, bool warm) : sigma_(sigma), population_(population), warm_(warm) {}

  Result<Proposal> suggest(const View& view, const AskContext& context, Memo* memo) const override {
    CmaMemo fresh;
    auto* const given = dynamic_cast<CmaMemo*>(memo);
    if (given && view.revision() < given->seen) *given = {};  // the view of a replay
    CmaMemo& known = given ? *given : fresh;
    known.seen = view.revision();
    bool pausing = false;
    for (std::size_t i = known.settled; i < view.size(); ++i) {
      pausing = pausing || view[i].state == TrialState::paused;
      known.begun = known.begun || view[i].arm == "cmaes";
    }
    while (known.settled < view.size() && is_finished(view[known.settled].state)) ++known.settled;
    // Before the first own trial is there, each ask may begin elsewhere.
    CmaMemo own;
    CmaMemo& state = pausing || !known.begun ? own : known;
    const CmaAxes axes(view.space());
    if (!state.distribution) begin(view, axes, state);
    if (pausing) {
      for (std::size_t i = 0; i < view.size(); ++i)
        if (view[i].arm == "cmaes" && standing(view[i]).kind != TrialStanding::Kind::pending)
          state.waiting.push_back(static_cast<std::uint32_t>(i));
    } else {
      take_finished(view, state);
    }
    while (state.waiting.size() >= state.distribution->population()) advance(view, axes, context, state);

    Rng rng(context.study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(context.trial),
            static_cast<std::uint32_t>(context.attempt));
    return Proposal{state.distribution->sample(view.space(), rng), "cmaes",
                    fmt::format("generation {} of {} trials, deviation {:.2g}, restart {}", state.generations,
                                state.distribution->population(), state.distribution->widest(), state.restarts)};
  }
  std::unique_ptr<Memo> make_memo() const override { return std::make_unique<CmaMemo>(); }

 private:
  std::size_t population(const CmaAxes& axes, std::size_t restarts) const {
    const double d = static_cast<double>(std::max<std::size_t>(axes.ordered.size() + axes.categories.size(), 1));
    const auto first = population_ > 0 ? std::max<std::size_t>(population_, 2)
                                       : static_cast<std::size_t>(4 + std::floor(3 * portable_log(d)));
    return first << std::min<std::size_t>(restarts, 10);
  }

  /// In the middle, or where the trials before the first own one were good.
  void begin(const View& view, const CmaAxes& axes, CmaMemo& state) const {
    const Space& space = view.space();
    const Point middle = space.default_point().value_or(Point(space.axes().size(), 0.5));
    state.distribution.emplace(space, axes, middle, sigma_, population(axes, 0));
    Revision first_own = std::numeric_limits<Revision>::max();
    for (std::size_t i = 0; i < view.size(); ++i)
      if (view[i].arm == "cmaes") {
        first_own = view[i].seen;
        break;
      }
    std::vector<TrialStanding> standings(view.size());
    std::size_t usable = 0;
    for (std::size_t i = 0; i < view.size(); ++i) {
      const TrialRow& row = view[i];
      if (row.arm == "cmaes" || !is_finished(row.state) || row.finished > first_own) continue;
      standings[i] = standing(row);
      usable += standings[i].kind == TrialStanding::Kind::complete ? 1 : 0;
    }
    if (!warm_ || usable < warm_trials) return;
    Rows good;
    for (const std::uint32_t i : split_trials(view, standings).good) good.push_back(&view[i]);
    if (!good.empty()) state.distribution->start_from(space, good);
  }

  static void take_finished(const View& view, CmaMemo& state) {
    const std::size_t before = state.waiting.size();
    Revision newest = state.taken;
    for (std::size_t i = state.taken_rows; i < view.size(); ++i) {
      const TrialRow& row = view[i];
      if (row.arm != "cmaes" || row.finished <= state.taken) continue;
      state.waiting.push_back(static_cast<std::uint32_t>(i));
      newest = std::max(newest, row.finished);
    }
    std::sort(state.waiting.begin() + static_cast<std::ptrdiff_t>(before), state.waiting.end(),
              [&](std::uint32_t a, std::uint32_t b) { return view[a].finished < view[b].finished; });
    state.taken = newest;
    while (state.taken_rows < view.size() && is_finished(view[state.taken_rows].state)) ++state.taken_rows;
  }

  /// The first of the waiting trials become a generation; then a restart if the distribution has nothing more to give.
  void advance(const View& view, const CmaAxes& axes, const AskContext& context, CmaMemo& state) const {
    const std::size_t size = state.distribution->population();
    const auto number = static_cast<std::uint32_t>(state.generations);
    Rows rows;
    for (std::size_t i = 0; i < size; ++i) rows.push_back(&view[state.waiting[i]]);
    state.waiting.erase(state.waiting.begin(), state.waiting.begin() + static_cast<std::ptrdiff_t>(size));
    const std::vector<Merit> merits = judged(rows, view.objectives(), context.study_seed, number);
    std::vector<std::size_t> order(size);
    for (std::size_t i = 0; i < size; ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) { return merits[i]; });
    Rows best_first;
    for (const std::size_t i : order) best_first.push_back(rows[i]);
    Rng rng(context.study_seed, RngPurpose::suggest, number, of_generation);
    state.distribution->update(view.space(), best_first, rng);
    ++state.generations;
    const Merit& best = merits[order[0]];
    const bool measured = std::get<0>(best) == TrialStanding::Kind::complete;
    state.recent_best.push_back(measured ? std::get<1>(best) : std::numeric_limits<double>::infinity());
    if (is_spent(axes, state)) restart(view.space(), axes, context, state);
  }

  /// Rank keys: for several objectives the augmented Tchebycheff sum of the values scaled to the generation's range.
  static std::vector<Merit> judged(const Rows& rows, std::size_t objectives, std::uint64_t seed, std::uint32_t number) {
    std::vector<double> weights(objectives, 1.0), low(objectives, std::numeric_limits<double>::infinity()), high;
    for (double& l : low) high.push_back(-l);
    if (objectives > 1) {
      Rng rng(seed, RngPurpose::suggest, number, of_weights);
      double sum = 0;
      for (double& weight : weights) sum += weight = -portable_log(1 - rng.uniform());
      for (double& weight : weights) weight /= sum;
    }
    std::vector<Merit> merits;
    for (const TrialRow* row : rows) {
      const TrialStanding own = standing(*row);
      merits.emplace_back(own.kind, own.first, own.second, row->number);
      for (std::size_t m = 0; own.kind == TrialStanding::Kind::complete && m < objectives; ++m) {
        low[m] = std::min(low[m], row->values[m]);
        high[m] = std::max(high[m], row->values[m]);
      }
    }
    for (std::size_t r = 0; objectives > 1 && r < rows.size(); ++r) {
      if (std::get<0>(merits[r]) != TrialStanding::Kind::complete) continue;
      double largest = 0, sum = 0;
      for (std::size_t m = 0; m < objectives; ++m) {
        const double scaled = high[m] > low[m] ? (rows[r]->values[m] - low[m]) / (high[m] - low[m]) : 0;
        largest = std::max(largest, weights[m] * scaled);
        sum += weights[m] * scaled;
      }
      std::get<1>(merits[r]) = largest + 0.05 * sum;
    }
    return merits;
  }

  static bool is_spent(const CmaAxes& axes, const CmaMemo& state) {
    if (axes.ordered.empty()) return false;
    if (state.distribution->condition() > condition_max) return true;
    if (axes.discrete == 0 && state.distribution->widest() < point_like) return true;
    const std::size_t window = 10 + 30 * axes.ordered.size() / state.distribution->population();
    if (state.recent_best.size() < window) return false;
    const auto recent = std::span(state.recent_best).last(window);
    const auto [low, high] = std::ranges::minmax(recent);
    return std::isfinite(low) && high - low <= flat * std::max(1.0, std::abs(low));
  }

  void restart(const Space& space, const CmaAxes& axes, const AskContext& context, CmaMemo& state) const {
    ++state.restarts;
    Rng rng(context.study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(state.restarts), of_restart);
    Point mean(space.axes().size());
    for (double& unit : mean) unit = rng.uniform();
    state.distribution.emplace(space, axes, mean, sigma_, population(axes, state.restarts));
    state.recent_best.clear();
  }

  double sigma_;
  std::size_t population_;
  bool warm_;
};

}  // namespace

constinit const SamplerInfo cmaes_sampler_info{
    .name = "cmaes",
    .summary = "CMA-ES: a normal distribution that follows the better trials; from a few hundred cheap trials on.",
    .paper = "Hansen, arXiv 1604.00772",
    .options = options,
    .make = [](std::span<const double> values) -> std::unique_ptr<Sampler> {
      return std::make_unique<Cmaes>(values[0], static_cast<std::size_t>(values[1]), values[2] != 0);
    }};

}  // namespace hone

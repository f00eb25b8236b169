/// Bayesian optimisation with a Gaussian process: Matern 5/2 with a length for each axis, over spaces with categories
/// and conditions, the logarithm of the expected improvement, fantasies of running trials.
///
/// The process is fitted anew when the results have grown by a tenth, always from the same start and to the first so
/// many results: what it is fitted to is a function of the study, whoever asks. Values are taken as they are, or
/// through a Yeo-Johnson transformation, whichever predicts left-out values better. The incumbent is the best mean at a
/// point that was tried, which under noise is not the best value seen.
///
/// Source: Snoek, Larochelle, Adams, NeurIPS 2012; priors of Hvarfner, Hellsten, Nardi, ICML 2024 (lengths) and of
/// Optuna (noise); Ament et al., NeurIPS 2023 (logarithm); Cowen-Rivers et al., JAIR 2022 (warped values). Two
/// or three objectives: gp_front.hpp; more of them are one at a time by ParEGO (Knowles 2006). Constraints have
/// processes of their own (Gardner et al. 2014).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/elementary.hpp"
#include "samplers/gp_front.hpp"
#include "samplers/points.hpp"

namespace hone {
namespace {

constexpr OptionRow options[] = {
    {"startup_trials", 0, 0, 1e6, true, "Sobol points until that many trials have finished; 0: axes + 1, 5 to 10."},
    {"candidates", 512, 16, 1e5, true, "Points at which the acquisition is first looked at."},
    {"starts", 4, 1, 64, true, "Local searches from the best of them."},
    {"points", 500, 20, 3000, true, "Results that the model takes: of more, the best and the latest ones."},
};

constexpr std::size_t near_trials = 5;     // best points that candidates are drawn around
constexpr double stalled_distance = 1e-3;  // of proposals that repeat what is known
constexpr std::size_t stalled_trials = 3;
// What random numbers are for, beside those of the search.
constexpr std::uint32_t weights_of_trial = 1u << 20, weights_of_fit = 1u << 21, fantasies_of_trial = 1u << 22;

/// The fit, and the factor that grows as results come in.
struct GpMemo final : Memo {
  std::size_t fitted = 0;                 ///< results that `fit` knows
  std::vector<GpFit> fits;                ///< one; of two or three objectives one for each
  std::vector<GpParameters> feasibility;  ///< one for each constraint
  GpParameters parameters;                ///< those of the fit, with more noise if the matrix could not be factored
  std::vector<std::uint32_t> rows;        ///< of `factor`, in order
  std::vector<double> repeats;
  std::optional<GpPoints> points;
  Cholesky factor;

  /// Starts again without rows.
  void clear(const Space& space, std::size_t room) {
    points.emplace(space);
    rows.clear();
    repeats.clear();
    factor = Cholesky(room);
  }
};

double largest_difference(std::span<const double> a, std::span<const double> b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

/// Were the last proposals all next to points that had been tried before?
bool is_stalled(const View& view) {
  std::size_t stalled = 0;
  for (std::size_t i = view.size(); i-- > 0 && stalled < stalled_trials;) {
    if (view[i].arm != "gp") return false;
    bool near = false;
    for (std::size_t j = 0; j < i && !near; ++j)
      near = largest_difference(view[i].point, view[j].point) < stalled_distance;
    if (!near) return false;
    ++stalled;
  }
  return stalled == stalled_trials;
}

/// Drawn for each trial anew, uniform over the simplex; of a fit for its number of results.
std::vector<double> objective_weights(const View& view, std::uint64_t study_seed, std::uint32_t number,
                                      std::uint32_t purpose) {
  if (view.objectives() == 1) return {1};
  Rng rng(study_seed, RngPurpose::suggest, number, purpose);
  std::vector<double> weights(view.objectives());
  double sum = 0;
  for (double& weight : weights) sum += weight = -portable_log(1 - rng.uniform());
  for (double& weight : weights) weight /= sum;
  return weights;
}

class Gp final : public Sampler {
 public:
  Gp(std::size_t startup_trials, GpSearchOptions search, std::size_t points)
      : startup_trials_(startup_trials), search_(search), points_(points) {}

  Result<Proposal> suggest(const View& view, const AskContext& context, Memo* memo) const override {
    const Space& space = view.space();
    const std::vector<GpObservation> all = gp_observations(
        view, view.size(),
        objective_weights(view, context.study_seed, static_cast<std::uint32_t>(context.trial), weights_of_trial));
    const GpPoints none(space);
    const std::size_t wanted = startup_trials_ > 0 ? startup_trials_ : std::clamp<std::size_t>(none.axes() + 1, 5, 10);
    std::size_t results = 0;
    for (const GpObservation& o : all) results += static_cast<std::size_t>(o.repeats);
    if (results < std::max<std::size_t>(wanted, 2) || none.axes() == 0)
      return Proposal{qmc_point(space, context, context.trial), "qmc",
                      fmt::format("start: {} of {} results", results, wanted)};

    GpMemo fresh;
    auto* const kept = dynamic_cast<GpMemo*>(memo);
    GpMemo& state = kept ? *kept : fresh;
    refit(view, context.study_seed, state);
    if (is_front(view)) return propose_by_front(view, context, {state.fits, state.feasibility, search_, points_});
    return propose(view, context, selected(all, points_), state);
  }
  std::unique_ptr<Memo> make_memo() const override { return std::make_unique<GpMemo>(); }

 private:
  static bool is_front(const View& view) { return view.objectives() == 2 || view.objectives() == 3; }

  /// Fits to the first results, as many as fitted_with() says, unless that is what `state` has.
  void refit(const View& view, std::uint64_t study_seed, GpMemo& state) const {
    std::size_t finished = 0;
    for (std::size_t i = 0; i < view.size(); ++i) finished += is_finished(view[i].state) ? 1 : 0;
    const std::size_t wanted = fitted_with(finished);
    if (state.fitted == wanted) return;
    state.fits.clear();
    const auto fit_by = [&](const std::vector<double>& weights) {
      std::vector<GpObservation> observations = gp_observations(view, wanted, weights);
      if (observations.size() < 2)
        observations = gp_observations(view, finished, weights);  // the first ones all failed
      state.fits.push_back(fit(view, selected(std::move(observations), points_)));
    };
    if (is_front(view))
      for (std::size_t m = 0; m < view.objectives(); ++m) fit_by(only_objective(view.objectives(), m));
    else
      fit_by(objective_weights(view, study_seed, static_cast<std::uint32_t>(wanted), weights_of_fit));
    state.feasibility = fit_feasibility(view, gp_constraint_data(view, wanted, points_), iterations_for(wanted));
    state.fitted = wanted;
    state.points.reset();
  }

  /// Lets the factor have these rows; what it has is kept if they are its first ones. Points that are too near to each
  /// other for the matrix to be factored get more noise.
  static void update_factor(const View& view, std::span<const GpObservation> observations, GpMemo& state) {
    bool grows = state.points.has_value() && state.rows.size() <= observations.size();
    for (std::size_t i = 0; grows && i < state.rows.size(); ++i)
      grows = state.rows[i] == observations[i].row && state.repeats[i] == observations[i].repeats;
    if (!grows) {
      state.clear(view.space(), observations.size() + 32);
      state.parameters = state.fits.front().parameters;
    }
    while (!add_rows(view, observations, state)) {
      state.clear(view.space(), observations.size() + 32);
      state.parameters.noise *= 10;
    }
  }
  static bool add_rows(const View& view, std::span<const GpObservation> observations, GpMemo& state) {
    for (std::size_t i = state.rows.size(); i < observations.size(); ++i) {
      const TrialRow& row = view[observations[i].row];
      state.points->add(row.point, row.active);
      state.rows.push_back(observations[i].row);
      state.repeats.push_back(observations[i].repeats);
    }
    return extend_factor(state.factor, *state.points, state.repeats, state.parameters);
  }

  Result<Proposal> propose(const View& view, const AskContext& context, std::span<const GpObservation> observations,
                           GpMemo& state) const {
    const Space& space = view.space();
    update_factor(view, observations, state);
    const std::size_t n = observations.size();
    const std::vector<double> values = values_of(observations);
    const double lambda = state.fits.front().lambda;
    const std::vector<double> y = warped(values, lambda);
    std::vector<double> alpha(state.factor.padded(), 0.0);
    std::ranges::copy(y, alpha.begin());
    state.factor.solve_transposed(alpha.data());
    state.factor.solve(alpha.data());
    std::optional<double> best;
    for (std::size_t i = 0; i < n; ++i) {  // the mean at a point that was tried
      const double mean = y[i] - state.parameters.noise / state.repeats[i] * alpha[i];
      if (observations[i].violation == 0) best = std::min(best.value_or(mean), mean);
    }

    // Running trials stand behind the finished ones while this proposal is looked for.
    const std::size_t running = add_running(view, *state.points, state.repeats, state.parameters, state.factor);
    Rng rng(context.study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(context.trial),
            fantasies_of_trial + static_cast<std::uint32_t>(context.attempt));
    std::optional<GpFeasibility> feasibility;
    const GpConstraintData constraints = gp_constraint_data(view, view.size(), points_);
    if (constraints.constraints > 0 && constraints.constraints == state.feasibility.size())
      feasibility.emplace(view, constraints, state.feasibility);
    if (!feasibility && !best) best = *std::ranges::min_element(y);
    const GpSurface surface(*state.points, state.factor, state.parameters);
    const GpAcquisition acquisition(surface, y, running, best, feasibility ? &*feasibility : nullptr, rng);
    const std::vector<GpCandidate> found =
        search_acquisition(space, *state.points, acquisition, state.parameters.weights,
                           best_points(view, observations, near_trials), context, search_);
    const GpCandidate& chosen = choose(view, found, acquisition);
    Proposal proposal{chosen.point, "gp",
                      fmt::format("{} {:.2f} by {} results, lambda {:.2f}, noise {:.1e}",
                                  !best         ? "log feasibility"
                                  : feasibility ? "log feasible improvement"
                                                : "log improvement",
                                  chosen.value, n, lambda, state.parameters.noise)};
    state.points->shrink(n);
    state.factor.shrink(n);
    state.repeats.resize(n);
    return proposal;
  }

  /// The best one that has not been tried; where the search stands still, of the better fifth the one that is known
  /// least.
  static const GpCandidate& choose(const View& view, const std::vector<GpCandidate>& found,
                                   const GpAcquisition& acquisition) {
    if (is_stalled(view)) {
      const GpCandidate* widest = nullptr;
      double deviation = 0;
      for (std::size_t i = 0; i < found.size() / 5 + 1; ++i) {
        const double own = acquisition.belief(found[i].point, found[i].active).deviation;
        if (own > deviation && !was_tried(view, found[i].point)) {
          deviation = own;
          widest = &found[i];
        }
      }
      if (widest) return *widest;
    }
    return first_new(view, found);
  }

  std::size_t startup_trials_;
  GpSearchOptions search_;
  std::size_t points_;
};

}  // namespace

constinit const SamplerInfo gp_sampler_info{
    .name = "gp",
    .summary = "A Gaussian process and expected improvement: for expensive trials, up to a few hundred of them.",
    .paper = "Snoek et al., NeurIPS 2012",
    .options = options,
    .make = [](std::span<const double> values) -> std::unique_ptr<Sampler> {
      GpSearchOptions search;
      search.candidates = static_cast<std::size_t>(values[1]);
      search.starts = static_cast<std::size_t>(values[2]);
      return std::make_unique<Gp>(static_cast<std::size_t>(values[0]), search, static_cast<std::size_t>(values[3]));
    }};

}  // namespace hone

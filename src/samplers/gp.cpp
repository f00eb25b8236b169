/// Bayesian optimisation with a Gaussian process: Matern 5/2 with a length for each axis, over spaces with categories
/// and conditions, the logarithm of the expected improvement, fantasies of running trials.
///
/// The process is fitted anew when the results have grown by a tenth, always from the same start and to the first so
/// many results: what it is fitted to is a function of the study, whoever asks. Values are taken as they are, or
/// through a Yeo-Johnson transformation, whichever predicts left-out values better. The incumbent is the best mean at a
/// point that was tried, which under noise is not the best value seen.
///
/// Source: Snoek, Larochelle, Adams, NeurIPS 2012; priors of Hvarfner, Hellsten, Nardi, ICML 2024 (lengths) and of
/// Optuna (noise); Ament et al., NeurIPS 2023 (logarithm); Cowen-Rivers et al., JAIR 2022 (warped values). Several
/// objectives are one at a time by ParEGO (Knowles 2006).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/elementary.hpp"
#include "samplers/gp_observations.hpp"
#include "samplers/gp_search.hpp"
#include "samplers/gp_warp.hpp"
#include "samplers/points.hpp"

namespace hone {
namespace {

constexpr OptionRow options[] = {
    {"startup_trials", 0, 0, 1e6, true, "Sobol points until that many trials have finished; 0: axes + 1, 5 to 10."},
    {"candidates", 512, 16, 1e5, true, "Points at which the acquisition is first looked at."},
    {"starts", 4, 1, 64, true, "Local searches from the best of them."},
    {"points", 500, 20, 3000, true, "Results that the model takes: of more, the best and the latest ones."},
};

constexpr std::size_t warped_from = 8;     // results below which values are taken as they are
constexpr double warp_margin = 1;          // what the transformation must gain, in ln of the density of all values
constexpr std::size_t near_trials = 5;     // best points that candidates are drawn around
constexpr double stalled_distance = 1e-3;  // of proposals that repeat what is known
constexpr std::size_t stalled_trials = 3;
// What random numbers are for, beside those of the search.
constexpr std::uint32_t weights_of_trial = 1u << 20, weights_of_fit = 1u << 21, fantasies_of_trial = 1u << 22;

/// Results of the fit that is used with n of them: 2, 3, ... 20, then a tenth more each time.
std::size_t fitted_with(std::size_t n) {
  std::size_t m = std::min<std::size_t>(n, 20);
  for (std::size_t next = m + m / 10; m >= 20 && next <= n; next = m + m / 10) m = next;
  return m;
}

int iterations_for(std::size_t n) {
  return n <= 50 ? 50 : n <= 200 ? 35 : 25;
}

struct GpFit {
  double lambda = 1;
  GpParameters parameters;
};

/// The fit, and the factor that grows as results come in.
struct GpMemo final : Memo {
  std::size_t fitted = 0;  ///< results that `fit` knows
  GpFit fit;
  GpParameters parameters;          ///< those of the fit, with more noise if the matrix could not be factored
  std::vector<std::uint32_t> rows;  ///< of `factor`, in order
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

std::vector<double> values_of(std::span<const GpObservation> observations) {
  std::vector<double> values;
  for (const GpObservation& o : observations) values.push_back(o.value);
  return values;
}
std::vector<double> warped(std::span<const double> values, const GpWarp& warp) {
  std::vector<double> y;
  for (const double value : values) y.push_back(warp.apply(value));
  return y;
}

/// With the values as they are and with the most normal form of them; the one that predicts better.
GpFit fit(const View& view, std::span<const GpObservation> observations) {
  GpPoints points(view.space());
  const std::vector<double> values = values_of(observations);
  std::vector<double> repeats;
  for (const GpObservation& o : observations) {
    points.add(view[o.row].point, view[o.row].active);
    repeats.push_back(o.repeats);
  }
  const int iterations = iterations_for(observations.size());
  const auto with = [&](double lambda, double& score) {
    const GpWarp warp = fit_warp(values, lambda);
    const std::vector<double> y = warped(values, warp);
    GpParameters parameters = fit_gp(points, y, repeats, iterations);
    if (observations.size() >= warped_from) {
      score = leave_one_out(points, y, repeats, parameters);
      for (const double value : values) score += warp.log_slope(value);
    }
    return GpFit{lambda, std::move(parameters)};
  };
  double plain_score = 0, warped_score = 0;
  GpFit plain = with(1, plain_score);
  if (observations.size() < warped_from) return plain;
  GpFit bent = with(most_normal_lambda(values), warped_score);
  return warped_score > plain_score + warp_margin ? bent : plain;
}

/// Of more results than the model takes: half the best ones, half the latest.
std::vector<GpObservation> selected(std::vector<GpObservation> all, std::size_t most) {
  if (all.size() <= most) return all;
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return all[i].value; });
  std::vector<bool> kept(all.size());
  for (std::size_t i = 0; i < most / 2; ++i) kept[order[i]] = true;
  std::size_t count = most / 2;
  for (std::size_t i = all.size(); i-- > 0 && count < most;)
    if (!kept[i]) {
      kept[i] = true;
      ++count;
    }
  std::vector<GpObservation> some;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (kept[i]) some.push_back(all[i]);
  return some;
}

double largest_difference(const Point& a, const Point& b) {
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
    return propose(view, context, selected(all, points_), state);
  }
  std::unique_ptr<Memo> make_memo() const override { return std::make_unique<GpMemo>(); }

 private:
  /// Fits to the first results, as many as fitted_with() says, unless that is what `state` has.
  void refit(const View& view, std::uint64_t study_seed, GpMemo& state) const {
    std::size_t finished = 0;
    for (std::size_t i = 0; i < view.size(); ++i) finished += is_finished(view[i].state) ? 1 : 0;
    const std::size_t wanted = fitted_with(finished);
    if (state.fitted == wanted) return;
    const auto weights = objective_weights(view, study_seed, static_cast<std::uint32_t>(wanted), weights_of_fit);
    std::vector<GpObservation> observations = gp_observations(view, wanted, weights);
    if (observations.size() < 2) observations = gp_observations(view, finished, weights);  // the first ones all failed
    state.fit = fit(view, selected(std::move(observations), points_));
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
      state.parameters = state.fit.parameters;
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
    const std::vector<double> y = warped(values, fit_warp(values, state.fit.lambda));
    std::vector<double> alpha(state.factor.padded(), 0.0);
    std::ranges::copy(y, alpha.begin());
    state.factor.solve_transposed(alpha.data());
    state.factor.solve(alpha.data());
    double best = y[0] - state.parameters.noise * alpha[0];
    for (std::size_t i = 0; i < n; ++i)  // the mean at a point that was tried
      best = std::min(best, y[i] - state.parameters.noise / state.repeats[i] * alpha[i]);

    // Running trials stand behind the finished ones while this proposal is looked for.
    std::size_t running = 0;
    for (std::size_t i = 0; i < view.size(); ++i) {
      if (is_finished(view[i].state)) continue;
      state.points->add(view[i].point, view[i].active);
      state.repeats.push_back(1);
      if (extend_factor(state.factor, *state.points, state.repeats, state.parameters)) {
        ++running;
      } else {
        state.points->shrink(n + running);
        state.repeats.pop_back();
      }
    }
    Rng rng(context.study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(context.trial),
            fantasies_of_trial + static_cast<std::uint32_t>(context.attempt));
    const GpAcquisition acquisition(*state.points, state.factor, state.parameters, y, running, best, rng);
    const std::vector<GpCandidate> found = search_acquisition(space, *state.points, acquisition, state.parameters,
                                                              near(view, observations), context, search_);
    const GpCandidate& chosen = choose(view, found, acquisition);
    Proposal proposal{chosen.point, "gp",
                      fmt::format("log improvement {:.2f} by {} results, lambda {:.2f}, noise {:.1e}", chosen.value, n,
                                  state.fit.lambda, state.parameters.noise)};
    state.points->shrink(n);
    state.factor.shrink(n);
    state.repeats.resize(n);
    return proposal;
  }

  static std::vector<Point> near(const View& view, std::span<const GpObservation> observations) {
    std::vector<std::size_t> order(observations.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return observations[i].value; });
    std::vector<Point> points;
    for (std::size_t i = 0; i < std::min(near_trials, order.size()); ++i)
      points.push_back(view[observations[order[i]].row].point);
    return points;
  }

  /// The best one that has not been tried; where the search stands still, of the better fifth the one that is known
  /// least.
  static const GpCandidate& choose(const View& view, const std::vector<GpCandidate>& found,
                                   const GpAcquisition& acquisition) {
    const auto is_new = [&](const GpCandidate& candidate) {
      for (std::size_t i = 0; i < view.size(); ++i)
        if (view[i].point == candidate.point) return false;
      return true;
    };
    if (is_stalled(view)) {
      const GpCandidate* widest = nullptr;
      double deviation = 0;
      for (std::size_t i = 0; i < found.size() / 5 + 1; ++i) {
        const double own = acquisition.belief(found[i].point, found[i].active).deviation;
        if (own > deviation && is_new(found[i])) {
          deviation = own;
          widest = &found[i];
        }
      }
      if (widest) return *widest;
    }
    const auto first = std::ranges::find_if(found, is_new);
    return first == found.end() ? found.front() : *first;
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

/// NSGA-II, from four objectives on NSGA-III: children of the best trials so far, crossed and mutated.
///
/// There are no generations to wait for: as trials finish, in the order in which they do, each is taken into the
/// population if it is among the best; a proposal is a child of two members, each the better of two drawn. So no trial
/// is wasted, whatever the number of workers. Ordered axes are crossed by simulated binary crossover and mutated by a
/// polynomial; categories are swapped and drawn anew. An axis that was inactive in both parents is drawn uniformly.
///
/// Source: Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE TEVC 6, 2002; steady state
/// as in Nebro, Durillo, "On the effect of the steady-state selection scheme in multi-objective genetic algorithms",
/// EMO 2009; Deb, Jain, IEEE TEVC 18, 2014. Cost: O(population^2) for each trial that has finished.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "base/elementary.hpp"
#include "base/rng.hpp"
#include "samplers/nsga2_population.hpp"
#include "samplers/points.hpp"
#include "samplers/tpe_split.hpp"

namespace hone {
namespace {

constexpr OptionRow options[] = {
    {"population", 50, 4, 1000, true, "Trials that parents are chosen from; as many Sobol points come first."},
    {"crossover", 0.9, 0, 1, false, "Share of the proposals that have two parents; the others are mutated copies."},
    {"mutation", 0, 0, 1, false, "Chance of each axis to be mutated; 0: one in so many axes as there are."},
    {"crossover_index", 15, 0, 1000, false, "Of the crossover: large keeps children near their parents."},
    {"mutation_index", 20, 0, 1000, false, "Of the mutation: large keeps mutants near."},
};

struct Settings {
  std::size_t population = 50;
  double crossover = 0.9, mutation = 0, crossover_index = 15, mutation_index = 20;
};

struct Nsga2Memo final : Memo {
  std::vector<Member> population;
  std::size_t usable = 0;  ///< trials that have finished with something to rank by
  Revision taken = 0, seen = 0;
  std::size_t settled = 0;  ///< so many trials at the beginning have finished and are taken in
};

double power(double base, double exponent) {
  return base <= 0 ? 0 : portable_exp(exponent * portable_log(base));
}

/// Simulated binary crossover of one coordinate, without bounds (Deb, Agrawal, 1995).
double crossed(double a, double b, double index, Rng& rng) {
  const double u = rng.uniform();
  const double spread = u <= 0.5 ? power(2 * u, 1 / (index + 1)) : power(1 / (2 * (1 - u)), 1 / (index + 1));
  const double side = rng.uniform() < 0.5 ? 1 : -1;
  return std::clamp(0.5 * (a + b + side * spread * (b - a)), 0.0, 1.0);
}

/// Polynomial mutation within [0, 1] (Deb, Goyal, 1996).
double mutated(double x, double index, Rng& rng) {
  const double u = rng.uniform(), exponent = 1 / (index + 1);
  if (u < 0.5) {
    const double delta = power(2 * u + (1 - 2 * u) * power(1 - x, index + 1), exponent) - 1;
    return std::clamp(x + delta, 0.0, 1.0);
  }
  const double delta = 1 - power(2 * (1 - u) + 2 * (u - 0.5) * power(x, index + 1), exponent);
  return std::clamp(x + delta, 0.0, 1.0);
}

class Nsga2 final : public Sampler {
 public:
  explicit Nsga2(const Settings& settings) : settings_(settings) {}

  Result<Proposal> suggest(const View& view, const AskContext& context, Memo* memo) const override {
    Nsga2Memo fresh;
    auto* const kept = dynamic_cast<Nsga2Memo*>(memo);
    Nsga2Memo& state = kept ? *kept : fresh;
    if (view.revision() < state.seen) state = {};  // the view of a replay
    state.seen = view.revision();
    advance(view, state);
    if (state.usable < settings_.population || state.population.size() < 2)
      return Proposal{qmc_point(view.space(), context, context.trial), "qmc",
                      fmt::format("start: {} of {} results", state.usable, settings_.population)};
    Rng rng(context.study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(context.trial),
            static_cast<std::uint32_t>(context.attempt));
    const TrialRow& first = view[parent(state.population, rng)];
    const TrialRow& second = rng.uniform() < settings_.crossover ? view[parent(state.population, rng)] : first;
    return Proposal{child(view.space(), first, second, rng), "nsga2",
                    fmt::format("of trials {} and {}", first.number, second.number)};
  }
  std::unique_ptr<Memo> make_memo() const override { return std::make_unique<Nsga2Memo>(); }

 private:
  /// Takes in what has finished since, one after another.
  void advance(const View& view, Nsga2Memo& state) const {
    std::vector<std::uint32_t> finished;
    for (std::size_t i = state.settled; i < view.size(); ++i)
      if (is_finished(view[i].state) && view[i].finished > state.taken)
        finished.push_back(static_cast<std::uint32_t>(i));
    while (state.settled < view.size() && is_finished(view[state.settled].state)) ++state.settled;
    std::ranges::sort(finished, {}, [&](std::uint32_t i) { return view[i].finished; });
    for (const std::uint32_t row : finished) {
      state.taken = view[row].finished;
      if (standing(view[row]).kind >= TrialStanding::Kind::bad) continue;
      ++state.usable;
      std::vector<std::uint32_t> rows;
      for (const Member& member : state.population) rows.push_back(member.row);
      rows.push_back(row);
      std::ranges::sort(rows);
      state.population = best_members(view, rows, settings_.population);
    }
  }

  /// The better of two that are drawn.
  static std::uint32_t parent(const std::vector<Member>& population, Rng& rng) {
    const auto count = static_cast<std::uint32_t>(population.size());
    const Member &a = population[rng.below(count)], &b = population[rng.below(count)];
    return std::tie(b.rank, b.crowding) < std::tie(a.rank, a.crowding) ? b.row : a.row;
  }

  Point child(const Space& space, const TrialRow& a, const TrialRow& b, Rng& rng) const {
    const std::size_t axes = space.axes().size();
    const double chance =
        settings_.mutation > 0 ? settings_.mutation : 1 / static_cast<double>(std::max<std::size_t>(axes, 1));
    Point point(axes, 0.5);
    for (std::size_t i = 0; i < axes; ++i) {
      const Axis& axis = space.axes()[i];
      if (axis.levels == 1) continue;
      const bool in_a = a.active[i] != 0, in_b = b.active[i] != 0;
      if (!in_a && !in_b) {
        point[i] = rng.uniform();
        continue;
      }
      const double x = in_a ? a.point[i] : b.point[i], y = in_b ? b.point[i] : a.point[i];
      const bool half = rng.uniform() < 0.5;
      point[i] = !axis.ordered || x == y ? (half ? x : y) : crossed(x, y, settings_.crossover_index, rng);
      if (rng.uniform() >= chance) continue;
      point[i] = axis.ordered ? mutated(point[i], settings_.mutation_index, rng) : rng.uniform();
    }
    return point;
  }

  Settings settings_;
};

}  // namespace

constinit const SamplerInfo nsga2_sampler_info{
    .name = "nsga2",
    .summary = "Evolution by several objectives (NSGA-II, from four on NSGA-III); from a few hundred trials on.",
    .paper = "Deb et al., IEEE TEVC 2002",
    .options = options,
    .make = [](std::span<const double> values) -> std::unique_ptr<Sampler> {
      return std::make_unique<Nsga2>(
          Settings{static_cast<std::size_t>(values[0]), values[1], values[2], values[3], values[4]});
    }};

}  // namespace hone

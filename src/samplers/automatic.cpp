/// The default sampler: the default configuration (or the middle of the space), eight scrambled Sobol points, then the
/// samplers that are best for so many trials, in turn. Which part proposed a trial, and why, is recorded with it.
///
/// A Gaussian process needs the fewest trials as long as there are few; TPE costs a hundredth, does not mind how many
/// there are, and finds its way where the objective has many valleys. So up to 200 results every third trial is TPE's
/// and the others are the process's. Beyond, CMA-ES takes the place of the process if every axis is ordered and always
/// active, NSGA-II if there are several objectives; else all are TPE's. So they are in spaces of more than 50 axes, for
/// more than three objectives at first, and where trials are stopped or paused early: a value after few steps is no
/// value, and TPE ranks trials by how far they came.
///
/// Both find the valley, and are slow to its bottom: a quadratic around the best trial takes every other turn of the
/// process or of CMA-ES, and all turns but one in nine as long as each of its proposals is the best so far. What was
/// measured: docs/decisions/0016-auto.md, 0024-a-quadratic-in-auto.md.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "samplers/points.hpp"
#include "samplers/quadratic.hpp"

namespace hone {
namespace {

constexpr std::int64_t qmc_trials = 8;   // a power of two: the points are a net
constexpr std::int64_t turns = 3;        // of which the last is TPE's
constexpr std::int64_t others_turn = 9;  // every so many trials one that the quadratic never takes
constexpr std::size_t process_results = 200, axes_max = 50, process_objectives = 3;

enum Part { process, evolution, genetic, parzen };

struct AutomaticMemo final : Memo {
  std::array<std::unique_ptr<Memo>, 4> of_part;
  Revision seen = 0;        ///< of the last view
  std::size_t settled = 0;  ///< so many trials at the beginning had finished then
  bool pruned = false;      ///< was one of them pruned?
  QuadraticRegion region;   ///< of them

  /// Takes in what has settled; from the start if the view is an earlier one, that of a replay.
  void advance(const View& view) {
    if (view.revision() < seen) settled = 0, pruned = false, region = {};
    seen = view.revision();
    for (; settled < view.size() && is_finished(view[settled].state); ++settled) {
      pruned = pruned || view[settled].state == TrialState::pruned;
      region.take(view, static_cast<std::uint32_t>(settled));
    }
  }
};

/// The sampler with its own options, but for one.
std::unique_ptr<Sampler> make(const SamplerInfo& info, std::string_view option, double value) {
  std::vector<double> values;
  for (const OptionRow& row : info.options) values.push_back(row.name == option ? value : row.value);
  return info.make(values);
}

class Automatic final : public Sampler {
 public:
  // The first points come from here.
  Automatic()
      : parts_{make(gp_sampler_info, "startup_trials", 2), make(cmaes_sampler_info, "", 0),
               make(nsga2_sampler_info, "", 0), make(tpe_sampler_info, "startup_trials", 1)} {}

  Result<Proposal> suggest(const View& view, const AskContext& context, Memo* memo) const override {
    const Space& space = view.space();
    if (view.size() == 0 && context.trial == 0 && context.attempt == 0) {
      if (auto point = space.default_point())
        return Proposal{std::move(*point), "default", "the default configuration"};
      return Proposal{Point(space.axes().size(), 0.5), "default", "the middle of the space"};
    }
    std::int64_t seen = 0;
    for (std::size_t i = 0; i < view.size() && seen < qmc_trials; ++i) seen += view[i].arm == "qmc" ? 1 : 0;
    if (seen < qmc_trials)
      return Proposal{qmc_point(space, context, seen), "qmc",
                      fmt::format("Sobol point {} of {}", seen + 1, qmc_trials)};
    AutomaticMemo fresh;
    auto* const kept = dynamic_cast<AutomaticMemo*>(memo);
    AutomaticMemo& all = kept ? *kept : fresh;
    all.advance(view);
    const Part usual = part_for(view, all);
    const Part part = context.trial % turns == turns - 1 ? parzen : usual;
    if (usual != parzen) {
      QuadraticRegion region = all.region;
      for (std::size_t i = all.settled; i < view.size(); ++i) region.take(view, static_cast<std::uint32_t>(i));
      const bool succeeds = region.is_succeeding() && context.trial % others_turn != others_turn - 1;
      if (succeeds || (part != parzen && context.trial % 2 == 0))
        if (auto proposal = propose_by_quadratic(view, region, context)) return std::move(*proposal);
    }
    return parts_[part]->suggest(view, context, all.of_part[part].get());
  }
  std::unique_ptr<Memo> make_memo() const override {
    auto memo = std::make_unique<AutomaticMemo>();
    for (std::size_t part = 0; part < parts_.size(); ++part) memo->of_part[part] = parts_[part]->make_memo();
    return memo;
  }

 private:
  static Part part_for(const View& view, const AutomaticMemo& memo) {
    const auto axes = view.space().axes();
    if (axes.size() > axes_max) return parzen;
    std::size_t finished = memo.settled;
    if (memo.pruned) return parzen;
    for (std::size_t i = memo.settled; i < view.size(); ++i) {
      if (view[i].state == TrialState::paused || view[i].state == TrialState::pruned) return parzen;
      finished += is_finished(view[i].state) ? 1 : 0;
    }
    if (finished < 2) return parzen;
    if (finished <= process_results) return view.objectives() <= process_objectives ? process : parzen;
    if (view.objectives() > 1) return genetic;
    const bool plain = std::ranges::all_of(axes, [](const Axis& axis) { return axis.ordered && axis.parents.empty(); });
    return plain ? evolution : parzen;
  }

  std::array<std::unique_ptr<Sampler>, 4> parts_;
};

}  // namespace

constinit const SamplerInfo automatic_sampler_info{
    .name = "auto",
    .summary =
        "The default configuration, eight Sobol points, then in turn a Gaussian process, a local quadratic and TPE, "
        "later CMA-ES in the place of the process: what to use unless you know better.",
    .paper = "",
    .options = {},
    .make = [](std::span<const double>) -> std::unique_ptr<Sampler> { return std::make_unique<Automatic>(); }};

}  // namespace hone

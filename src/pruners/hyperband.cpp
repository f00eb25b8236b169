/// Hyperband: several successive halvings side by side, from one whose trials are judged early and often to one whose
/// trials all run to the end, because nobody knows how soon a trial shows what it is worth.
///
/// A trial's bracket follows from its number: of each cycle of trials, bracket s (first rung at R / eta^s) has the
/// share that Hyperband gives it, ceil((s_max + 1) eta^s / (s + 1)), spread evenly over the cycle. Within a bracket
/// trials pause and go on as in ASHA, so that nobody waits for a bracket to be complete; also with several objectives.
///
/// Source: Li et al., "Hyperband", JMLR 18, 2018; asynchronous as in Li et al., MLSys 2020. Cost: as ASHA's, for each
/// bracket.
#include <algorithm>

#include "pruners/asha_rungs.hpp"
#include "pruners/pruner.hpp"

namespace hone {
namespace {

constexpr std::int64_t nobody = -1;

constexpr OptionRow options[] = {
    {"eta", 3, 2, 10, true, "One trial in eta is promoted from a rung."},
    {"min_step", 0, 0, 1e9, true, "The first rung of all is not below it; 0: such that there are at most four rungs."},
};

/// The brackets of a cycle of trials, in order: the one that is farthest behind its share comes next. `shares`: >= 1.
std::vector<std::size_t> cycle_of(const std::vector<std::int64_t>& shares) {
  std::int64_t total = 0;
  for (const std::int64_t share : shares) total += share;
  std::vector<std::int64_t> given(shares.size(), 0);
  std::vector<std::size_t> cycle;
  for (std::int64_t i = 1; i <= total; ++i) {
    std::size_t next = 0;  // the largest share * i / total - given, in whole numbers
    for (std::size_t s = 1; s < shares.size(); ++s)
      if (shares[s] * i - given[s] * total > shares[next] * i - given[next] * total) next = s;
    ++given[next];
    cycle.push_back(next);
  }
  return cycle;
}

class Hyperband final : public Pruner {
 public:
  Hyperband(std::size_t eta, const std::vector<std::int64_t>& rungs) {
    const std::size_t brackets = std::max<std::size_t>(rungs.size(), 1);
    std::vector<std::int64_t> shares;
    std::int64_t power = 1;
    for (std::size_t s = 0; s < brackets; ++s, power *= static_cast<std::int64_t>(eta)) {
      const auto all = static_cast<std::int64_t>(brackets), own = static_cast<std::int64_t>(s) + 1;
      shares.push_back((all * power + own - 1) / own);
    }
    cycle_ = cycle_of(shares);
    for (std::size_t s = 0; s < brackets && !rungs.empty(); ++s)
      races_.push_back({eta,
                        {rungs.end() - static_cast<std::ptrdiff_t>(s) - 1, rungs.end()},
                        [this, s](std::int64_t trial) { return bracket_of(trial) == s; }});
  }
  Hyperband(const Hyperband&) = delete;
  Hyperband& operator=(const Hyperband&) = delete;

  Decision decide(const View& view, std::int64_t trial, std::int64_t step) const override {
    if (races_.empty()) return Decision::go_on;
    const RungRace& race = races_[bracket_of(trial)];
    if (step >= race.rungs.back()) return Decision::go_on;
    const auto rung = std::ranges::lower_bound(race.rungs, step);
    if (*rung != step) return Decision::go_on;
    const auto due = race.promotable(view, static_cast<std::size_t>(rung - race.rungs.begin()), trial);
    return std::ranges::find(due, trial) != due.end() ? Decision::go_on : Decision::pause;
  }

  NextStep next(const View& view, const Asker& asker) const override {
    // The nearer to the end the sooner, whichever the bracket.
    for (std::size_t left = 1; left < races_.size(); ++left)
      for (const RungRace& race : races_) {
        if (race.rungs.size() <= left) continue;
        const std::size_t k = race.rungs.size() - left;
        if (const auto due = race.promotable(view, k - 1, nobody); !due.empty())
          return ResumeTrial{due.front(), last_step(view[static_cast<std::size_t>(due.front())]), race.rungs[k]};
      }
    if (!asker.new_allowed) return WaitForOthers{};
    if (races_.empty()) return StartNew{0};
    const auto& rungs = races_[bracket_of(static_cast<std::int64_t>(view.size()))].rungs;
    return StartNew{rungs.size() > 1 ? rungs.front() : 0};
  }

 private:
  std::size_t bracket_of(std::int64_t trial) const { return cycle_[static_cast<std::size_t>(trial) % cycle_.size()]; }

  std::vector<std::size_t> cycle_;
  std::vector<RungRace> races_;  // by bracket; the last one is judged first
};

}  // namespace

constinit const PrunerInfo hyperband_pruner_info{
    .name = "hyperband",
    .summary = "Several ASHAs side by side, from one that judges early to one that lets every trial run to its end.",
    .paper = "Li et al., JMLR 2018",
    .options = options,
    .make = [](std::span<const double> values, const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
      const auto eta = static_cast<std::int64_t>(values[0]);
      return std::make_unique<Hyperband>(static_cast<std::size_t>(eta),
                                         asha_rungs(setup.max_step, eta, static_cast<std::int64_t>(values[1])));
    }};

}  // namespace hone

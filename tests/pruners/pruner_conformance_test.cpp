/// Every pruner of the list in simulated studies; and the canary: each planted fault is caught.
#include <gtest/gtest.h>

#include "study_sim.hpp"

namespace hone {

void PrintTo(const PrunerInfo* info, std::ostream* out) {
  *out << info->name;
}

namespace {

std::vector<SimOptions> studies(std::size_t objectives = 1) {
  std::vector<SimOptions> all;
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    for (const std::size_t workers : {1u, 4u}) {
      SimOptions options;
      options.seed = seed;
      options.workers = workers;
      options.max_step = seed % 3 == 0 ? 30 : 27;
      options.trials = 120;
      options.delayed_decisions = workers > 1;
      options.failures = seed % 2 == 0 ? 40 : 0;
      options.bad_reports = seed >= 4 ? 20 : 0;
      options.objectives = objectives;
      all.push_back(options);
    }
  return all;
}

std::string no_objection(const View&) {
  return "";
}

/// How far the best of all are from what was kept: by so much in every objective each of them is as good as a kept one
/// (the additive epsilon indicator; of one objective the difference between the two bests).
double lost(const SimOptions& options, const std::vector<std::int64_t>& kept, const std::vector<std::int64_t>& all) {
  double worst = 0;
  for (const std::int64_t one : all) {
    double nearest = 1;
    for (const std::int64_t other : kept) {
      double behind = 0;
      for (std::size_t m = 0; m < options.objectives; ++m)
        behind = std::max(behind, final_level(options.seed, other, m) - final_level(options.seed, one, m));
      nearest = std::min(nearest, behind);
    }
    worst = std::max(worst, nearest);
  }
  return worst;
}

/// The three laws of every pruner: its answers fit the study, somebody finishes, and it does not stop the best.
std::string check_pruner(const std::function<std::unique_ptr<Pruner>(std::int64_t max_step)>& make,
                         std::size_t objectives = 1) {
  for (const SimOptions& options : studies(objectives)) {
    const auto pruner = make(options.max_step);
    View end = view_of({});
    if (std::string wrong = simulate(*pruner, options, no_objection, &end); !wrong.empty()) return wrong;
    std::vector<std::int64_t> complete, sound;
    for (std::size_t i = 0; i < end.size(); ++i) {
      if (end[i].state == TrialState::complete) complete.push_back(end[i].number);
      if (end[i].state != TrialState::failed) sound.push_back(end[i].number);
    }
    if (end.size() != static_cast<std::size_t>(options.trials)) return "the budget of trials was not spent";
    if (complete.empty() && options.failures == 0) return "no trial was finished";
    if (options.bad_reports + options.failures == 0 && lost(options, complete, sound) > (objectives == 1 ? 0.15 : 0.33))
      return "the best trials were stopped";
  }
  const View empty = view_of({}, objectives);
  for (const std::int64_t max_step : {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}}) {  // nothing to ration
    const auto pruner = make(max_step);
    if (!std::holds_alternative<StartNew>(pruner->next(empty, Asker{true}))) return "nothing to do at first";
    if (!std::holds_alternative<WaitForOthers>(pruner->next(empty, Asker{false}))) return "works without budget";
  }
  return "";
}

class PrunerConformance : public testing::TestWithParam<const PrunerInfo*> {
 protected:
  std::unique_ptr<Pruner> make(std::int64_t max_step) const {
    return std::move(*make_pruner(GetParam()->name, {}, {max_step}));
  }
};

TEST_P(PrunerConformance, Holds) {
  EXPECT_EQ(check_pruner([&](std::int64_t max_step) { return make(max_step); }), "");
}

TEST_P(PrunerConformance, HoldsWithSeveralObjectives) {
  for (const std::size_t objectives : {2u, 3u})
    EXPECT_EQ(check_pruner([&](std::int64_t max_step) { return make(max_step); }, objectives), "") << objectives;
}

using End = std::vector<std::pair<TrialState, std::size_t>>;  // of each trial: its state and how many reports it has
End end_of(const Pruner& pruner, const SimOptions& options) {
  View end = view_of({});
  EXPECT_EQ(simulate(pruner, options, no_objection, &end), "");
  End all;
  for (std::size_t i = 0; i < end.size(); ++i) all.emplace_back(end[i].state, end[i].reports.size());
  return all;
}

TEST_P(PrunerConformance, EqualViewsGiveEqualStudies) {
  for (const std::size_t objectives : {1u, 2u})
    for (const SimOptions& options : studies(objectives))
      EXPECT_EQ(end_of(*make(options.max_step), options), end_of(*make(options.max_step), options));
}

TEST_P(PrunerConformance, ObjectivesThatAreCopiesOfOneChangeNothing) {
  // Where the median lies between two values, those of one objective say how far; ranks do not.
  if (GetParam()->name == "median" || GetParam()->name == "percentile") return;  // see several_objectives_test.cpp
  for (SimOptions options : studies()) {
    options.starts_with_default = options.seed % 2 == 1;
    const End one = end_of(*make(options.max_step), options);
    options.copies = true;
    for (options.objectives = 2; options.objectives <= 3; ++options.objectives)
      EXPECT_EQ(end_of(*make(options.max_step), options), one) << options.seed << " " << options.objectives;
  }
}

TEST_P(PrunerConformance, OptionsAreHeldToTheirRange) {
  for (const OptionRow& row : GetParam()->options) {
    const auto made = make_pruner(GetParam()->name, {{std::string(row.name), row.high + 1}}, {27});
    ASSERT_FALSE(made) << row.name;
    EXPECT_NE(made.error().message.find(row.name), std::string::npos) << made.error().message;
  }
  EXPECT_FALSE(make_pruner(GetParam()->name, {{"no_such_option", 1}}, {27}));
}

INSTANTIATE_TEST_SUITE_P(All, PrunerConformance, testing::ValuesIn(all_pruners().begin(), all_pruners().end()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(PrunerRegistry, AnUnknownNameNamesTheKnown) {
  const auto near = make_pruner("medain", {}, {27}), far = make_pruner("annealing", {}, {27});
  ASSERT_FALSE(near);
  ASSERT_FALSE(far);
  EXPECT_NE(near.error().message.find("did you mean 'median'"), std::string::npos) << near.error().message;
  for (const PrunerInfo* info : all_pruners()) EXPECT_NE(far.error().message.find(info->name), std::string::npos);
}

enum class Fault {
  ends_the_last_step,
  pauses_for_ever,
  stops_the_best,
  resumes_running,
  forgets_the_budget,
  waits,
  counts,
  sees_the_first_objective
};

class Planted final : public Pruner {
 public:
  Planted(Fault fault, std::int64_t max_step) : fault_(fault), max_step_(max_step) {}
  Decision decide(const View& view, std::int64_t trial, std::int64_t step) const override {
    if (fault_ == Fault::ends_the_last_step && step == max_step_) return Decision::stop;
    if (fault_ == Fault::pauses_for_ever && step == 3) return Decision::pause;
    if (fault_ == Fault::counts && ++calls_ % 2 == 0 && step < max_step_) return Decision::stop;
    if (fault_ == Fault::stops_the_best && step == 3 &&
        view[static_cast<std::size_t>(trial)].reports.back().value < 0.9)
      return Decision::stop;
    // Sound with one objective: it lets nobody but the best of the first one go on.
    if (fault_ == Fault::sees_the_first_objective && step == 3 && view.objectives() > 1 &&
        view[static_cast<std::size_t>(trial)].reports.back().value > 0.5)
      return Decision::stop;
    return Decision::go_on;
  }
  NextStep next(const View& view, const Asker& asker) const override {
    if (fault_ == Fault::resumes_running && view.size() > 3) return ResumeTrial{3, 1, 2};
    if (fault_ == Fault::forgets_the_budget) return StartNew{};
    if (fault_ == Fault::waits && view.size() > 5) return WaitForOthers{};
    return Pruner::next(view, asker);
  }

 private:
  Fault fault_;
  std::int64_t max_step_;
  mutable int calls_ = 0;
};

TEST(PrunerCanary, PlantedFaultsAreCaught) {
  for (const Fault fault : {Fault::ends_the_last_step, Fault::pauses_for_ever, Fault::stops_the_best,
                            Fault::resumes_running, Fault::forgets_the_budget, Fault::waits, Fault::counts})
    EXPECT_NE(check_pruner([&](std::int64_t max_step) { return std::make_unique<Planted>(fault, max_step); }), "")
        << static_cast<int>(fault);
  const auto narrow = [](std::int64_t max_step) {
    return std::make_unique<Planted>(Fault::sees_the_first_objective, max_step);
  };
  EXPECT_EQ(check_pruner(narrow), "");
  EXPECT_NE(check_pruner(narrow, 2), "");
  EXPECT_NE(check_pruner(narrow, 3), "");
}

}  // namespace
}  // namespace hone

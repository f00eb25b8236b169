/// Every pruner of the list in simulated studies; and the canary: each planted fault is caught.
#include <gtest/gtest.h>

#include "study_sim.hpp"

namespace hone {

void PrintTo(const PrunerInfo* info, std::ostream* out) {
  *out << info->name;
}

namespace {

std::vector<SimOptions> studies() {
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
      all.push_back(options);
    }
  return all;
}

std::string no_objection(const View&) {
  return "";
}

/// The three laws of every pruner: its answers fit the study, somebody finishes, and it does not stop the best.
std::string check_pruner(const std::function<std::unique_ptr<Pruner>(std::int64_t max_step)>& make) {
  for (const SimOptions& options : studies()) {
    const auto pruner = make(options.max_step);
    View end = view_of({});
    if (std::string wrong = simulate(*pruner, options, no_objection, &end); !wrong.empty()) return wrong;
    std::size_t complete = 0;
    double best = 1, best_complete = 1;
    for (std::size_t i = 0; i < end.size(); ++i) {
      complete += end[i].state == TrialState::complete ? 1 : 0;
      const double level = final_level(options.seed, end[i].number);
      if (end[i].state != TrialState::failed) best = std::min(best, level);
      if (end[i].state == TrialState::complete) best_complete = std::min(best_complete, level);
    }
    if (end.size() != static_cast<std::size_t>(options.trials)) return "the budget of trials was not spent";
    if (complete == 0 && options.failures == 0) return "no trial was finished";
    if (options.bad_reports + options.failures == 0 && best_complete > best + 0.15)
      return "the best trials were stopped";
  }
  for (const std::int64_t max_step : {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}}) {  // nothing to ration
    const auto pruner = make(max_step);
    if (!std::holds_alternative<StartNew>(pruner->next(view_of({}), Asker{true}))) return "nothing to do at first";
    if (!std::holds_alternative<WaitForOthers>(pruner->next(view_of({}), Asker{false}))) return "works without budget";
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

TEST_P(PrunerConformance, EqualViewsGiveEqualStudies) {
  for (SimOptions options : studies()) {
    std::vector<std::vector<std::pair<TrialState, std::size_t>>> ends(2);
    for (auto& all : ends) {
      View end = view_of({});
      ASSERT_EQ(simulate(*make(options.max_step), options, no_objection, &end), "");
      for (std::size_t i = 0; i < end.size(); ++i) all.emplace_back(end[i].state, end[i].reports.size());
    }
    EXPECT_EQ(ends[0], ends[1]);
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
  counts
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
}

}  // namespace
}  // namespace hone

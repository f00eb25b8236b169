// A study in one thread with seeded faults, for the pruner kit.
#include "study_sim.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/check.hpp"

namespace hone {
namespace {

std::shared_ptr<const Space> tiny_space() {
  Parameter x;
  x.name = "x";
  auto space = Space::make({x});
  HONE_CHECK(space.has_value(), "a space of the tests is valid");
  return std::make_shared<const Space>(std::move(*space));
}

class Simulation {
 public:
  Simulation(const Pruner& pruner, const SimOptions& options, const std::function<std::string(const View&)>& check)
      : pruner_(pruner), options_(options), check_(check), chance_(options.seed, RngPurpose::simulation, 99) {
    workers_.resize(options.workers);
  }

  std::string run() {
    const std::int64_t events_max = options_.trials * options_.max_step * 8 + 1000;
    for (std::int64_t event = 0; event < events_max; ++event) {
      const std::size_t at = chance_.below(static_cast<std::uint32_t>(workers_.size()));
      bool idle = false;
      if (std::string wrong = act(workers_[at], idle); !wrong.empty()) return fmt::format("event {}: {}", event, wrong);
      if (std::string wrong = check_(view()); !wrong.empty()) return fmt::format("event {}: {}", event, wrong);
      if (idle && std::ranges::none_of(rows_, [](const auto& r) { return r->state == TrialState::running; })) {
        if (static_cast<std::int64_t>(rows_.size()) < options_.trials) return "waits although nothing runs";
        return "";
      }
    }
    return "the study does not end";
  }
  View view() const { return View(space_, std::make_shared<const View::Rows>(rows_), revision_, options_.objectives); }

 private:
  struct Worker {
    std::optional<std::int64_t> trial, undecided;
    std::int64_t step = 0;
  };

  std::vector<double> curves(std::int64_t number, std::int64_t step) const {
    std::vector<double> values;
    for (std::size_t m = 0; m < options_.objectives; ++m)
      values.push_back(curve(options_.seed, number, step, options_.copies ? 0 : m));
    return values;
  }

  std::string act(Worker& worker, bool& idle) {
    if (worker.undecided) return decide(worker);
    if (!worker.trial) return fetch(worker, idle);
    const std::int64_t number = *worker.trial, step = ++worker.step;
    if (options_.failures > 0 && chance_.below(options_.failures) == 0) {
      change(number, [](TrialRow& row) { row.state = TrialState::failed; });
      worker = Worker();
      return "";
    }
    std::vector<double> values = curves(number, step);
    if (options_.bad_reports > 0 && chance_.below(options_.bad_reports) == 0)
      for (std::size_t m = 0; m < values.size(); ++m)
        if (options_.copies || m == static_cast<std::size_t>(step) % values.size())
          values[m] = std::numeric_limits<double>::quiet_NaN();
    change(number, [&](TrialRow& row) {
      row.reports.push_back({step, values[0]});
      for (std::size_t m = 1; m < values.size(); ++m) row.further_values.push_back(values[m]);
    });
    worker.undecided = step;
    return options_.delayed_decisions ? "" : decide(worker);
  }

  std::string decide(Worker& worker) {
    const std::int64_t number = *worker.trial, step = *std::exchange(worker.undecided, std::nullopt);
    const Decision decision = pruner_.decide(view(), number, step);
    if (decision != pruner_.decide(view(), number, step)) return "the same question has two answers";
    if (step >= options_.max_step) {
      if (decision != Decision::go_on) return fmt::format("trial {} may not end at the last step", number);
      change(number, [&](TrialRow& row) {
        row.state = TrialState::complete;
        row.values = curves(number, step);
      });
      worker = Worker();
    } else if (decision != Decision::go_on) {
      if (decision == Decision::hand_back) return "a pruner does not hand back";
      const TrialState state = decision == Decision::pause ? TrialState::paused : TrialState::pruned;
      change(number, [&](TrialRow& row) { row.state = state; });
      worker = Worker();
    }
    return "";
  }

  std::string fetch(Worker& worker, bool& idle) {
    const bool allowed = static_cast<std::int64_t>(rows_.size()) < options_.trials;
    const NextStep next = pruner_.next(view(), Asker{allowed});
    if (next.index() != pruner_.next(view(), Asker{allowed}).index()) return "the same question has two answers";
    if (const auto* fresh = std::get_if<StartNew>(&next)) {
      if (!allowed) return "starts a new trial after the budget is spent";
      auto row = std::make_shared<TrialRow>();
      row->number = static_cast<std::int64_t>(rows_.size());
      if (options_.starts_with_default && row->number == 0) row->origin = Origin::default_;
      row->state = TrialState::running;
      row->point = {0.5};
      row->active = {1};
      row->until_step = fresh->until_step;
      rows_.push_back(std::move(row));
      worker = {rows_.back()->number, std::nullopt, 0};
      ++revision_;
    } else if (const auto* resumed = std::get_if<ResumeTrial>(&next)) {
      if (resumed->trial < 0 || resumed->trial >= static_cast<std::int64_t>(rows_.size()))
        return fmt::format("resumes trial {}, which does not exist", resumed->trial);
      const TrialRow& row = *rows_[static_cast<std::size_t>(resumed->trial)];
      if (row.state != TrialState::paused) return fmt::format("resumes trial {}, which is not paused", resumed->trial);
      if (row.reports.empty() || row.reports.back().step != resumed->from_step)
        return fmt::format("resumes trial {} from step {}, where it is not", resumed->trial, resumed->from_step);
      if (resumed->until_step <= resumed->from_step || resumed->until_step > options_.max_step)
        return fmt::format("resumes trial {} until step {}", resumed->trial, resumed->until_step);
      change(resumed->trial, [&](TrialRow& changed) {
        changed.state = TrialState::running;
        changed.until_step = resumed->until_step;
      });
      worker = {resumed->trial, std::nullopt, resumed->from_step};
    } else {
      idle = true;
    }
    return "";
  }

  void change(std::int64_t number, const std::function<void(TrialRow&)>& how) {
    auto row = std::make_shared<TrialRow>(*rows_[static_cast<std::size_t>(number)]);
    how(*row);
    ++revision_;
    if (is_finished(row->state)) row->finished = revision_;
    rows_[static_cast<std::size_t>(number)] = std::move(row);
  }

  const Pruner& pruner_;
  SimOptions options_;
  const std::function<std::string(const View&)>& check_;
  Rng chance_;
  std::vector<Worker> workers_;
  std::shared_ptr<const Space> space_ = tiny_space();
  View::Rows rows_;
  Revision revision_ = 0;
};

}  // namespace

double final_level(std::uint64_t seed, std::int64_t number, std::size_t objective) {
  const double own =
      Rng(seed + (objective << 32), RngPurpose::simulation, static_cast<std::uint32_t>(number), 1).uniform();
  return objective == 0 ? own : (own + 1 - final_level(seed, number)) / 2;
}

double curve(std::uint64_t seed, std::int64_t number, std::int64_t step, std::size_t objective) {
  Rng noise(seed + (objective << 32), RngPurpose::simulation, static_cast<std::uint32_t>(number),
            static_cast<std::uint32_t>(step) + 2);
  return final_level(seed, number, objective) + 1 / static_cast<double>(step) + 0.05 * noise.uniform();
}

std::string simulate(const Pruner& pruner, const SimOptions& options,
                     const std::function<std::string(const View&)>& check, View* at_the_end) {
  Simulation simulation(pruner, options, check);
  std::string wrong = simulation.run();
  if (at_the_end) *at_the_end = simulation.view();
  return wrong;
}

View view_of(std::vector<TrialRow> rows, std::size_t objectives) {
  View::Rows all;
  for (TrialRow& row : rows) {
    row.number = static_cast<std::int64_t>(all.size());
    all.push_back(std::make_shared<const TrialRow>(std::move(row)));
  }
  return View(tiny_space(), std::make_shared<const View::Rows>(std::move(all)), 1, objectives);
}

TrialRow row_with(TrialState state, const std::vector<std::vector<double>>& reports) {
  TrialRow row;
  row.state = state;
  for (const std::vector<double>& values : reports) {
    row.reports.push_back({static_cast<std::int64_t>(row.reports.size()) + 1, values[0]});
    for (std::size_t m = 1; m < values.size(); ++m) row.further_values.push_back(values[m]);
  }
  return row;
}

}  // namespace hone

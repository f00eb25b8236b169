#include "engine/study_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "pruners/asha_rungs.hpp"
#include "pruners/rung_rank.hpp"
#include "space/study_file.hpp"
#include "trial/ranking.hpp"

namespace hone {

std::int64_t first_rung(const Pruner& pruner, const View& view) {
  const NextStep step = pruner.next(view, Asker{true});
  if (const auto* fresh = std::get_if<StartNew>(&step)) return fresh->until_step;
  const View empty(view.shared_space(), std::make_shared<const View::Rows>(), 0, view.objectives());
  const NextStep first = pruner.next(empty, Asker{true});
  const auto* fresh = std::get_if<StartNew>(&first);
  return fresh ? fresh->until_step : 0;
}

DecisionLine::What judge(const Pruner& pruner, const View& view, std::int64_t trial, std::int64_t step,
                         std::uint64_t study_seed, double audit) {
  const auto what = decision_of(pruner.decide(view, trial, step));
  if (what == DecisionLine::What::go_on || audit <= 0) return what;
  Rng rng(study_seed, RngPurpose::audit, static_cast<std::uint32_t>(trial));
  return rng.uniform() < audit ? DecisionLine::What::audit : what;
}

NewTrial new_trial(std::int64_t number, Proposed proposed, const Configuration* given) {
  NewTrial trial;
  trial.number = number;
  trial.origin = given ? Origin::enqueued : proposed.origin;
  trial.arm = given ? "enqueued" : std::move(proposed.arm);
  trial.why = given ? fmt::format("with {} as asked for", given->text()) : std::move(proposed.why);
  trial.attempt = proposed.attempt;
  trial.configuration = std::move(proposed.configuration);
  trial.point = std::move(proposed.point);
  if (given) trial.given = *given;
  return trial;
}

namespace {

/// Of several objectives: the best of the farthest paused trials. Nothing if none has a finite rung value of each.
std::optional<ResumeTrial> best_paused(const View& view, std::int64_t max_step) {
  std::int64_t farthest = 0;
  std::vector<const TrialRow*> rows;
  for (std::size_t i = 0; i < view.size(); ++i) {
    const std::int64_t step = last_step(view[i]);
    if (view[i].state != TrialState::paused || !is_finite_at(view[i], step, view.objectives())) continue;
    if (step > farthest) rows.clear();
    farthest = std::max(farthest, step);
    if (step == farthest) rows.push_back(&view[i]);
  }
  if (rows.empty()) return std::nullopt;
  const std::vector<double> scores = rung_scores(rows, farthest, view.objectives());
  const auto best = static_cast<std::size_t>(std::ranges::min_element(scores) - scores.begin());
  return ResumeTrial{rows[best]->number, farthest, max_step};
}

}  // namespace

Proposed nothing_proposed() {
  Proposed proposed;
  proposed.arm = "open";
  proposed.why = "asks for its parameters one after another";
  return proposed;
}

double unit_of_new_parameter(std::uint64_t study_seed, std::int64_t trial, std::string_view name) {
  const auto name_key = static_cast<std::uint32_t>(hash64(name));
  return Rng(study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(trial), name_key | 0x80000000u).uniform();
}

std::optional<ResumeTrial> last_to_finish(const View& view, std::int64_t max_step) {
  const auto best = best_trial(view);
  if (!best) return std::nullopt;
  const TrialRow& leader = view[static_cast<std::size_t>(*best)];  // a complete one if there is any
  if (leader.state == TrialState::complete) return std::nullopt;
  if (view.objectives() > 1) return best_paused(view, max_step);
  if (leader.state != TrialState::paused) return std::nullopt;
  return ResumeTrial{leader.number, leader.reports.empty() ? 0 : leader.reports.back().step, max_step};
}

std::int64_t last_step(const TrialRecord& record) {
  return record.runs.empty() || record.runs[0].reports.empty() ? 0 : record.runs[0].reports.back().step;
}

Result<std::shared_ptr<const Space>> with_parameter(const Space& space, const Parameter& parameter) {
  std::vector<Parameter> parameters(space.parameters().begin(), space.parameters().end());
  parameters.push_back(parameter);
  HONE_TRY(Space grown, Space::make(std::move(parameters)));
  return std::make_shared<const Space>(std::move(grown));
}

Result<Parameter> parameter_in(const Event& line) {
  HONE_TRY(const StudyFile domain, parse_study_file("format = 1\n" + line.detail, "journal"));
  if (!domain.space || domain.space->parameters().empty())
    return fail(Error::Kind::corrupt, fmt::format("the journal's line {} holds no domain", line.revision));
  return domain.space->parameters().front();
}

Result<Value> value_at(const Parameter& parameter, double unit) {
  HONE_TRY(const Space alone, Space::make({parameter}));
  Point point{unit};
  alone.canonicalize(point);
  return alone.decode(0, point[0]);
}

}  // namespace hone

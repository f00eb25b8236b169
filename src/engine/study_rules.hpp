/// The rules of a study at work that its replay follows too. Pure.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "engine/decision_line.hpp"
#include "engine/proposal.hpp"
#include "pruners/pruner.hpp"
#include "storage/store.hpp"

namespace hone {

/// How far a new trial goes before it is judged, whatever else the pruner would rather have done now.
std::int64_t first_rung(const Pruner& pruner, const View& view);

/// What is done about a trial that has reported at `step`: what the pruner says; but of those trials that it would
/// pause or stop, a share `audit` (0 .. 1, drawn by the study's seed and the trial's number) goes on all the same.
DecisionLine::What judge(const Pruner& pruner, const View& view, std::int64_t trial, std::int64_t step,
                         std::uint64_t study_seed, double audit);

/// The part of a new trial that comes from its proposal. `given`: the values somebody asked for, or null.
NewTrial new_trial(std::int64_t number, Proposed proposed, const Configuration* given);

/// A trial of an open study starts without parameters.
Proposed nothing_proposed();

/// The unit coordinate of a parameter that no earlier trial of an open study had.
double unit_of_new_parameter(std::uint64_t study_seed, std::int64_t trial, std::string_view name);

/// When the budget is spent and nothing is complete: the best trial, if it is paused; of several objectives the best of
/// the paused ones that are farthest, as at a rung. A study does not end without a complete trial.
std::optional<ResumeTrial> last_to_finish(const View& view, std::int64_t max_step);

/// The last step reported, 0 before the first.
std::int64_t last_step(const TrialRecord& record);

/// `parameters` of the space and one more.
Result<std::shared_ptr<const Space>> with_parameter(const Space& space, const Parameter& parameter);
/// The parameter whose domain a journal's "configured" line has. Errors: `corrupt`.
Result<Parameter> parameter_in(const Event& line);
/// The value at `unit` of the parameter alone.
Result<Value> value_at(const Parameter& parameter, double unit);

}  // namespace hone

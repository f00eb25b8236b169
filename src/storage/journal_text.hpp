/// What stands in the detail of a journal line: with it a study can be played again, line by line.
#pragma once
#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace hone {

/// "asked": the given values as a JSON object; without them, what proposed the others (the arm).
std::string asked_detail(const NewTrial& trial);
/// The given values of such a line, or none. Errors: `corrupt`.
Result<Configuration> read_given(std::string_view detail);

/// "reported": the values, one per objective, as text that reads back to the same bits (of a NaN only that it is one).
std::string reported_detail(std::span<const double> values);
/// At least one. Errors: `corrupt`.
Result<std::vector<double>> read_reported(std::string_view detail);

/// "cost": what the trial has cost so far.
std::string cost_detail(double cost);
/// Errors: `corrupt`.
Result<double> read_cost(std::string_view detail);

/// "told": `complete 0.25 0.5 | -1 2` is the state, the values, the constraints.
std::string told_detail(const Outcome& outcome);
/// Its state, values and constraints. Errors: `corrupt`.
Result<Outcome> read_told(std::string_view detail);

}  // namespace hone

/// Optuna's distributions and our parameters, both ways.
#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"
#include "space/parameter.hpp"

namespace hone {

/// From `{"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0, "log": false, "step": null}}`, of the
/// names of Optuna 3 and 4 and of those that these replaced (UniformDistribution, ...). A choice that is a list or an
/// object becomes its JSON text, which `notes` says. Errors: not JSON, an unknown name, a missing bound, what
/// `validate` refuses.
Result<Parameter> parameter_from_optuna(const std::string& name, const std::string& json,
                                        std::vector<std::string>& notes);

/// What stands in Optuna's file for `value`: a number, or the position of a choice. Errors: `value` is none of it.
Result<Value> value_from_optuna(const Parameter& parameter, double value);

std::string optuna_distribution(const Parameter& parameter);
double value_for_optuna(const Parameter& parameter, const Value& value);

}  // namespace hone

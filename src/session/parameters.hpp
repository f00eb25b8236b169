/// Parameters and their values as JSON: what a session reads.
#pragma once
#include "space/json_line.hpp"
#include "space/space.hpp"

namespace hone {

/// An object of parameter values, some or all. JSON knows one kind of number: 3 is taken for a float
/// parameter's 3.0, 3.0 for an int's 3, and a choice is found by (type, value) first, then by number. Errors: unknown
/// names (the nearest is named), wrong types, values out of range, at their columns.
LineResult<Configuration> configuration_of(const JsonNode& object, const Space& space);

/// A parameter from its domain: `{"type": "float", "low": 0, "high": 1, "log": true}`, with the keys of a study file
/// but `repeat` and `when`. Errors: unknown keys, wrong types, whatever `validate` refuses, at their columns.
LineResult<Parameter> parameter_of(const std::string& name, const JsonNode& domain);

}  // namespace hone

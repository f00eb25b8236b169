/// A parameter of a search space, as declared.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "space/value.hpp"

namespace hone {

enum class ParameterType { float_, int_, categorical, ordinal, boolean };

/// Plain data; `validate` says whether it makes sense by itself, `Space::make` whether it does among the others.
struct Parameter {
  std::string name;  ///< [A-Za-z_][A-Za-z0-9_]*
  ParameterType type = ParameterType::float_;
  double low = 0, high = 1;          ///< float, int: inclusive; ints within +-2^53
  bool log = false;                  ///< float, int: uniform in the logarithm; low > 0 (int: >= 1)
  double step = 0;                   ///< float: 0 is continuous; int: 0 means 1; not with log
  std::vector<Value> choices = {};   ///< categorical, ordinal: at least one, no duplicates; boolean: {false, true}
  std::vector<Value> defaults = {};  ///< none, one, or with `repeat` one per instance (the last one repeats)
  std::string repeat = {};           ///< name of the int parameter (high <= 64) that counts the instances, or ""
  std::string when = {};             ///< expression text, or ""
};

/// "float", "int", "categorical", "ordinal", "bool": as in a study file.
std::string_view parameter_type_name(ParameterType type);
std::optional<ParameterType> parameter_type_from(std::string_view name);
/// Every type, for messages.
std::span<const std::string> parameter_type_names();

/// Float or int: its values are numbers. The others have choices.
inline bool is_numeric(ParameterType type) {
  return type == ParameterType::float_ || type == ParameterType::int_;
}
/// The choices; {false, true} for a boolean; none for numbers.
std::span<const Value> choices_of(const Parameter& parameter);
/// Position of `value` among `choices` by (type, value), or nothing.
std::optional<std::size_t> choice_index(std::span<const Value> choices, const Value& value);
/// `'relu', 'tanh', 3`: at most 20 of them, for messages.
std::string choices_text(std::span<const Value> choices);
/// A parameter that can only have `value`, so that conditions that mention it go on working.
Parameter constant_parameter(const std::string& name, const Value& value);
/// [A-Za-z_][A-Za-z0-9_]*
bool is_identifier(std::string_view name);
/// "units.2" -> {"units", 2}; a plain name -> {name, 0}. Anything else: nothing.
struct InstanceName {
  std::string_view parameter;
  std::size_t instance;
};
std::optional<InstanceName> parse_instance_name(std::string_view name);

/// Errors: `invalid_argument` naming the parameter, the value seen and what is allowed (low > high; log with low <= 0;
/// log with step; a span that is not a multiple of step, naming the nearest high; duplicate choices; default out of
/// range or off the grid; a name that is not an identifier; more than 2^50 values, or log ints above 2^40, where unit
/// coordinates could no longer tell neighbours apart).
Result<void> validate(const Parameter& parameter);

}  // namespace hone

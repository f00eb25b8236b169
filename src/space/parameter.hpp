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
  double low = 0, high = 1;     ///< float, int: inclusive; ints within +-2^53
  bool log = false;             ///< float, int: uniform in the logarithm; low > 0 (int: >= 1)
  double step = 0;              ///< float: 0 is continuous; int: 0 means 1; not with log
  std::vector<Value> choices;   ///< categorical, ordinal: at least one, no duplicates; boolean: {false, true}
  std::vector<Value> defaults;  ///< empty: none; one value; or with `repeat` one per instance (the last one repeats)
  std::string repeat;           ///< name of the int parameter (high <= 64) that counts the instances, or ""
  std::string when;             ///< expression text, or ""
};

/// Errors: `invalid_argument` naming the parameter, the value seen and what is allowed (low > high; log with low <= 0;
/// log with step; a span that is not a multiple of step, naming the nearest high; duplicate choices; default out of
/// range or off the grid; a name that is not an identifier).
Result<void> validate(const Parameter& parameter);

}  // namespace hone

/// Options declared as data: help, documentation, clients and checks are all drawn from these rows.
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hone {

struct OptionRow {
  std::string_view name;
  double value, low, high;  ///< default and allowed range (inclusive)
  bool integer;
  std::string_view help;  ///< one sentence
};

/// One value per row: the default where `given` says nothing. `owner` names the sampler or pruner in messages.
/// Errors: `invalid_argument` for an unknown option (naming the nearest), out of range, or not whole.
Result<std::vector<double>> option_values(std::string_view owner, std::span<const OptionRow> rows,
                                          const std::map<std::string, double>& given);

}  // namespace hone

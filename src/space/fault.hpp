/// What is wrong with a search space, and with which part of it: a study file turns the part into a line and column.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace hone {

struct Fault {
  std::string message;
  std::string_view field = {};  ///< "low", "when", "forbid", ... or "" for the whole parameter
  std::size_t index = 0;        ///< of the parameter, or of the constraint if `field` is "forbid"
};

/// Room for a fault on the way up; `Space::make` and `validate` hand only its message on.
template <class T>
using Faulty = std::expected<T, Fault>;

inline std::unexpected<Fault> fault(std::string_view field, std::string message) {
  return std::unexpected(Fault{std::move(message), field});
}

struct Parameter;
/// `validate` with the field that is to blame.
Faulty<void> validate_fields(const Parameter& parameter);

}  // namespace hone

/// Looking up rows of a table by name or kind: shared by losses, optimizers and schedules.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/result.hpp"
#include "base/text.hpp"

namespace hone {

template <class Row>
std::vector<std::string> names_of(std::span<const Row> rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

/// Errors: `invalid_argument` naming the nearest known one.
template <class Row>
auto find_kind(std::span<const Row> rows, std::string_view name, const char* what) -> Result<decltype(Row::kind)> {
  for (const auto& row : rows)
    if (row.name == name) return row.kind;
  return refuse(std::string("unknown ") + what + " " + quoted(name) + ": " + suggest_name(name, names_of(rows)));
}

template <class Row>
const Row& row_of(std::span<const Row> rows, decltype(Row::kind) kind) {
  const auto at = static_cast<std::size_t>(kind);
  HONE_CHECK(at < rows.size() && rows[at].kind == kind, "the rows of a table stand in the order of its enumeration");
  return rows[at];
}

}  // namespace hone

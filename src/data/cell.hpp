/// What one cell of a table says: nothing, a number, a date.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/number.hpp"

namespace hone {

/// Texts that mean "no value": the empty cell, NA, N/A, #N/A, NaN, null (each in upper, lower or usual case), ?.
bool is_missing(std::string_view cell);
/// The same texts as a list.
std::span<const std::string_view> missing_texts();

/// The cell as a number, or nothing. What is not finite comes back as NaN, i.e. missing; magnitudes end at 1e300, so
/// that differences of two numbers stay finite.
std::optional<double> cell_number(std::string_view cell);
/// The same into `value`: true if it is a number. Faster, since an optional double does not fit into registers.
/// `before`: see read_plain_decimal().
inline bool read_cell_number(std::string_view cell, double& value, std::size_t before = 0);
/// The number in a cell, or NaN for missing values and for text.
inline double number_or_nan(std::string_view cell, std::size_t before = 0);
/// The same two for cells that are no plain decimals.
bool read_unusual_number(std::string_view cell, double& value);
double unusual_number_or_nan(std::string_view cell);
constexpr double cell_number_max = 1e300;

/// One text per category or class: numbers that are equal are equal texts, since other programs write "02134" back as
/// "2134" or "2134.0".
std::string level_text(std::string_view cell);

/// Order of the parts of a date.
enum class DateOrder { year_first, day_first, month_first };

struct CellDate {
  int year = 0, month = 1, day = 1;
  int hour = 0, minute = 0;
  double second = 0;
  bool has_time = false;
  int weekday() const;       ///< 0 Monday .. 6 Sunday
  double time_line() const;  ///< seconds, growing with time; for ordering
};
/// YYYY-MM-DD (year first) or DD/MM/YYYY or MM/DD/YYYY, parts separated by '-', '/' or '.', then nothing or
/// [T ]HH:MM[:SS[.fraction]] and an optional Z or +HH:MM, which is ignored. Nothing if it is not a date of the
/// calendar.
std::optional<CellDate> cell_date(std::string_view cell, DateOrder order);

inline bool read_cell_number(std::string_view cell, double& value, std::size_t before) {
  return read_plain_decimal(cell, value, before) || read_unusual_number(cell, value);
}

inline double number_or_nan(std::string_view cell, std::size_t before) {
  double value = 0;
  return read_plain_decimal(cell, value, before) ? value : unusual_number_or_nan(cell);
}

}  // namespace hone

#include "data/cell.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/text.hpp"

namespace hone {
namespace {

/// Reads from the left of a text; every step says whether it fitted.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool done() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Between `low` and `high` digits.
  bool number(std::size_t low, std::size_t high, int& value) {
    std::size_t count = 0;
    value = 0;
    while (count < high && count < text_.size() && text_[count] >= '0' && text_[count] <= '9')
      value = value * 10 + (text_[count++] - '0');
    text_.remove_prefix(count);
    return count >= low;
  }
  /// Digits behind a decimal point.
  double fraction() {
    double value = 0, place = 0.1;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; place /= 10) {
      value += place * (text_.front() - '0');
      text_.remove_prefix(1);
    }
    return value;
  }
  char front() const { return text_.empty() ? '\0' : text_.front(); }

 private:
  std::string_view text_;
};

int days_in_month(int year, int month) {
  constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar. Years 0 .. 9999.
long days_since_1970(int year, int month, int day) {
  const long y = year - (month <= 2), era = y >= 0 ? y / 400 : (y - 399) / 400;
  const long year_of_era = y - era * 400, shifted = (month + 9) % 12;
  const long day_of_year = (153 * shifted + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

bool read_day(Scanner& scan, DateOrder order, CellDate& date) {
  const auto separator = [&] {
    const char c = scan.front();
    return c == '-' || c == '/' || c == '.' ? c : '\0';
  };
  int first = 0, second = 0, third = 0;
  if (!scan.number(order == DateOrder::year_first ? 4 : 1, order == DateOrder::year_first ? 4 : 2, first)) return false;
  const char between = separator();
  if (between == '\0' || !scan.take(between)) return false;
  if (!scan.number(1, 2, second) || !scan.take(between)) return false;
  if (!scan.number(order == DateOrder::year_first ? 1 : 4, order == DateOrder::year_first ? 2 : 4, third)) return false;
  switch (order) {
    case DateOrder::year_first:
      date.year = first, date.month = second, date.day = third;
      break;
    case DateOrder::day_first:
      date.day = first, date.month = second, date.year = third;
      break;
    case DateOrder::month_first:
      date.month = first, date.day = second, date.year = third;
      break;
  }
  return date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= days_in_month(date.year, date.month);
}

bool read_time(Scanner& scan, CellDate& date) {
  int seconds = 0;
  if (!scan.number(1, 2, date.hour) || !scan.take(':') || !scan.number(2, 2, date.minute)) return false;
  if (scan.take(':')) {
    if (!scan.number(2, 2, seconds)) return false;
    date.second = seconds;
    if (scan.take('.')) date.second += scan.fraction();
  }
  if (scan.front() == '+' || scan.front() == '-') {
    int hours = 0, minutes = 0;
    scan.take(scan.front());
    if (!scan.number(2, 2, hours)) return false;
    scan.take(':');
    if (!scan.number(2, 2, minutes)) return false;
  } else {
    scan.take('Z');
  }
  date.has_time = true;
  return date.hour <= 23 && date.minute <= 59 && seconds <= 60;
}

}  // namespace

std::span<const std::string_view> missing_texts() {
  static constexpr std::array<std::string_view, 14> names{"",    "NA",  "na",  "N/A",  "n/a",  "#N/A", "NaN",
                                                          "nan", "NAN", "Nan", "null", "NULL", "Null", "?"};
  return names;
}

bool is_missing(std::string_view cell) {
  if (cell.empty()) return true;
  if (cell.size() > 4 || (cell.front() >= '-' && cell.front() <= '9')) return false;  // as numbers begin: none of them
  const auto names = missing_texts();
  return std::find(names.begin(), names.end(), cell) != names.end();
}

bool read_unusual_number(std::string_view cell, double& value) {
  if (cell.empty() || static_cast<unsigned char>(cell.front()) > '9') {  // letters: only inf and nan can follow
    if (cell != "inf" && cell != "Inf" && cell != "INF" && cell != "infinity" && cell != "Infinity" && cell != "nan")
      return false;
    value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  const auto number = parse_number(cell);
  if (!number) return false;
  value = std::clamp(*number, -cell_number_max, cell_number_max);
  if (!std::isfinite(*number)) {
    // "1e999" is a number too large for a double; "-inf" is the absence of one.
    const bool digits = cell.find_first_of("0123456789") != std::string_view::npos;
    value = digits ? std::copysign(cell_number_max, *number) : std::numeric_limits<double>::quiet_NaN();
  }
  return true;
}

std::optional<double> cell_number(std::string_view cell) {
  double value = 0;
  return read_cell_number(cell, value) ? std::optional(value) : std::nullopt;
}

double unusual_number_or_nan(std::string_view cell) {
  double value = 0;
  return !is_missing(cell) && read_unusual_number(cell, value) ? value : std::numeric_limits<double>::quiet_NaN();
}

std::string level_text(std::string_view cell) {
  const auto number = cell_number(cell);
  return number && std::isfinite(*number) ? number_text(*number) : std::string(cell);
}

int CellDate::weekday() const {
  const long since_monday = days_since_1970(year, month, day) + 3;  // 1970-01-01 was a Thursday
  return static_cast<int>(((since_monday % 7) + 7) % 7);
}

double CellDate::time_line() const {
  return static_cast<double>(days_since_1970(year, month, day)) * 86400.0 + hour * 3600.0 + minute * 60.0 + second;
}

std::optional<CellDate> cell_date(std::string_view cell, DateOrder order) {
  Scanner scan(cell);
  CellDate date;
  if (!read_day(scan, order, date)) return std::nullopt;
  if (scan.done()) return date;
  if (!scan.take('T') && !scan.take(' ')) return std::nullopt;
  if (!read_time(scan, date) || !scan.done()) return std::nullopt;
  return date;
}

}  // namespace hone

#include "storage/sqlite_values.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/text.hpp"

namespace hone {
namespace {

/// Reads the JSON that this room writes: no white space, nothing nested.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool takes(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::optional<std::string> string() {
    if (!takes('"')) return std::nullopt;
    std::string all;
    while (!text_.empty()) {
      const char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"') return all;
      if (c != '\\') {
        all += c;
      } else if (!take_escape(all)) {
        break;
      }
    }
    return std::nullopt;
  }
  std::optional<Value> value() {
    if (text_.starts_with('"')) {
      auto read = string();
      return read ? std::optional<Value>(std::move(*read)) : std::nullopt;
    }
    const std::string word(text_.substr(0, text_.find_first_of(",]}")));
    text_.remove_prefix(word.size());
    const bool letters = word == "null" || word == "true" || word == "false";
    const char* const type = word == "null"                                  ? "null"
                             : letters                                       ? "bool"
                             : word.find_first_of(".e") == std::string::npos ? "int"
                                                                             : "float";
    auto read = value_from(type, word);
    return read ? std::optional<Value>(std::move(*read)) : std::nullopt;
  }

 private:
  bool take_escape(std::string& all) {
    constexpr std::string_view written = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    if (text_.empty()) return false;
    const char c = text_.front();
    text_.remove_prefix(1);
    if (const auto at = written.find(c); at != std::string_view::npos) {
      all += meant[at];
      return true;
    }
    unsigned code = 0;  // control characters only: all others stand for themselves
    if (c != 'u' || text_.size() < 4) return false;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + 4, code, 16);
    if (error != std::errc() || end != text_.data() + 4 || code > 0x7f) return false;
    all += static_cast<char>(code);
    text_.remove_prefix(4);
    return true;
  }

  std::string_view text_;
};

}  // namespace

const char* special_name(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value == 0 && std::signbit(value) ? "-0" : nullptr;
}

double plain_value(double value) {
  return std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
}

Result<double> read_number(const SqliteRows& row, int column) {
  using limits = std::numeric_limits<double>;
  if (row.is_null(column + 1)) {
    if (row.is_null(column)) return fail(Error::Kind::corrupt, "a stored number is NULL without saying why");
    return row.real(column);
  }
  const std::string_view special = row.text(column + 1);
  if (special == "nan") return limits::quiet_NaN();
  if (special == "inf") return limits::infinity();
  if (special == "-inf") return -limits::infinity();
  if (special == "-0") return -0.0;
  return fail(Error::Kind::corrupt, fmt::format("a stored number is '{}'; known: nan, inf, -inf, -0", quoted(special)));
}

std::string point_text(std::span<const double> point) {
  std::string text;
  char number[32];
  for (const double unit : point) {
    if (!text.empty()) text += ' ';
    text.append(number, std::to_chars(number, number + sizeof number, unit).ptr);
  }
  return text;
}

Result<std::vector<double>> read_point(std::string_view text) {
  std::vector<double> point;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto [next, error] = std::from_chars(at, end, point.emplace_back());
    if (error != std::errc() || (next != end && *next != ' ') || next + 1 == end)
      return fail(Error::Kind::corrupt, fmt::format("a stored point is '{}', not numbers", quoted(text)));
    at = next == end ? end : next + 1;
  }
  return point;
}

std::string values_text(std::span<const double> values) {
  std::string text = "[";
  for (const double value : values) {
    if (text.size() > 1) text += ',';
    text += value_json(value);
  }
  return text + ']';
}

Result<std::vector<double>> read_values(std::string_view text) {
  JsonReader in(text);
  std::vector<double> values;
  bool good = in.takes('[');
  if (good && !in.takes(']')) do {
      const auto value = in.value();
      good = value && std::holds_alternative<double>(*value);
      if (good) values.push_back(std::get<double>(*value));
    } while (good && in.takes(','));
  if (!good || (!values.empty() && !in.takes(']')) || !in.at_end())
    return fail(Error::Kind::corrupt, fmt::format("stored values are '{}', not an array of numbers", quoted(text)));
  return values;
}

Result<Configuration> read_configuration(std::string_view text) {
  JsonReader in(text);
  std::vector<Configuration::Entry> entries;
  bool good = in.takes('{');
  if (good && !in.takes('}')) do {
      auto name = in.string();
      good = name && in.takes(':');
      if (!good) break;
      auto value = in.value();
      good = value.has_value();
      if (good) entries.emplace_back(std::move(*name), std::move(*value));
    } while (good && in.takes(','));
  if (!good || (!entries.empty() && !in.takes('}')) || !in.at_end())
    return fail(Error::Kind::corrupt,
                fmt::format("a stored configuration is '{}', not an object of plain values", quoted(text)));
  return Configuration(std::move(entries));
}

std::string seed_text(std::uint64_t seed) {
  return fmt::format("{}", seed);
}

Result<std::uint64_t> read_seed(std::string_view text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(Error::Kind::corrupt, fmt::format("a stored seed is '{}', not an integer", quoted(text)));
  return seed;
}

}  // namespace hone

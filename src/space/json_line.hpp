/// One line of JSON, with the column of everything in it, so that an answer can point at what is wrong.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone {

/// Why a line is refused. `at`: column in bytes, from 1.
struct LineFault {
  std::string message;
  std::size_t at = 1;
};
template <class T>
using LineResult = std::expected<T, LineFault>;

struct JsonNode {
  enum class Kind { null, boolean, integer, real, text, array, object };
  Kind kind = Kind::null;
  bool truth = false;
  std::int64_t integer = 0;  ///< whole numbers beyond 64 bits are reals
  double real = 0;
  std::string text;
  std::string key;                ///< its name, if it is a member of an object
  std::size_t at = 1;             ///< column of its key if it has one, else of the value
  std::vector<JsonNode> members;  ///< of an object or array, in order

  /// The member of that name, or null.
  const JsonNode* find(std::string_view name) const;
};

/// Strict JSON (RFC 8259) in UTF-8, and the bare NaN, Infinity and -Infinity that Python prints: they become the texts
/// "nan", "inf" and "-inf". Errors: not JSON; a key twice in an object; more than 16 levels; more than `bytes_max`.
/// Memory: about 9 bytes for each of the text's, and 160 for each value.
inline constexpr std::size_t json_line_max = 1 << 20;
LineResult<JsonNode> parse_json_line(std::string_view line, std::size_t bytes_max = json_line_max);

/// A number, finite or not: whole, real, or one of the texts "nan", "inf", "-inf" (any case). Errors: anything else.
LineResult<double> number_of(const JsonNode& node);
LineResult<std::int64_t> integer_of(const JsonNode& node);
/// What something has cost: finite, not negative.
LineResult<double> cost_of(const JsonNode& node);
LineResult<std::string> text_of(const JsonNode& node);
/// An array of numbers. Errors: anything else.
LineResult<std::vector<double>> numbers_of(const JsonNode& node);

/// The member "value" (a number) or "values" (an array, or an object by metric) of a line: one number per metric, in
/// their order. `verb` is for messages: "report", "tell". Errors: another number of values, unknown metrics.
LineResult<std::vector<double>> objective_values(const JsonNode& node, std::span<const std::string> metrics,
                                                 std::string_view verb);

/// "a number", "an object", ...: for messages.
std::string_view kind_name(JsonNode::Kind kind);

/// `node` as JSON text again: one line, the shortest numbers that read back exactly.
std::string json_text(const JsonNode& node);

}  // namespace hone

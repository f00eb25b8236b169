/// JSON written by hand: output needs no library, and numbers are to be the shortest text that reads back exactly.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "space/value.hpp"

namespace hone {

/// Quoted and escaped; invalid UTF-8 becomes U+FFFD, so that the result is always JSON.
std::string json_string(std::string_view text);
/// A double keeps a '.' or an 'e' (1.0, not 1); what is not finite is null.
std::string json_number(double value);
std::string json_value(const Value& value);
std::string json_object(const Configuration& configuration);
/// `["a","b"]`, `[1.0,null]`
std::string json_array(std::span<const std::string> texts);
std::string json_array(std::span<const double> numbers);
/// An array of finished JSON texts, one on each line; ends with a newline.
std::string json_lines(std::span<const std::string> elements);

/// Builds one object; keys stand in the order of the calls.
class JsonObject {
 public:
  JsonObject& raw(std::string_view key, std::string_view json);
  JsonObject& add(std::string_view key, const Value& value) { return raw(key, json_value(value)); }
  /// "" gives null.
  JsonObject& text_or_null(std::string_view key, std::string_view text);
  JsonObject& number(std::string_view key, std::optional<double> value);
  JsonObject& integer(std::string_view key, std::int64_t value) { return raw(key, std::to_string(value)); }
  std::string text() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

}  // namespace hone

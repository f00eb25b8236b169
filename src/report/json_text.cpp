#include "report/json_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <type_traits>

#include "base/text.hpp"

namespace hone {
namespace {

/// Length of the valid UTF-8 sequence that `text` begins with (shortest form, no surrogates), or 0.
std::size_t valid_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first < 0xE0 ? 2 : first >> 4 == 14 ? 3 : first < 0xF5 ? 4 : 0;
  if (first < 0xC2 || length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (byte(i) >> 6 != 2) return 0;
  const unsigned second = byte(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
  return length;
}

template <class T, class F>
std::string array_of(std::span<const T> elements, F to_json) {
  std::string all = "[";
  for (std::size_t i = 0; i < elements.size(); ++i) all += (i > 0 ? "," : "") + to_json(elements[i]);
  return all + "]";
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string all = "\"";
  while (!text.empty()) {
    const std::size_t length = valid_sequence(text);
    const char c = text[0];
    if (length == 0)
      all += "\xEF\xBF\xBD";
    else if (c == '"' || c == '\\')
      all += {'\\', c};
    else if (c == '\n')
      all += "\\n";
    else if (c == '\t')
      all += "\\t";
    else if (length == 1 && static_cast<unsigned char>(c) < 0x20)
      all += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      all += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return all + "\"";
}

std::string json_number(double value) {
  if (!std::isfinite(value)) return "null";
  std::string text = number_text(value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string json_value(const Value& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, Null>)
          return "null";
        else if constexpr (std::is_same_v<T, bool>)
          return held ? "true" : "false";
        else if constexpr (std::is_same_v<T, std::int64_t>)
          return std::to_string(held);
        else if constexpr (std::is_same_v<T, double>)
          return json_number(held);
        else
          return json_string(held);
      },
      value);
}

std::string json_object(const Configuration& configuration) {
  JsonObject object;
  for (const auto& [name, value] : configuration.entries()) object.add(name, value);
  return object.text();
}

std::string json_array(std::span<const std::string> texts) {
  return array_of(texts, [](const std::string& text) { return json_string(text); });
}

std::string json_array(std::span<const double> numbers) {
  return array_of(numbers, [](double number) { return json_number(number); });
}

std::string json_lines(std::span<const std::string> elements) {
  return elements.empty() ? "[]\n" : "[\n" + join(elements, ",\n") + "\n]\n";
}

JsonObject& JsonObject::raw(std::string_view key, std::string_view json) {
  if (!members_.empty()) members_ += ", ";
  members_ += json_string(key);
  members_ += ": ";
  members_ += json;
  return *this;
}

JsonObject& JsonObject::text_or_null(std::string_view key, std::string_view text) {
  return raw(key, text.empty() ? "null" : json_string(text));
}

JsonObject& JsonObject::number(std::string_view key, std::optional<double> value) {
  return raw(key, value ? json_number(*value) : "null");
}

}  // namespace hone

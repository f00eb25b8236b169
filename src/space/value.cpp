#include "space/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"

namespace hone {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

/// A double that cannot be read back as an integer: 1.0, not 1.
std::string float_text(double value) {
  std::string text = number_text(value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

/// In double quotes; the escapes used are the ones that JSON and TOML share.
std::string quote(const std::string& text) {
  std::string all = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        all += "\\\"";
        break;
      case '\\':
        all += "\\\\";
        break;
      case '\b':
        all += "\\b";
        break;
      case '\f':
        all += "\\f";
        break;
      case '\n':
        all += "\\n";
        break;
      case '\r':
        all += "\\r";
        break;
      case '\t':
        all += "\\t";
        break;
      default:
        if (const auto byte = static_cast<unsigned char>(c); byte < 0x20 || byte == 0x7f)
          all += fmt::format("\\u{:04x}", byte);
        else
          all += c;
    }
  }
  return all + '"';
}

std::string literal(const Value& value, const char* null) {
  return std::visit(
      Overloaded{[&](Null) { return std::string(null); }, [](bool b) { return std::string(b ? "true" : "false"); },
                 [](std::int64_t i) { return fmt::to_string(i); }, [](double d) { return float_text(d); },
                 [](const std::string& s) { return quote(s); }},
      value);
}

}  // namespace

std::string value_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<double>(&value)) return number_text(*number);
  return literal(value, "null");
}

std::string value_json(const Value& value) {
  return literal(value, "null");
}

std::string value_toml(const Value& value) {
  return literal(value, "{none = true}");
}

std::string value_type_name(const Value& value) {
  constexpr const char* names[] = {"null", "bool", "int", "float", "string"};
  return names[value.index()];
}

Result<Value> value_from(const std::string& type_name, const std::string& text) {
  if (type_name == "null" && text == "null") return Value(Null{});
  if (type_name == "bool" && (text == "true" || text == "false")) return Value(text == "true");
  if (type_name == "int")
    if (const auto number = parse_integer(text)) return Value(*number);
  if (type_name == "float")
    if (const auto number = parse_number(text); number && std::isfinite(*number)) return Value(*number);
  if (type_name == "string") return Value(text);
  return fail(Error::Kind::corrupt,
              fmt::format("'{}' is not a stored value of type '{}'", quoted(text), quoted(type_name)));
}

double value_number(const Value& value) {
  if (const auto* b = std::get_if<bool>(&value)) return *b ? 1 : 0;
  if (const auto* i = std::get_if<std::int64_t>(&value)) return static_cast<double>(*i);
  if (const auto* d = std::get_if<double>(&value)) return *d;
  return std::numeric_limits<double>::quiet_NaN();
}

constinit const std::vector<Configuration::Entry> Configuration::none;

void Configuration::set(std::string name, Value value) {
  auto entries = std::make_shared<std::vector<Entry>>(this->entries());
  const auto at = std::ranges::find(*entries, name, &Entry::first);
  if (at == entries->end())
    entries->emplace_back(std::move(name), std::move(value));
  else
    at->second = std::move(value);
  entries_ = std::move(entries);
}

const Value* Configuration::find(std::string_view name) const {
  for (const Entry& entry : entries())
    if (entry.first == name) return &entry.second;
  return nullptr;
}

std::string Configuration::json() const {
  std::string all = "{";
  for (const auto& [name, value] : entries()) {
    if (all.size() > 1) all += ',';
    all += quote(name) + ':' + value_json(value);
  }
  return all + '}';
}

std::string Configuration::text() const {
  std::string all;
  for (const auto& [name, value] : entries()) {
    if (!all.empty()) all += ' ';
    all += name + '=' + value_text(value);
  }
  return all;
}

}  // namespace hone

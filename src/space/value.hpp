/// One value of a parameter: what a person writes in a study file and a training program receives.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace hone {

/// The choice "none": `{none = true}` in TOML, null in JSON.
struct Null {
  friend bool operator==(Null, Null) = default;
};

/// Identity is (type, value): 1, 1.0, "1" and true are four different values. Doubles are finite.
using Value = std::variant<Null, bool, std::int64_t, double, std::string>;

/// Shortest text that reads back exactly: null, true, 3, 0.25, relu. Strings are bare.
std::string value_text(const Value& value);
/// As it stands in JSON and in TOML: strings quoted and escaped; a double always has a '.', 'e' (1.0, not 1). Null is
/// `null` in JSON, `{none = true}` in TOML.
std::string value_json(const Value& value);
std::string value_toml(const Value& value);
/// The type by name for messages and storage: "null", "bool", "int", "float", "string".
std::string value_type_name(const Value& value);
/// Reads back what (value_type_name, value_text) wrote. Errors: `corrupt`.
Result<Value> value_from(const std::string& type_name, const std::string& text);
/// A number as double (bool: 0 or 1); anything else is not a number (NaN).
double value_number(const Value& value);

/// Named values in the order of the space's axes; inactive parameters are absent. Copies share them: O(1).
class Configuration {
 public:
  using Entry = std::pair<std::string, Value>;

  Configuration() = default;
  /// `entries` have different names.
  explicit Configuration(std::vector<Entry> entries)
      : entries_(entries.empty() ? nullptr : std::make_shared<const std::vector<Entry>>(std::move(entries))) {}

  void set(std::string name, Value value);         ///< replaces, or appends. O(size).
  const Value* find(std::string_view name) const;  ///< null if absent. O(size).
  const std::vector<Entry>& entries() const { return entries_ ? *entries_ : none; }
  bool empty() const { return entries_ == nullptr; }
  /// `{"learning_rate":0.01,"layers":2}`
  std::string json() const;
  /// `learning_rate=0.01 layers=2`
  std::string text() const;
  friend bool operator==(const Configuration& a, const Configuration& b) {
    return a.entries_ == b.entries_ || a.entries() == b.entries();
  }

 private:
  static const std::vector<Entry> none;
  std::shared_ptr<const std::vector<Entry>> entries_;  // null if there are none
};

}  // namespace hone

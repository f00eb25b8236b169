// The normalised text of a space: one line per parameter, keys in one order, numbers in their shortest form.
#include "base/text.hpp"
#include "space/space.hpp"
#include "space/toml_text.hpp"

namespace hone {
namespace {

std::string number_toml(const Parameter& parameter, double number) {
  if (parameter.type == ParameterType::int_) return value_toml(static_cast<std::int64_t>(number));
  return value_toml(number);
}

std::string parameter_toml(const Parameter& p) {
  std::string text = "{ type = \"" + std::string(parameter_type_name(p.type)) + '"';
  if (is_numeric(p.type)) {
    text += ", low = " + number_toml(p, p.low) + ", high = " + number_toml(p, p.high);
    if (p.log) text += ", log = true";
    if (p.step != 0 && !(p.type == ParameterType::int_ && p.step == 1)) text += ", step = " + number_toml(p, p.step);
  } else if (p.type != ParameterType::boolean) {
    text += ", choices = " + array_toml(p.choices);
  }
  if (p.defaults.size() == 1) text += ", default = " + value_toml(p.defaults[0]);
  if (p.defaults.size() > 1) text += ", default = " + array_toml(p.defaults);
  if (!p.repeat.empty()) text += ", repeat = " + string_toml(p.repeat);
  if (!trim(p.when).empty()) text += ", when = " + string_toml(trim(p.when));
  return text + " }";
}

}  // namespace

std::string Space::to_toml() const {
  std::string text = "[space]\n";
  for (const Parameter& parameter : parameters_) text += parameter.name + " = " + parameter_toml(parameter) + '\n';
  if (forbid_text_.empty()) return text;
  std::vector<Value> forbid;
  for (const std::string& constraint : forbid_text_) forbid.emplace_back(std::string(trim(constraint)));
  return text + "\n[constraints]\nforbid = " + array_toml(forbid) + '\n';
}

}  // namespace hone

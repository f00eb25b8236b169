#include "report/configuration_text.hpp"

#include "report/text_table.hpp"

namespace hone {

std::string short_text(const Configuration& configuration) {
  std::string text;
  for (const auto& [name, value] : configuration.entries()) {
    if (!text.empty()) text += ' ';
    const auto* real = std::get_if<double>(&value);
    text += name + '=' + (real ? short_number(*real) : value_text(value));
  }
  return text;
}

}  // namespace hone

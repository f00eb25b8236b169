#include "cli/option_listing.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "base/text.hpp"
#include "report/json_text.hpp"
#include "report/text_width.hpp"

namespace hone {
namespace {

constexpr std::size_t text_columns = 100;

Value option_value(const OptionRow& row, double value) {
  if (row.integer && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
  return value;
}

std::string for_people(std::string_view section, std::span<const ListedPlugin> plugins) {
  std::string all;
  for (const ListedPlugin& plugin : plugins) {
    all += fmt::format("{}\n", plugin.name);
    for (const std::string& line : wrap_text(plugin.summary, text_columns - 2)) all += "  " + line + "\n";
    if (!plugin.paper.empty()) all += fmt::format("  Source: {}\n", plugin.paper);
    for (const OptionRow& row : plugin.options)
      all += fmt::format("    {} = {}   {} ({} to {})\n", row.name, value_text(option_value(row, row.value)), row.help,
                         value_text(option_value(row, row.low)), value_text(option_value(row, row.high)));
    all += "\n";
  }
  return all + fmt::format("In a study file: [search] {} = \"NAME\", and its options under [search.NAME].\n", section);
}

std::string for_programs(std::span<const ListedPlugin> plugins) {
  std::vector<std::string> objects;
  for (const ListedPlugin& plugin : plugins) {
    std::vector<std::string> options;
    for (const OptionRow& row : plugin.options)
      options.push_back(JsonObject()
                            .raw("name", json_string(row.name))
                            .add("default", option_value(row, row.value))
                            .add("low", option_value(row, row.low))
                            .add("high", option_value(row, row.high))
                            .raw("integer", row.integer ? "true" : "false")
                            .raw("help", json_string(row.help))
                            .text());
    objects.push_back(JsonObject()
                          .raw("name", json_string(plugin.name))
                          .raw("summary", json_string(plugin.summary))
                          .text_or_null("paper", plugin.paper)
                          .raw("options", "[" + join(options, ", ") + "]")
                          .text());
  }
  return json_lines(objects);
}

/// One row per option; a plugin without options has one row.
TextTable as_table(std::span<const ListedPlugin> plugins) {
  TextTable table;
  for (const char* key : {"name", "option", "default", "low", "high", "help"}) table.columns.push_back({key, key});
  for (const ListedPlugin& plugin : plugins) {
    if (plugin.options.empty())
      table.rows.push_back({std::string(plugin.name), Null{}, Null{}, Null{}, Null{}, std::string(plugin.summary)});
    for (const OptionRow& row : plugin.options)
      table.rows.push_back({std::string(plugin.name), std::string(row.name), option_value(row, row.value),
                            option_value(row, row.low), option_value(row, row.high), std::string(row.help)});
  }
  return table;
}

}  // namespace

Result<int> print_plugins(const Arguments& arguments, std::string_view section, std::span<const ListedPlugin> plugins) {
  HONE_TRY(const ListFormat format, list_format(arguments));
  const std::string text = format == ListFormat::json  ? for_programs(plugins)
                           : format == ListFormat::csv ? table_csv(as_table(plugins))
                                                       : for_people(section, plugins);
  std::fputs(text.c_str(), stdout);
  return exit_done;
}

}  // namespace hone

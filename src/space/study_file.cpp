#include "space/study_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "space/study_file_sections.hpp"

namespace hone {
namespace {

constexpr std::int64_t format_version = 1;

void read_format(TableReader& file, Complaints& complaints) {
  const auto format = file.integer("format", 1);
  if (!file.node("format"))
    complaints.at({}, "the format is missing; begin the file with: format = 1");
  else if (format && *format > format_version)
    complaints.at(file.place("format"), fmt::format("format {} was written by a newer hone, this one reads up to {}; "
                                                    "update hone",
                                                    *format, format_version));
}

void read_objective(TableReader& study, StudyFile& out, Complaints& complaints) {
  static const std::vector<std::string> allowed = {"minimize", "maximize"};
  const auto direction = study.text("direction", allowed);
  out.metric = study.text("metric");
  out.directions = study.texts("directions");
  out.metrics = study.texts("metrics");
  for (const std::string& each : out.directions)
    if (std::ranges::find(allowed, each) == allowed.end())
      complaints.at(study.place("directions"), fmt::format("'directions' in [study] must hold minimize or maximize, "
                                                           "got '{}'",
                                                           quoted(each)));
  const bool several = study.node("directions") || study.node("metrics");
  if (several && (study.node("direction") || study.node("metric")))
    complaints.at(study.place(study.node("directions") ? "directions" : "metrics"),
                  "[study] has one direction with one metric, or directions with metrics; leave one pair out");
  else if (several && (out.directions.size() != out.metrics.size() || out.directions.empty()))
    complaints.at(study.place(study.node("directions") ? "directions" : "metrics"),
                  fmt::format("'directions' and 'metrics' in [study] must have as many entries, got {} and {}",
                              out.directions.size(), out.metrics.size()));
  for (auto metric = out.metrics.begin(); metric != out.metrics.end(); ++metric)
    if (std::find(out.metrics.begin(), metric, *metric) != metric)
      complaints.at(study.place("metrics"), fmt::format("'metrics' in [study] has '{}' twice", quoted(*metric)));
  if (direction) out.directions = {*direction};
}

/// A whole number; above 2^63 - 1 in quotes.
std::optional<std::uint64_t> read_seed(TableReader& study, Complaints& complaints) {
  const TomlNode* node = study.node("seed");
  if (!node) return std::nullopt;
  if (node->kind == TomlNode::Kind::value) {
    if (const auto* number = std::get_if<std::int64_t>(&node->value); number && *number >= 0)
      return static_cast<std::uint64_t>(*number);
    if (const auto* text = std::get_if<std::string>(&node->value)) {
      std::uint64_t seed = 0;
      const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seed);
      if (error == std::errc{} && end == text->data() + text->size()) return seed;
    }
  }
  complaints.at(node->place, fmt::format("'seed' in [study] must be a whole number from 0 to 2^64 - 1, got {}",
                                         node_description(*node)));
  return std::nullopt;
}

void read_study(TableReader& study, StudyFile& out, Complaints& complaints) {
  out.name = study.text("name");
  out.seed = read_seed(study, complaints);
  read_objective(study, out, complaints);
  study.finish();
}

void read_search(TableReader& search, StudyFile& out, Complaints& complaints) {
  out.search.sampler = search.text("sampler");
  out.search.pruner = search.text("pruner");
  out.search.trials = search.integer("trials", 1);
  out.search.time_seconds = search.seconds("time");
  out.search.cost = search.number("cost");
  if (out.search.cost && !(*out.search.cost > 0 && *out.search.cost <= cost_max))
    complaints.at(search.place("cost"),
                  fmt::format("'cost' in [search] must be a number above 0, got {}", number_text(*out.search.cost)));
  out.search.cost_per_hour = search.number("cost_per_hour");
  if (const auto rate = out.search.cost_per_hour; rate && !(*rate >= 0 && *rate <= cost_max))
    complaints.at(search.place("cost_per_hour"),
                  fmt::format("'cost_per_hour' in [search] must be 0 or more, got {}", number_text(*rate)));
  out.search.parallel = search.integer("parallel", 1);
  out.search.seeds_per_trial = search.integer("seeds_per_trial", 1).value_or(1);
  out.search.checkpoints = search.text("checkpoints");
  if (const auto audit = search.number("audit")) {
    if (*audit < 0 || *audit > 1)
      complaints.at(search.place("audit"),
                    fmt::format("'audit' in [search] is a share from 0 to 1, got {}", number_text(*audit)));
    out.search.audit = *audit;
  }
  for (const TomlMember* table : search.other_tables()) {
    TableReader options(&table->node, fmt::format("[search.{}]", table->key), complaints);
    auto& values = out.search.options[table->key];
    for (const TomlMember& option : table->node.members) {
      const bool flag = option.node.kind == TomlNode::Kind::value && std::holds_alternative<bool>(option.node.value);
      const auto number = flag ? value_number(option.node.value) : options.number(option.key);
      if (number) values[option.key] = *number;
    }
  }
  search.finish();
}

void read_data(TableReader& data, StudyFile& out, Complaints& complaints) {
  out.data.path = data.text("path");
  out.data.target = data.text("target");
  out.data.task = data.text("task", {"classification", "regression"});
  out.data.test = data.text("test");
  out.data.split_by = data.text("split_by");
  out.data.scaling = data.text("scaling");
  out.data.time_column = data.text("time_column");
  if (out.data.split_by && out.data.time_column)
    complaints.at(data.place("time_column"), "'split_by' and 'time_column' in [data] exclude each other; keep one");
  if (const TomlNode* node = data.node("columns")) {
    TableReader columns(node, "columns of [data]", complaints);
    for (const TomlMember& column : node->members)
      if (auto use = columns.text(column.key, {"categorical", "numeric", "date", "drop", "keep"}))
        out.data.columns[column.key] = std::move(*use);
  }
  data.finish();
}

std::vector<CommandArgument> read_command(TableReader& run, Complaints& complaints) {
  std::vector<CommandArgument> command;
  const TomlNode* array = run.array("command");
  if (!run.node("command") && !run.node("max_step"))  // a session has steps, and nothing to start
    complaints.at(run.place(), "[run] has no command; add command = [\"PROGRAM\", \"ARGUMENT\"]");
  if (!array) return command;
  const auto read_word = [&](const TomlNode& node, CommandArgument& argument) {
    const auto* word = std::get_if<std::string>(&node.value);
    if (node.kind == TomlNode::Kind::value && word)
      argument.words.push_back(*word);
    else
      complaints.at(node.place, fmt::format("'command' in [run] must hold strings and arrays of strings, got {}; put "
                                            "it in quotes",
                                            node_description(node)));
  };
  for (const TomlNode& item : array->items) {
    CommandArgument& argument = command.emplace_back();
    argument.optional = item.kind == TomlNode::Kind::array;
    if (!argument.optional) read_word(item, argument);
    for (const TomlNode& word : item.items) read_word(word, argument);
    if (argument.words.empty()) complaints.at(item.place, "an empty argument in 'command' of [run]; remove it");
  }
  if (command.empty() || command[0].optional)
    complaints.at(array->place, "'command' in [run] must begin with the program, a string");
  return command;
}

/// "4G", "512M": digits and a unit. Kept as text.
std::optional<std::string> read_memory(TableReader& run, Complaints& complaints) {
  auto text = run.text("memory");
  if (!text) return text;
  const std::string_view units = "KMGT", digits = std::string_view(*text).substr(0, text->size() - 1);
  const auto amount = parse_number(digits);
  if (units.find(text->back()) != std::string_view::npos && amount && *amount > 0 && *amount < 1e6) return text;
  complaints.at(run.place("memory"), fmt::format("'memory' in [run] must be an amount such as \"512M\" or \"4G\", got "
                                                 "'{}'",
                                                 quoted(*text)));
  return std::nullopt;
}

void read_run(TableReader& reader, StudyFile& out, Complaints& complaints) {
  RunSection run;
  run.command = read_command(reader, complaints);
  if (const TomlNode* node = reader.node("env")) {
    TableReader environment(node, "env of [run]", complaints);
    for (const TomlMember& variable : node->members) {
      const bool is_text = variable.node.kind == TomlNode::Kind::value;
      const auto* text = is_text ? std::get_if<std::string>(&variable.node.value) : nullptr;
      if (text)
        run.environment[variable.key] = *text;
      else
        complaints.at(variable.node.place,
                      fmt::format("'{}' in env of [run] must be a string, got {}; put it in quotes",
                                  quoted(variable.key), node_description(variable.node)));
    }
  }
  run.cwd = reader.text("cwd");
  run.metric_regex = reader.text("metric_regex");
  run.memory = read_memory(reader, complaints);
  run.timeout_seconds = reader.seconds("timeout");
  run.grace_seconds = reader.seconds("grace");
  run.retries = reader.integer("retries", 0).value_or(1);
  run.max_step = reader.integer("max_step", 1);
  run.gpus = reader.texts("gpus");
  reader.finish();
  out.run = std::move(run);
}

void read_enqueue(TableReader& file, StudyFile& out, Complaints& complaints) {
  const TomlNode* array = file.array("enqueue");
  if (!array) return;
  const Space* space = out.space ? &*out.space : nullptr;
  for (const TomlNode& item : array->items)
    out.enqueue.push_back(read_configuration(item, "[[enqueue]]", space, complaints));
}

void read_fixed(const TomlNode& fixed, StudyFile& out, Complaints& complaints) {
  out.fixed = read_configuration(fixed, "[fixed]", nullptr, complaints);
  if (!out.space) return;
  for (const TomlMember& member : fixed.members)
    if (out.space->find_axis(member.key))
      complaints.at(member.place, fmt::format("'{}' is both in [space] and in [fixed]; remove one", member.key));
}

}  // namespace

Result<StudyFile> parse_study_file(std::string_view toml, const std::string& source) {
  const auto tree = parse_toml(toml);
  if (!tree) {
    const auto& [place, message] = tree.error();
    return refuse(fmt::format("{}:{}:{}: {}", source, place.line, place.column, message));
  }
  StudyFile out;
  Complaints complaints;
  TableReader file(&*tree, "the study file", complaints);
  const auto section = [&](std::string_view name) {
    return TableReader(file.node(name), fmt::format("[{}]", name), complaints);
  };
  read_format(file, complaints);
  TableReader study = section("study"), search = section("search"), data = section("data"), fit = section("fit");
  read_study(study, out, complaints);
  const TomlNode* space = file.node("space");
  out.space = read_space(space, file.node("constraints"), complaints);
  if (const TomlNode* fixed = file.node("fixed")) read_fixed(*fixed, out, complaints);
  read_enqueue(file, out, complaints);
  read_search(search, out, complaints);
  read_data(data, out, complaints);
  out.fit_metric = fit.text("metric");
  out.ensemble = fit.integer("ensemble", 1);
  out.folds = fit.integer("folds", 2).value_or(0);
  out.fit_max_step = fit.integer("max_step", 1);
  fit.finish();
  if (TableReader run = section("run"); run.present()) read_run(run, out, complaints);
  file.finish();
  if (complaints.any()) return std::unexpected(complaints.error(source));
  return out;
}

}  // namespace hone

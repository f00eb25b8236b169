/// Writes a study file that parses back to the same content.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "space/study_file.hpp"
#include "space/toml_text.hpp"

namespace hone {
namespace {

/// As it is, or in quotes where TOML wants them.
std::string key_toml(std::string_view key) {
  const auto bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !key.empty() && std::ranges::all_of(key, bare) ? std::string(key) : string_toml(key);
}

std::string strings_toml(const std::vector<std::string>& texts) {
  return array_toml(std::vector<Value>(texts.begin(), texts.end()));
}

/// Lines of one section; empty sections are left out.
class SectionText {
 public:
  explicit SectionText(std::string header) : header_(std::move(header)) {}

  void raw(std::string_view key, std::string_view value) { lines_ += fmt::format("{} = {}\n", key_toml(key), value); }
  void set(std::string_view key, const std::optional<std::string>& text) {
    if (text) raw(key, string_toml(*text));
  }
  void set(std::string_view key, const std::optional<std::int64_t>& number) {
    if (number) raw(key, fmt::to_string(*number));
  }
  void seconds(std::string_view key, const std::optional<double>& seconds) {
    if (seconds) raw(key, string_toml(number_text(*seconds) + "s"));
  }
  void append_to(std::string& all, bool even_if_empty = false) const {
    if (!lines_.empty() || even_if_empty) all += fmt::format("\n{}\n{}", header_, lines_);
  }

 private:
  std::string header_, lines_;
};

std::string map_toml(const std::map<std::string, std::string>& map) {
  std::string text = "{";
  for (const auto& [key, value] : map)
    text += fmt::format("{}{} = {}", text.size() > 1 ? ", " : " ", key_toml(key), string_toml(value));
  return text + " }";
}

void write_configuration(SectionText& section, const Configuration& configuration) {
  for (const auto& [name, value] : configuration.entries()) section.raw(name, value_toml(value));
}

void write_study(const StudyFile& file, std::string& all) {
  SectionText study("[study]");
  study.set("name", file.name);
  if (file.metrics.empty() && !file.directions.empty()) study.set("direction", file.directions[0]);
  study.set("metric", file.metric);
  if (!file.metrics.empty()) {
    study.raw("directions", strings_toml(file.directions));
    study.raw("metrics", strings_toml(file.metrics));
  }
  if (file.seed) {
    const std::string digits = fmt::to_string(*file.seed);
    study.raw("seed", *file.seed > std::uint64_t{INT64_MAX} ? string_toml(digits) : digits);
  }
  study.append_to(all);
}

void write_search(const SearchSection& from, std::string& all) {
  SectionText search("[search]");
  search.set("sampler", from.sampler);
  search.set("pruner", from.pruner);
  search.set("trials", from.trials);
  search.seconds("time", from.time_seconds);
  if (from.cost) search.raw("cost", value_toml(*from.cost));
  if (from.cost_per_hour) search.raw("cost_per_hour", value_toml(*from.cost_per_hour));
  search.set("parallel", from.parallel);
  if (from.seeds_per_trial != 1) search.set("seeds_per_trial", from.seeds_per_trial);
  search.set("checkpoints", from.checkpoints);
  if (from.audit > 0) search.raw("audit", value_toml(from.audit));
  search.append_to(all);
  for (const auto& [owner, options] : from.options) {
    SectionText section(fmt::format("[search.{}]", key_toml(owner)));
    for (const auto& [name, value] : options) {
      const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
      section.raw(name, whole ? value_toml(static_cast<std::int64_t>(value)) : value_toml(value));
    }
    section.append_to(all, true);
  }
}

void write_run(const RunSection& from, std::string& all) {
  SectionText run("[run]");
  std::string command;
  for (const auto& [words, optional] : from.command) {
    if (!command.empty()) command += ", ";
    command += optional ? strings_toml(words) : string_toml(words.at(0));
  }
  if (!command.empty()) run.raw("command", "[" + command + "]");
  if (!from.environment.empty()) run.raw("env", map_toml(from.environment));
  run.set("cwd", from.cwd);
  run.seconds("timeout", from.timeout_seconds);
  run.seconds("grace", from.grace_seconds);
  run.set("memory", from.memory);
  if (from.retries != 1) run.set("retries", from.retries);
  run.set("max_step", from.max_step);
  if (!from.gpus.empty()) run.raw("gpus", strings_toml(from.gpus));
  run.set("metric_regex", from.metric_regex);
  run.append_to(all, true);
}

void write_data(const StudyFile& file, std::string& all) {
  SectionText data("[data]");
  data.set("path", file.data.path);
  data.set("target", file.data.target);
  data.set("task", file.data.task);
  data.set("test", file.data.test);
  data.set("split_by", file.data.split_by);
  data.set("scaling", file.data.scaling);
  data.set("time_column", file.data.time_column);
  if (!file.data.columns.empty()) data.raw("columns", map_toml(file.data.columns));
  data.append_to(all);
  SectionText fit("[fit]");
  fit.set("metric", file.fit_metric);
  fit.set("max_step", file.fit_max_step);
  if (file.ensemble) fit.set("ensemble", *file.ensemble);
  if (file.folds != 0) fit.set("folds", file.folds);
  fit.append_to(all);
}

}  // namespace

std::string study_file_toml(const StudyFile& file) {
  std::string all = "format = 1\n";
  write_study(file, all);
  if (file.space) all += '\n' + file.space->to_toml();
  SectionText fixed("[fixed]");
  write_configuration(fixed, file.fixed);
  fixed.append_to(all);
  for (const Configuration& configuration : file.enqueue) {
    SectionText enqueue("[[enqueue]]");
    write_configuration(enqueue, configuration);
    enqueue.append_to(all, true);
  }
  write_search(file.search, all);
  if (file.run) write_run(*file.run, all);
  write_data(file, all);
  return all;
}

}  // namespace hone

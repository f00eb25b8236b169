#include "cli/fit_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.hpp"
#include "cli/common_flags.hpp"
#include "cli/study_reading.hpp"
#include "report/configuration_text.hpp"
#include "report/json_out.hpp"
#include "report/summary.hpp"
#include "report/text_width.hpp"
#include "runners/finalists.hpp"

namespace hone {

std::string final_text(const FitFinal& result) {
  std::string text = fmt::format("trial {}\nepochs {}\nvalidation {}\ntest {}\nlooks {}\ntrials {}\ntime_seconds {}\n",
                                 result.trial, result.epochs, number_text(result.validation), number_text(result.test),
                                 result.looks, result.trials, number_text(result.time_seconds));
  if (result.finalists > 0)
    text += fmt::format("finalists {}\ncross_validation {}\nfold_deviation {}\n", result.finalists,
                        number_text(result.cross_validation), number_text(result.fold_deviation));
  for (const auto& [name, value] : result.metrics) text += fmt::format("metric.{} {}\n", name, number_text(value));
  return text + fmt::format("model {}\n", result.model);
}

Result<FitFinal> parse_final(const std::string& text) {
  FitFinal result;
  const std::map<std::string_view, std::int64_t*> whole = {{"trial", &result.trial},
                                                           {"epochs", &result.epochs},
                                                           {"looks", &result.looks},
                                                           {"trials", &result.trials},
                                                           {"finalists", &result.finalists}};
  const std::map<std::string_view, double*> real = {{"validation", &result.validation},
                                                    {"test", &result.test},
                                                    {"time_seconds", &result.time_seconds},
                                                    {"cross_validation", &result.cross_validation},
                                                    {"fold_deviation", &result.fold_deviation}};
  for (const std::string& line : split(text, '\n')) {
    if (line.empty()) continue;
    const std::size_t blank = line.find(' ');
    const std::string name = line.substr(0, blank);
    const std::string value = blank == std::string::npos ? "" : line.substr(blank + 1);
    const auto number = value == "nan" ? std::optional(std::nan("")) : parse_number(value);
    if (const auto at = whole.find(name); at != whole.end() && parse_integer(value))
      *at->second = *parse_integer(value);
    else if (const auto field = real.find(name); field != real.end() && number)
      *field->second = *number;
    else if (name.starts_with("metric.") && number)
      result.metrics[name.substr(7)] = *number;
    else if (name == "model")
      result.model = value;
    else
      return fail(Error::Kind::corrupt,
                  fmt::format("the study's final result has a line '{}'; start it anew with --fresh", quoted(line)));
  }
  return result;
}

namespace {

void print_json(const FitSetup& setup, Study& study, const FitFinal& result, double seconds) {
  const TrialCounts counts = study.counts();
  SearchResult out;
  out.study = study.record().name;
  out.storage = without_password(setup.storage_url);
  out.seed = study.record().seed;
  out.seconds = seconds;
  out.complete = counts.complete;
  out.pruned = counts.pruned;
  out.failed = counts.failed;
  const auto trials = study.trials();
  out.best = {result.trial, result.validation, trials[static_cast<std::size_t>(result.trial)].configuration};
  out.metric = setup.metric->name;
  out.validation = result.validation;
  if (result.finalists > 0)
    out.cross_validation =
        SearchResult::CrossValidation{result.cross_validation, result.fold_deviation, finalist_folds, result.finalists};
  out.test = SearchResult::Test{result.test, {result.metrics.begin(), result.metrics.end()}, result.looks};
  out.model = result.model;
  const auto events = study.store().events(study.record().id);
  if (events) out.audit = audit_of(study.record(), trials, *events);
  if (counts.total() > 0)
    out.overhead_ms_per_trial = 1e3 * study.overhead_seconds() / static_cast<double>(counts.total());
  std::puts(result_json(out).c_str());
}

void print_table(const FitSetup& setup, Study& study, const FitFinal& result, double seconds) {
  const auto trials = study.trials();
  const std::string& name = study.record().name;
  const std::string metric(setup.metric->name);
  fmt::print("\n{} in {}\n\n", counts_line(study.counts()), duration_text(seconds));
  const std::size_t width = stdout_width() > 0 ? stdout_width() : width_without_terminal;
  fmt::print("{}", winners_text(trials, study.maximize(), metric, width));
  if (const std::string common = common_parameters(trials, study.maximize()); !common.empty())
    fmt::print("{}", with_heading("in common", common, width));
  const TrialRecord& winner = trials[static_cast<std::size_t>(result.trial)];
  fmt::print("\n{}", with_heading("winner",
                                  fmt::format("trial {}: {}", winner.number, short_text(winner.configuration)), width));
  fmt::print("validation  {} {}{}\n", metric, short_number(result.validation),
             trials.size() > 1 ? fmt::format(" (optimistic: it is the best of {} tries)", trials.size()) : "");
  if (result.finalists > 0)
    fmt::print("{}", with_heading("",
                                  fmt::format("{} {} ± {} over {} other folds; the best of {} finalists there", metric,
                                              short_number(result.cross_validation),
                                              short_number(result.fold_deviation, 2), finalist_folds, result.finalists),
                                  width));
  fmt::print("sealed test {} {} (look {} at {} rows)\n", metric, short_number(result.test), result.looks,
             setup.dataset->test_rows());
  const auto events = study.store().events(study.record().id);
  if (const auto audit = events ? audit_of(study.record(), trials, *events) : std::nullopt)
    fmt::print("{}", with_heading("audit", prune_audit_text(*audit), width));
  std::vector<std::string> others;
  for (const auto& [other, value] : result.metrics)
    if (other != metric) others.push_back(fmt::format("{} {}", other, short_number(value)));
  if (!others.empty()) fmt::print("{}", with_heading("", join(others, ", "), width));
  const std::string how =
      setup.folds > 0 ? fmt::format("the mean of {} networks, each trained on all folds but one", setup.folds)
      : setup.members == 1
          ? fmt::format("one network, trained on training and validation rows for {} epochs", result.epochs)
          : fmt::format("the mean of {} networks, trained on training and validation rows for {} epochs", setup.members,
                        result.epochs);
  fmt::print("model       {} ({})\n\n", result.model, how);

  const std::string data = shell_word(setup.file.data.path.value_or("DATA"));
  const std::string storage =
      setup.storage_url == "sqlite:///hone.db" ? "" : " --storage " + shell_word(without_password(setup.storage_url));
  const std::vector<NextCommand> next = {
      {"use it", fmt::format("hone predict {} {} -o predictions.csv", shell_word(result.model), data)},
      {"look closer", fmt::format("hone study show {}{}", shell_word(name), storage)},
      {"repeat the winner", fmt::format("hone fit {}", shell_word((setup.out / "best.toml").string()))},
  };
  fmt::print("{}", next_commands_text(next));
}

}  // namespace

void print_result(const FitSetup& setup, Study& study, const FitFinal& result, double seconds) {
  if (setup.json)
    print_json(setup, study, result, seconds);
  else
    print_table(setup, study, result, seconds);
}

}  // namespace hone

/// `hone check-width`: whether a learning rate carries over to another width.
#include <fmt/format.h>

#include <array>

#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "cli/common_flags.hpp"
#include "cli/fit_setup.hpp"
#include "cli/width_check.hpp"
#include "report/text_table.hpp"
#include "runners/native_network.hpp"

namespace hone {
namespace {

constexpr std::int64_t default_seeds = 5;  // by chance all prefer a neighbour in one of 32 checks

/// The one configuration that the file describes, as best.toml does.
Result<StudyFile> read_best(const std::string& path) {
  HONE_TRY(const std::string text, read_file(path));
  HONE_TRY(StudyFile file, parse_study_file(text, path));
  if (file.space || !file.fixed.find("learning_rate"))
    return refuse(
        fmt::format("'{}' is not one configuration: a file with [fixed] learning_rate and no [space] is "
                    "needed, such as best.toml of `hone fit`",
                    path));
  const Value* base = file.fixed.find("base_width");
  if (!base || value_number(*base) <= 0)
    return refuse(
        fmt::format("'{}' has no base_width in [fixed]: only with it (muP) is one rate meant for all "
                    "widths. Search with base_width set to the narrow width, then check",
                    path));
  return file;
}

std::string verdict_text(std::size_t verdict, double rate, std::int64_t units, std::int64_t seeds) {
  if (verdict == 1)
    return fmt::format("The rate holds at {} units: neither half nor twice of it is better from every start.", units);
  return fmt::format(
      "The rate does not carry over to {} units: {} is better from each of {} starts. Search again there, "
      "around that rate.",
      units, short_number(rate * rate_factors[verdict]), seeds);
}

void print(const WidthCheck& check, const Metric& metric, double rate, std::int64_t units, bool json) {
  TextTable table;
  table.columns = {
      {"factor", "factor"}, {"learning_rate", "learning_rate"}, {"mean", fmt::format("mean {}", metric.name)}};
  const auto seeds = static_cast<std::int64_t>(check.values[0].size());
  for (std::int64_t s = 0; s < seeds; ++s)
    table.columns.push_back({fmt::format("seed_{}", s), fmt::format("seed {}", s)});
  for (std::size_t f = 0; f < rate_factors.size(); ++f) {
    double sum = 0;
    for (const double value : check.values[f]) sum += value;
    auto& row = table.rows.emplace_back();
    row = {rate_factors[f], rate * rate_factors[f], sum / static_cast<double>(seeds)};
    for (const double value : check.values[f]) row.emplace_back(value);
  }
  const std::size_t verdict = check.verdict(metric.maximize);
  if (json)
    fmt::print("{{\"units\": {}, \"metric\": \"{}\", \"holds\": {}, \"better_rate\": {}, \"rates\": {}}}\n", units,
               metric.name, verdict == 1, verdict == 1 ? "null" : number_text(rate * rate_factors[verdict]),
               trim(table_json(table)));
  else
    fmt::print("{}\n{}\n", table_text(table, stdout_width()), verdict_text(verdict, rate, units, seeds));
}

Result<int> check(const Arguments& arguments) {
  install_interrupt_handler();
  HONE_TRY(const auto units, arguments.integer("--units", 1, 65536));
  if (!units) return refuse("--units N is missing: the width at which the rate is to be checked");
  HONE_TRY(const auto seeds, arguments.integer("--seeds", 1, 1000));
  HONE_TRY(const auto jobs, arguments.integer("--jobs", 1, 4096));
  const std::array<std::string, 2> formats = {"table", "json"};
  HONE_TRY(const auto format, arguments.choice("--format", formats));
  const std::string& path = arguments.positional("BEST");
  HONE_TRY(const StudyFile file, read_best(path));
  const std::uint64_t seed = file.seed.value_or(0);
  HONE_TRY(const DataOptions data, data_options_of(file, seed));
  HONE_TRY(const auto dataset, load_dataset(data));
  HONE_TRY(const Metric* const metric,
           find_metric(file.fit_metric.value_or(file.metric.value_or("")), dataset->target()));
  WidthCheckRequest request{.configuration = file.fixed, .units = *units, .study_seed = seed};
  request.seeds = seeds.value_or(default_seeds);
  request.jobs = jobs.value_or(available_cores());
  request.max_step = file.fit_max_step.value_or(27);
  if (const auto plan = network_plan(file.fixed, {}, search_shape(*dataset), request.max_step); !plan)
    return fail(plan.error().kind, fmt::format("'{}': {}", path, plan.error().message));
  Progress progress(progress_options_for(stderr));
  const auto result = check_width(*dataset, *metric, request, progress);
  progress.finish();
  if (!result) return std::unexpected(result.error());
  print(*result, *metric, value_number(*file.fixed.find("learning_rate")), *units, format == "json");
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = check(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {
    PositionalRow{"BEST", true, "a study file with one configuration, base_width in it: best.toml of `hone fit`"}};
constexpr std::array flags = {
    FlagRow{.name = "--units", .value_name = "N", .help = "hidden units of every layer to be checked"},
    FlagRow{.name = "--seeds", .value_name = "K", .help = "starts for each rate", .otherwise = "5"},
    FlagRow{
        .name = "--jobs", .short_name = "-j", .value_name = "N", .help = "trainings at once", .otherwise = "all cores"},
    FlagRow{
        .name = "--format", .short_name = "-f", .value_name = "FORMAT", .help = "table or json", .otherwise = "table"}};
constexpr std::array examples = {
    ExampleRow{"hone check-width narrow/best.toml --units 512", "does the rate found at 64 units hold at 512?"}};

}  // namespace

constinit const CommandInfo check_width_command_info{
    .name = "check-width",
    .summary = "does a learning rate found on narrow networks hold on wide ones?",
    .description =
        "With base_width (muP) a learning rate that was found on a narrow network is meant for wider ones too. This "
        "trains the wider network with half the rate, the rate and twice the rate, from the same starts, on the "
        "training part, judged by the validation part. The rate does not carry over if one of its neighbours is better "
        "from every start.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone

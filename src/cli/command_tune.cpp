/// `hone tune`.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "cli/common_flags.hpp"
#include "cli/search_watch.hpp"
#include "cli/study_place.hpp"
#include "cli/tune_result.hpp"
#include "cli/tune_setup.hpp"
#include "storage/patient_store.hpp"

namespace hone {
namespace {

constexpr std::int64_t default_trials = 100;
/// A program that fails so often, and has never measured anything, will go on failing.
constexpr std::int64_t hopeless_failures = 20;

Result<TuneSetup> read_setup(const Arguments& arguments) {
  TuneWishes wishes;
  wishes.command.assign(arguments.rest().begin(), arguments.rest().end());
  HONE_TRY(wishes.name, arguments.text("--study"));
  HONE_TRY(wishes.sampler, arguments.text("--sampler"));
  HONE_TRY(wishes.pruner, arguments.text("--pruner"));
  static const std::array<std::string, 2> directions = {"minimize", "maximize"};
  HONE_TRY(wishes.direction, arguments.choice("--direction", directions));
  HONE_TRY(wishes.metric, arguments.text("--metric"));
  HONE_TRY(wishes.metric_regex, arguments.text("--metric-regex"));
  HONE_TRY(wishes.trials, arguments.integer("--trials", 1, 1'000'000'000));
  HONE_TRY(wishes.jobs, arguments.integer("--jobs", 1, 4096));
  HONE_TRY(wishes.seed, arguments.seed("--seed"));
  HONE_TRY(wishes.time_seconds, arguments.duration("--time"));
  HONE_TRY(wishes.cost, arguments.number("--cost", 0, 1e200));
  if (wishes.cost == 0.0) return refuse("--cost is a budget above 0, got 0");
  HONE_TRY(wishes.cost_per_hour, arguments.number("--cost-per-hour", 0, 1e200));
  HONE_TRY(wishes.timeout_seconds, arguments.duration("--timeout"));
  StudyFile file;
  if (const std::filesystem::path path = arguments.positional("STUDY.toml"); !path.empty()) {
    HONE_TRY(const std::string text, read_file(path));
    HONE_TRY(file, parse_study_file(text, path.string()));
    wishes.folder = path.parent_path();
    wishes.stem = path.stem().string();
  } else if (wishes.command.empty()) {
    return refuse(
        "name a study file (`hone tune STUDY.toml`), or a command with domains (`hone tune -- ./train --lr "
        "{lr:1e-5..1e-1:log}`)");
  }
  return tune_setup(file, wishes);
}

Result<int> search_and_print(const TuneSetup& setup, const TuneOutput& output, const std::filesystem::path& files,
                             SearchWatch& watch) {
  HONE_TRY(const auto runner, tune_runner(setup, files));
  SearchWatch::Ends ends;
  ends.hopeless_failures = hopeless_failures;
  ends.stopping = fmt::format("ending the programs that run; they have {} to save (Ctrl-C kills them at once)",
                              duration_text(tune_grace_seconds(setup)));
  auto ended = watch.run(*runner, ends);
  watch.progress.finish();
  if (!ended) return std::unexpected(as_failure(std::move(ended).error()));
  return print_tune_result(setup, output, watch, *ended == "hopeless");
}

Result<int> tune(const Arguments& arguments) {
  const double started = system_clock().monotonic_seconds();
  install_interrupt_handler();
  TuneOutput output;
  static const std::array<std::string, 2> formats = {"table", "json"};
  HONE_TRY(const auto format, arguments.choice("--format", formats));
  output.json = format && std::string_view(*format) == "json";
  HONE_TRY(output.storage_url, storage_url(arguments));
  HONE_TRY(TuneSetup setup, read_setup(arguments));
  const bool no_budget = !setup.options.trials && !setup.time_seconds && !setup.options.cost;
  if (no_budget) setup.options.trials = default_trials;
  StudyPlace place(output.storage_url, setup.record.name);
  setup.options.checkpoints = tune_checkpoints(setup, place.folder());
  HONE_TRY(auto opened, open_store(output.storage_url, true));
  const auto store = patient_store(std::move(opened), patience_of_commands(default_patience_seconds));
  if (arguments.has("--fresh")) HONE_TRY_VOID(place.forget_study(*store));
  HONE_TRY_VOID(place.enter());
  if (!setup.options.checkpoints.empty()) HONE_TRY_VOID(make_folder(setup.options.checkpoints));
  HONE_TRY(const auto study, place.open(*store, setup.record, setup.space, setup.options));
  HONE_TRY_VOID(keep_study_file(*study, setup));

  Progress progress(progress_options_for(stderr));
  if (const std::int64_t swept = sweep_leftovers(); swept > 0)
    progress.note(fmt::format("ended {} processes that a hone which was killed had left running", swept));
  if (no_budget)
    progress.note(fmt::format("no budget was given: {} trials; --trials, --time or --cost says more", default_trials));
  progress.note(tune_heading(setup, output, place.folder()));
  SearchWatch watch{.study = *study,
                    .progress = progress,
                    .jobs = setup.jobs,
                    .trials = setup.options.trials,
                    .time_seconds = setup.time_seconds,
                    .cost = setup.options.cost,
                    .started_seconds = started};
  return search_and_print(setup, output, place.folder(), watch);
}

int run(const Arguments& arguments) {
  const auto code = tune(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {
    PositionalRow{"STUDY.toml", false, "study file: [study], [space], [search], [run] command"}};
constexpr std::array flags = {
    FlagRow{.name = "--trials",
            .value_name = "N",
            .help = "trials of the study in total",
            .otherwise = "the file's; else 100 without --time or --cost"},
    FlagRow{.name = "--time",
            .value_name = "TIME",
            .help = "time of the study in total, such as 90s, 10m, 2h",
            .otherwise = "the file's; else no limit"},
    FlagRow{.name = "--cost",
            .value_name = "COST",
            .help = "what all trials may cost in total, in any unit: no trial is started once they have cost that",
            .otherwise = "the file's; else no limit"},
    FlagRow{.name = "--cost-per-hour",
            .value_name = "COST",
            .help = "what an hour of one running trial costs, beside what the program reports itself",
            .otherwise = "the file's; else 0"},
    FlagRow{.name = "--jobs",
            .short_name = "-j",
            .value_name = "N",
            .help = "trials at once",
            .otherwise = "the file's [search] parallel; else one for each of its gpus; else 1"},
    FlagRow{.name = "--direction",
            .value_name = "DIRECTION",
            .help = "minimize or maximize the value",
            .otherwise = "the file's; else minimize"},
    FlagRow{
        .name = "--metric", .value_name = "NAME", .help = "what the value is", .otherwise = "the file's; else value"},
    FlagRow{.name = "--metric-regex",
            .value_name = "REGEX",
            .help = "finds the value in what the program prints, in its first group",
            .otherwise = "the file's; else lines such as hone: {\"value\": 0.5}"},
    FlagRow{.name = "--timeout",
            .value_name = "TIME",
            .help = "a program that runs for longer has failed",
            .otherwise = "the file's; else no limit"},
    FlagRow{.name = "--sampler",
            .value_name = "NAME",
            .help = "what proposes configurations; `hone samplers` lists them",
            .otherwise = "the file's; else auto"},
    FlagRow{.name = "--pruner",
            .value_name = "NAME",
            .help = "what stops trials early; `hone pruners` lists them",
            .otherwise = "the file's; else none"},
    FlagRow{.name = "--seed", .value_name = "N", .help = "seed of the study", .otherwise = "the file's; else 0"},
    FlagRow{.name = "--study",
            .value_name = "NAME",
            .help = "name of the study; one that exists goes on",
            .otherwise = "the file's; else made from command and space"},
    storage_flag,
    FlagRow{.name = "--fresh", .help = "forget the study of that name first"},
    FlagRow{
        .name = "--format", .short_name = "-f", .value_name = "FORMAT", .help = "table or json", .otherwise = "table"}};
constexpr std::array examples = {
    ExampleRow{"hone tune study.toml -j 2 --time 1h", "Runs the file's command, two trials at once."},
    ExampleRow{"hone tune -- ./train --lr {lr:1e-5..1e-1:log} --layers {layers:1..5}",
               "No study file: the domains stand in the command."},
    ExampleRow{"hone tune --metric-regex 'loss: ([0-9.]+)' -- python3 train.py '{opt:sgd|adam}'",
               "A program that knows nothing of hone; its last match is the value."}};

}  // namespace

constinit const CommandInfo tune_command_info{
    .name = "tune",
    .summary = "tune any program: hone runs it and reads what it prints",
    .description =
        "Runs a command once for every trial, with values of parameters in its arguments ({lr}) and its environment "
        "(HONE_PARAM_LR). The program prints `hone: {\"value\": 0.93}` at its end, and if it likes `hone: {\"step\": "
        "3, \"value\": 0.91}` on the way. docs/formats/program.md has the whole protocol. Ctrl-C ends the programs and "
        "saves; the same command goes on where it stopped. Budgets are totals of the study.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "COMMAND ...",
    .run = run};

}  // namespace hone

#include "cli/tune_setup.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/process_table.hpp"
#include "base/text.hpp"
#include "cli/common_flags.hpp"
#include "cli/machine.hpp"
#include "runners/external_command.hpp"
#include "space/inline_domains.hpp"

namespace hone {
namespace {

constexpr double default_grace_seconds = 10;

/// The command as typed replaces the file's; its domains join the space.
Result<void> take_command(const TuneWishes& wishes, StudyFile& file, std::vector<Parameter>& parameters) {
  if (!file.run) file.run.emplace();
  if (wishes.command.empty()) return {};
  HONE_TRY(InlineCommand typed, inline_domains(wishes.command));
  file.run->command.clear();
  for (std::string& word : typed.words) file.run->command.push_back({{std::move(word)}, false});
  parameters = std::move(typed.parameters);
  return {};
}

Result<Space> space_with(const StudyFile& file, std::vector<Parameter> more) {
  HONE_TRY(Space space, searched_space(file));
  if (more.empty()) return space;
  std::vector<Parameter> all(space.parameters().begin(), space.parameters().end());
  std::ranges::move(more, std::back_inserter(all));
  return Space::make(std::move(all), {space.forbid().begin(), space.forbid().end()});
}

/// Relative paths begin at the study file. Errors: no such folder.
Result<std::string> working_folder(const StudyFile& file, const TuneWishes& wishes) {
  std::error_code error;
  const std::filesystem::path folder =
      file.run->cwd ? wishes.folder / *file.run->cwd : std::filesystem::current_path(error);
  const std::filesystem::path all = std::filesystem::absolute(folder, error).lexically_normal();
  if (std::filesystem::is_directory(all, error)) return all.string();
  return refuse(fmt::format("[run] cwd is '{}', which is no folder ('{}'); it begins where the study file lies",
                            quoted(file.run->cwd.value_or("")), quoted(all.string())));
}

Result<void> check_sections(const StudyFile& file) {
  if (file.data.path || file.data.target)
    return refuse("the study file has a [data] section: that is for `hone fit`; `hone tune` runs [run] command");
  if (file.search.seeds_per_trial != 1)
    return refuse(
        fmt::format("[search] seeds_per_trial must be 1 for `hone tune`, got {}: let the program run its "
                    "seeds itself and print the mean",
                    file.search.seeds_per_trial));
  if (file.run->metric_regex && file.directions.size() > 1)
    return refuse(
        "[run] metric_regex finds one number, and the study has several objectives: let the program print "
        "`hone: {\"values\": [..]}`");
  const auto& gpus = file.run->gpus;
  for (auto gpu = gpus.begin(); gpu != gpus.end(); ++gpu)
    if (gpu->empty() || std::find(gpus.begin(), gpu, *gpu) != gpu)
      return refuse(fmt::format("[run] gpus has '{}' twice, or an empty entry", quoted(*gpu)));
  return {};
}

Result<std::int64_t> jobs_for(const StudyFile& file, const TuneWishes& wishes) {
  const auto gpus = static_cast<std::int64_t>(file.run->gpus.size());
  const std::int64_t jobs = wishes.jobs ? *wishes.jobs : file.search.parallel.value_or(std::max<std::int64_t>(1, gpus));
  if (gpus > 0 && jobs > gpus)
    return refuse(
        fmt::format("{} trials at once were asked for, but [run] gpus has {}: one trial runs on each", jobs, gpus));
  return jobs;
}

/// "4G" -> bytes; the study file's reader has checked it.
std::optional<std::int64_t> memory_bytes(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const double amount = parse_number(std::string_view(*text).substr(0, text->size() - 1)).value_or(0);
  const std::size_t power = std::string_view("KMGT").find(text->back()) + 1;
  double bytes = amount;
  for (std::size_t i = 0; i < power; ++i) bytes *= 1024;
  return static_cast<std::int64_t>(bytes);
}

std::vector<std::string> inherited_environment() {
  std::vector<std::string> all;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

Result<ExternalCommandOptions> command_options(const TuneSetup& setup) {
  const RunSection& run = *setup.file.run;
  ExternalCommandOptions options;
  HONE_TRY(options.command, CommandTemplate::parse(run.command, *setup.space));
  options.owner = Owner::this_process().text();
  const auto threads = static_cast<std::int64_t>(usable_cores()) / setup.jobs;
  HONE_TRY(options.environment, CommandEnvironment::make(*setup.space, run.environment, inherited_environment(),
                                                         std::max<std::int64_t>(1, threads), options.owner));
  if (run.metric_regex) {
    HONE_TRY(options.pattern, MetricPattern::make(*run.metric_regex));
  }
  options.folder = run.cwd.value_or("");
  options.metrics = setup.record.metrics;
  options.timeout_seconds = run.timeout_seconds;
  options.grace_seconds = tune_grace_seconds(setup);
  options.memory_bytes_max = memory_bytes(run.memory);
  options.gpus = run.gpus;
  if (!options.command.fixed_program().empty())
    HONE_TRY_VOID(find_program(options.command.fixed_program(), options.environment.path(), options.folder));
  return options;
}

void write_record(const TuneWishes& wishes, TuneSetup& setup) {
  const StudyFile& file = setup.file;
  StudyRecord& record = setup.record;
  record.kind = "tune";
  record.directions = file.directions.empty() ? std::vector<std::string>{"minimize"} : file.directions;
  record.metrics = file.metrics.empty() ? std::vector<std::string>{file.metric.value_or("value")} : file.metrics;
  record.seed = file.seed.value_or(0);
  record.max_step = file.run->max_step.value_or(0);
  record.space_hash = hash_text(setup.space->to_toml());
  std::string identity = fmt::format("{} {}", record.space_hash, record.seed);
  for (const auto& argument : file.run->command) identity += " " + join(argument.words, " ");
  const std::string program =
      file.run->command.empty() ? "" : std::filesystem::path(file.run->command.front().words.front()).stem().string();
  record.name = file.name ? *file.name
                          : fmt::format("tune-{}-{}", quoted(wishes.stem.empty() ? program : wishes.stem),
                                        hash_text(identity).substr(0, 8));
}

void write_options(TuneSetup& setup) {
  const StudyFile& file = setup.file;
  StudyOptions& options = setup.options;
  options.sampler = file.search.sampler.value_or("auto");
  options.pruner = file.search.pruner.value_or("none");
  options.options = file.search.options;
  options.trials = file.search.trials;
  options.cost = file.search.cost;
  options.cost_per_hour = file.search.cost_per_hour.value_or(0);
  options.same_max_step = true;
  options.retries = file.run->retries;
  options.counts_time = true;
  options.audit = file.search.audit;
  options.enqueue = file.enqueue;
  options.kernel_id = HONE_VERSION;
  setup.time_seconds = file.search.time_seconds;
}

template <class T>
void replace(std::optional<T>& what, const std::optional<T>& by) {
  if (by) what = by;
}

void take_wishes(const TuneWishes& wishes, StudyFile& file) {
  replace(file.name, wishes.name);
  replace(file.seed, wishes.seed);
  replace(file.search.sampler, wishes.sampler);
  replace(file.search.pruner, wishes.pruner);
  replace(file.search.trials, wishes.trials);
  replace(file.search.time_seconds, wishes.time_seconds);
  replace(file.search.cost, wishes.cost);
  replace(file.search.cost_per_hour, wishes.cost_per_hour);
  replace(file.run->timeout_seconds, wishes.timeout_seconds);
  replace(file.run->metric_regex, wishes.metric_regex);
  replace(file.metric, wishes.metric);
  if (wishes.direction) file.directions = {*wishes.direction};
}

}  // namespace

double tune_grace_seconds(const TuneSetup& setup) {
  return setup.file.run->grace_seconds.value_or(default_grace_seconds);
}

Result<TuneSetup> tune_setup(const StudyFile& given, const TuneWishes& wishes) {
  TuneSetup setup;
  StudyFile& file = setup.file;
  file = given;
  std::vector<Parameter> parameters;
  HONE_TRY_VOID(take_command(wishes, file, parameters));
  if ((wishes.direction || wishes.metric) && !file.metrics.empty())
    return refuse("--direction and --metric are for one objective, and the study file has several");
  take_wishes(wishes, file);
  HONE_TRY_VOID(check_sections(file));
  if (file.run->command.empty())
    return refuse(
        "there is no command to run: write [run] command = [\"PROGRAM\", \"--lr\", \"{lr}\"] into the study "
        "file, or `-- PROGRAM --lr {lr:1e-5..1e-1:log}` behind `hone tune`");
  HONE_TRY(Space space, space_with(file, std::move(parameters)));
  if (space.axes().empty())
    return refuse(
        "there is nothing to tune: write [space] into the study file, or a domain such as "
        "{lr:1e-5..1e-1:log} into the command");
  setup.space = std::make_shared<const Space>(std::move(space));
  HONE_TRY(file.run->cwd, working_folder(file, wishes));
  if (file.search.checkpoints) {
    std::error_code ignored;
    file.search.checkpoints =
        std::filesystem::absolute(wishes.folder / *file.search.checkpoints, ignored).lexically_normal().string();
  }
  HONE_TRY(setup.jobs, jobs_for(file, wishes));
  write_record(wishes, setup);
  write_options(setup);
  if (setup.options.pruner != "none" && setup.record.max_step == 0)
    return refuse(fmt::format("pruner '{}' needs the steps of a full run: write [run] max_step into the study file",
                              quoted(setup.options.pruner)));
  HONE_TRY_VOID(command_options(setup));
  file.name = setup.record.name;
  file.seed = setup.record.seed;
  file.directions = setup.record.directions;
  file.space = *setup.space;
  file.fixed = {};  // are constants of the space
  setup.record.study_file = study_file_toml(file);
  HONE_TRY_VOID(Study::check(setup.record, setup.space, setup.options));
  return setup;
}

std::filesystem::path tune_checkpoints(const TuneSetup& setup, const std::filesystem::path& files) {
  if (setup.record.max_step == 0) return "";
  const auto& given = setup.file.search.checkpoints;
  return given ? shared_checkpoints(*given, setup.record.name) : files;
}

Result<std::unique_ptr<Runner>> tune_runner(const TuneSetup& setup, const std::filesystem::path& files) {
  HONE_TRY(ExternalCommandOptions options, command_options(setup));
  options.logs = files / "logs";
  HONE_TRY_VOID(make_folder(options.logs));
  return std::make_unique<ExternalCommandRunner>(std::move(options));
}

Result<void> keep_study_file(Study& study, const TuneSetup& setup) {
  if (study.record().study_file == setup.record.study_file) return {};
  HONE_TRY(const auto before, study.store().attribute(study.record().id, "study_file"));
  if (before == setup.record.study_file) return {};
  return study.store().set_attribute(study.record().id, "study_file", setup.record.study_file);
}

std::int64_t sweep_leftovers() {
  std::int64_t killed = 0;
  for (const std::string& owner : values_in_environments("HONE_OWNER"))
    if (const auto known = Owner::from_text(owner); known && known->same_host() && !known->may_be_alive())
      killed += kill_processes_with(std::vector<std::string>{"HONE_OWNER=" + owner});
  return killed;
}

}  // namespace hone

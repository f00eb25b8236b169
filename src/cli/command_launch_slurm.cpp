/// `hone launch slurm`.
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/common_flags.hpp"
#include "cli/launched_jobs.hpp"
#include "cli/study_place.hpp"
#include "cli/tune_setup.hpp"
#include "cluster/slurm.hpp"

namespace hone {
namespace {

Result<TuneSetup> read_setup(const Arguments& arguments) {
  const std::filesystem::path path = arguments.positional("STUDY.toml");
  HONE_TRY(const std::string text, read_file(path));
  HONE_TRY(const StudyFile file, parse_study_file(text, path.string()));
  TuneWishes wishes;
  wishes.folder = path.parent_path();
  wishes.stem = path.stem().string();
  HONE_TRY(wishes.name, arguments.text("--study"));
  HONE_TRY(wishes.trials, arguments.integer("--trials", 1, 1'000'000'000));
  HONE_TRY(TuneSetup setup, tune_setup(file, wishes));
  if (!setup.options.trials && !setup.time_seconds)
    return refuse(
        "the study has no budget, and its workers would never end: write [search] trials or time into the study file, "
        "or "
        "give --trials");
  return setup;
}

Result<SlurmArray> read_array(const Arguments& arguments, const std::string& url) {
  SlurmArray array;
  array.storage_url = url;
  HONE_TRY(const auto workers, arguments.integer("--workers", 1, 100'000));
  if (!workers) return refuse("how many workers? --workers N");
  array.workers = *workers;
  HONE_TRY(const auto jobs, arguments.integer("--jobs", 1, 4096));
  array.jobs = jobs.value_or(1);
  HONE_TRY(array.partition, arguments.text("--partition"));
  HONE_TRY(array.time_seconds, arguments.duration("--time"));
  HONE_TRY(array.cpus, arguments.integer("--cpus", 1, 4096));
  array.options = arguments.texts("--sbatch");
  std::error_code error;
  array.hone = std::filesystem::read_symlink("/proc/self/exe", error);
  return array;
}

/// The nodes of a cluster have no file and no memory in common with this machine.
Result<std::string> shared_url(const Arguments& arguments) {
  HONE_TRY(const std::string url, storage_url(arguments));
  if (url.starts_with("memory:"))
    return refuse("a study in memory cannot be shared with other machines: --storage postgresql://USER@HOST/DATABASE");
  if (!url.starts_with("sqlite:")) return url;
  HONE_TRY(const std::string path, store_path(url));
  std::error_code ignored;
  fmt::print(stderr,
             "hone: '{}' is a file of this machine: its workers can only run here. For several machines take --storage "
             "postgresql://USER@HOST/DATABASE\n",
             quoted(path));
  return fmt::format("sqlite:///{}", std::filesystem::absolute(path, ignored).string());
}

/// The script holds the storage's URL, perhaps with a password.
Result<void> write_script(const std::filesystem::path& path, const std::string& script) {
  HONE_TRY_VOID(write_file(path, script));
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0) return {};
  return fail(Error::Kind::unavailable, fmt::format("cannot protect '{}' from others", path.string()));
}

Result<int> launch(const Arguments& arguments) {
  HONE_TRY(const std::string url, shared_url(arguments));
  HONE_TRY(SlurmArray array, read_array(arguments, url));
  HONE_TRY(TuneSetup setup, read_setup(arguments));
  const std::string name = setup.record.name;
  array.study = name;
  StudyPlace place(url, name);
  std::error_code ignored;
  array.logs = std::filesystem::absolute(place.folder() / "logs", ignored);
  HONE_TRY(const std::string script, slurm_script(array));
  if (arguments.has("--dry-run")) {
    fmt::print("{}", script);
    return exit_done;
  }
  HONE_TRY(const auto store, open_store(url, true));
  setup.options.checkpoints = tune_checkpoints(setup, place.folder());
  HONE_TRY_VOID(place.enter());
  HONE_TRY_VOID(make_folder(array.logs));
  {
    HONE_TRY(const auto study, place.open(*store, setup.record, setup.space, setup.options));
    HONE_TRY_VOID(keep_study_file(*study, setup));
  }
  const std::filesystem::path file = place.folder() / "slurm.sh";
  HONE_TRY_VOID(write_script(file, script));
  HONE_TRY(const std::string job, submit_to_slurm(file));
  HONE_TRY(const auto record, store->find_study(name));
  if (!record) return fail(Error::Kind::not_found, fmt::format("study '{}' was removed meanwhile", quoted(name)));
  HONE_TRY_VOID(add_launched_job(*store, record->id, job));
  fmt::print("submitted job {} with {} workers for study {}; their logs are in {}\n", job, array.workers, name,
             array.logs.string());
  fmt::print("  hone launch status {0}    hone study show {0} --watch    hone launch cancel {0}\n", shell_word(name));
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = launch(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {
    PositionalRow{"STUDY.toml", true, "study file of `hone tune`: [study], [space], [search] with a budget, [run]"}};
constexpr std::array flags = {
    FlagRow{.name = "--workers", .value_name = "N", .help = "tasks of the job array; they may come and go"},
    FlagRow{
        .name = "--jobs", .short_name = "-j", .value_name = "N", .help = "trials at once in each", .otherwise = "1"},
    FlagRow{
        .name = "--partition", .value_name = "NAME", .help = "Slurm's partition", .otherwise = "the cluster's default"},
    FlagRow{.name = "--time",
            .value_name = "TIME",
            .help = "limit of each worker, such as 90m, 12h; it hands its trials back before",
            .otherwise = "the partition's"},
    FlagRow{.name = "--cpus",
            .value_name = "N",
            .help = "processors of each worker",
            .otherwise = "one for each of its trials"},
    FlagRow{.name = "--sbatch",
            .value_name = "OPTION",
            .help = "a further option for sbatch, such as --sbatch=--gres=gpu:1",
            .repeatable = true},
    FlagRow{.name = "--trials", .value_name = "N", .help = "trials of the study in total", .otherwise = "the file's"},
    FlagRow{.name = "--study",
            .value_name = "NAME",
            .help = "name of the study; one that exists goes on",
            .otherwise = "the file's; else made from command and space"},
    FlagRow{.name = "--dry-run", .help = "print the script and do nothing"},
    storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone launch slurm study.toml --workers 20 --time 12h --storage postgresql://hone@db/lab",
               "Twenty workers on a cluster, each for at most twelve hours."},
    ExampleRow{"hone launch slurm study.toml --workers 4 --sbatch=--gres=gpu:1 --dry-run", "Shows the script."}};

}  // namespace

constinit const CommandInfo launch_slurm_command_info{
    .name = "launch slurm",
    .summary = "run the workers of a study on a Slurm cluster",
    .description =
        "Makes the study, and hands an array of `hone worker` jobs to sbatch. Workers pull trials from the storage, so "
        "any "
        "number of them may run at a time, and a node that fails costs its running trials a new start. Workers get "
        "SIGTERM "
        "two minutes before their time limit, hand their trials back, and end well. The study's command must be there "
        "on "
        "the nodes, under the same path. docs/cluster.md has more, also for Kubernetes and GNU parallel.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone

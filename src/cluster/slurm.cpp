#include "cluster/slurm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/program_output.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

constexpr double answer_seconds = 60;  // a busy controller takes its time

/// What a `#SBATCH` line takes: one line, and no quotes that would have to be paired.
Result<void> check_option(const std::string& option, std::string_view what) {
  if (!option.empty() && option.find_first_of("\n\r\"'") == std::string::npos) return {};
  return refuse(
      fmt::format("{} '{}' cannot stand in a script for sbatch: no line ends and no quotes", what, quoted(option)));
}

Result<ProgramOutput> ask_slurm(const std::vector<std::string>& words) {
  auto output = run_program(words, answer_seconds);
  if (!output && output.error().kind == Error::Kind::not_found)
    return fail(
        Error::Kind::not_found,
        fmt::format("there is no '{}' here: run this where Slurm's commands are (Debian: slurm-client)", words[0]));
  return output;
}

std::unexpected<Error> said_no(const std::vector<std::string>& words, const ProgramOutput& output) {
  return fail(Error::Kind::failed, fmt::format("`{}` failed with code {}: {}", quoted(join(words, " "), 300),
                                               output.exit_code, quoted(trim(output.err), 500)));
}

}  // namespace

double slurm_notice_seconds(const SlurmArray& array) {
  constexpr double usual = 120;
  return array.time_seconds ? std::clamp(std::floor(*array.time_seconds / 3), 1.0, usual) : usual;
}

Result<std::string> slurm_script(const SlurmArray& array) {
  std::string script = "#!/bin/sh\n";
  const auto add = [&](const std::string& option) { script += "#SBATCH " + option + "\n"; };
  HONE_TRY_VOID(check_option(array.logs.string(), "the folder"));
  add("--job-name=hone");
  add(fmt::format("--array=0-{}", array.workers - 1));
  add("--ntasks=1");
  add(fmt::format("--cpus-per-task={}", array.cpus.value_or(array.jobs)));
  add("--requeue");           // a worker whose node fails is started again
  add("--open-mode=append");  // which must not cut what the first one wrote
  add(fmt::format("--signal=B:TERM@{:.0f}", slurm_notice_seconds(array)));
  add(fmt::format("--output={}", (array.logs / "slurm-%A_%a.log").string()));
  if (array.partition) {
    HONE_TRY_VOID(check_option(*array.partition, "--partition"));
    add("--partition=" + *array.partition);
  }
  if (array.time_seconds) add(fmt::format("--time={:.0f}", std::ceil(*array.time_seconds / 60)));  // minutes
  for (const std::string& option : array.options) {
    HONE_TRY_VOID(check_option(option, "the option"));
    add(option);
  }
  script += fmt::format("HONE_STORAGE={}\nexport HONE_STORAGE\n", shell_word(array.storage_url));
  script += fmt::format("exec {} worker --study {} --jobs {}\n", shell_word(array.hone.string()),
                        shell_word(array.study), array.jobs);
  return script;
}

Result<std::string> submit_to_slurm(const std::filesystem::path& script) {
  const std::vector<std::string> words = {"sbatch", "--parsable", script.string()};
  HONE_TRY(const ProgramOutput output, ask_slurm(words));
  const std::string id(trim(output.out.substr(0, output.out.find(';'))));  // "ID;cluster" on federations
  if (output.exit_code != 0 || !parse_integer(id)) return said_no(words, output);
  return id;
}

Result<std::vector<SlurmTask>> slurm_tasks(const std::vector<std::string>& jobs) {
  std::vector<SlurmTask> tasks;
  for (const std::string& job : jobs) {  // one by one: a job that is forgotten would spoil the answer about the others
    const std::vector<std::string> words = {"squeue", "--noheader", "--array", "--format=%i|%T|%N|%r", "--jobs=" + job};
    HONE_TRY(const ProgramOutput output, ask_slurm(words));
    if (output.exit_code != 0 && output.err.find("Invalid job id") != std::string::npos) continue;
    if (output.exit_code != 0) return said_no(words, output);
    for (const std::string& line : split(output.out, '\n')) {
      auto parts = split(line, '|');
      if (parts.size() == 4) tasks.push_back({parts[0], parts[1], parts[2], parts[3]});
    }
  }
  return tasks;
}

Result<void> cancel_in_slurm(const std::vector<std::string>& jobs) {
  for (const std::string& job : jobs) {
    const std::vector<std::string> words = {"scancel", job};
    HONE_TRY(const ProgramOutput output, ask_slurm(words));
    if (output.exit_code != 0 && output.err.find("Invalid job id") == std::string::npos) return said_no(words, output);
  }
  return {};
}

}  // namespace hone

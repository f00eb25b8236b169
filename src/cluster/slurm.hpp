/// Workers on a Slurm cluster: an array of equal jobs that pull trials from a shared storage, by sbatch, squeue and
/// scancel. The sampler never sits in Slurm, and the size of the array has nothing to do with the number of trials.
/// Written for Slurm 22.05 (Debian 12); only options and output formats that older and newer ones have as well.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace hone {

struct SlurmArray {
  std::string study, storage_url;
  std::filesystem::path hone;  ///< the program, as the nodes find it
  std::filesystem::path logs;  ///< folder for the tasks' output
  std::int64_t workers = 1;    ///< tasks of the array
  std::int64_t jobs = 1;       ///< trials at once in each
  std::optional<std::string> partition;
  std::optional<double> time_seconds;  ///< Slurm's limit for each worker
  std::optional<std::int64_t> cpus;    ///< for each worker; else one for each of its trials
  std::vector<std::string> options;    ///< further options of sbatch, such as "--gres=gpu:1"
};

/// Seconds before its time limit at which a worker gets SIGTERM: 2 minutes, of a short limit a third.
double slurm_notice_seconds(const SlurmArray& array);
/// The script for sbatch. Its batch process is the worker itself, so that the notice reaches it.
/// Errors: something that cannot stand on a line of it.
Result<std::string> slurm_script(const SlurmArray& array);

/// Hands the script in; the job's id. Errors: `not_found` without sbatch; `failed` with what it said.
Result<std::string> submit_to_slurm(const std::filesystem::path& script);

struct SlurmTask {
  std::string id, state, node, reason;  ///< "12_3", "RUNNING", "n2", "None"
};
/// The tasks of those jobs that Slurm still knows; finished ones are forgotten after minutes. Errors: `failed` with
/// what squeue said.
Result<std::vector<SlurmTask>> slurm_tasks(const std::vector<std::string>& jobs);

/// Ends them: running workers get SIGTERM and hand their trials back. Errors: `failed` with what scancel said.
Result<void> cancel_in_slurm(const std::vector<std::string>& jobs);

}  // namespace hone

#include "cli/launched_jobs.hpp"

#include "base/text.hpp"

namespace hone {
namespace {

constexpr std::string_view key = "slurm_jobs";

}  // namespace

Result<std::vector<std::string>> launched_jobs(Store& store, StudyId study) {
  HONE_TRY(const auto text, store.attribute(study, key));
  return text ? split(*text, ' ') : std::vector<std::string>{};
}

Result<void> add_launched_job(Store& store, StudyId study, const std::string& job) {
  HONE_TRY(std::vector<std::string> jobs, launched_jobs(store, study));
  jobs.push_back(job);
  return store.set_attribute(study, key, join(jobs, " "));
}

}  // namespace hone

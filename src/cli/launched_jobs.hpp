/// Which jobs of a cluster were handed in for a study: an attribute of it.
#pragma once
#include <string>
#include <vector>

#include "storage/store.hpp"

namespace hone {

/// In the order in which they were handed in.
Result<std::vector<std::string>> launched_jobs(Store& store, StudyId study);
Result<void> add_launched_job(Store& store, StudyId study, const std::string& job);

}  // namespace hone

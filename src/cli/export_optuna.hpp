/// Our studies as Optuna's.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/study_reading.hpp"

namespace hone {

/// Writes a new file for Optuna 3 (3.2 and later upgrade it). Returns what is not the same there, a line each. Errors:
/// as `write_optuna`; a stored study file that cannot be read.
Result<std::vector<std::string>> export_to_optuna(const OpenedStudy& study, const std::filesystem::path& path);

}  // namespace hone

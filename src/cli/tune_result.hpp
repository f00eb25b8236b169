/// What `hone tune` prints at its beginning and its end.
#pragma once
#include <filesystem>
#include <string>

#include "cli/search_watch.hpp"
#include "cli/tune_setup.hpp"

namespace hone {

struct TuneOutput {
  std::string storage_url;
  bool json = false;
};

/// One line: study, objective, how many at once, where the logs are.
std::string tune_heading(const TuneSetup& setup, const TuneOutput& output, const std::filesystem::path& files);

/// Prints the result to stdout; returns the exit code. `hopeless`: the search ended because nothing but failures came.
Result<int> print_tune_result(const TuneSetup& setup, const TuneOutput& output, SearchWatch& watch, bool hopeless);

}  // namespace hone

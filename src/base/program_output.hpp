/// Runs a program to its end and takes what it prints: for tools such as sbatch, which answer within seconds.
#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"

namespace hone {

struct ProgramOutput {
  std::string out, err;  ///< at most 8 MiB each; what is longer is cut
  int exit_code = 0;     ///< 128 + signal if it was killed
};

/// `words`: the program, found along $PATH, and its arguments; it has our environment and an empty input. Errors:
/// `not_found`; `unavailable` if it has not ended after `seconds` (it is killed then) or cannot be started.
Result<ProgramOutput> run_program(const std::vector<std::string>& words, double seconds);

}  // namespace hone

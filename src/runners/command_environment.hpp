/// What a program finds in its environment: docs/formats/program.md has the list.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "space/space.hpp"
#include "trial/runner.hpp"

namespace hone {

/// `HONE_PARAM_` and the name in upper case, every other character `_`: "units.1" -> "HONE_PARAM_UNITS_1".
std::string parameter_variable(std::string_view name);

/// What is different about one start of a program.
struct CommandStart {
  std::string gpu;                    ///< for CUDA_VISIBLE_DEVICES, "" leaves it as it is
  std::filesystem::path checkpoints;  ///< the trial's own folder, "" if it has none
};

class CommandEnvironment {
 public:
  /// `own`: [run] env, which wins over `inherited` ("NAME=VALUE", without what an outer hone has set); `threads`: of
  /// one trial; `owner`: Owner::text of this process, by which what it left behind can be found. Errors: two parameters
  /// with the same variable; a name in `own` that is no name, or one of hone's; a choice with a zero byte.
  static Result<CommandEnvironment> make(const Space& space, const std::map<std::string, std::string>& own,
                                         const std::vector<std::string>& inherited, std::int64_t threads,
                                         std::string owner);

  /// "NAME=VALUE", all of it.
  std::vector<std::string> entries(const RunRequest& request, const CommandStart& start) const;
  /// The value of $PATH.
  std::string path() const;

 private:
  std::map<std::string, std::string> common_;
};

/// HONE_SEED: what every language takes for a seed, 0 to 2^31 - 1.
std::int64_t program_seed(std::uint64_t seed);

}  // namespace hone

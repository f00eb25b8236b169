/// Pruners ration steps: which trial goes on, pauses, stops, and what is started next. Pure functions of the view.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/options.hpp"
#include "base/result.hpp"
#include "trial/runner.hpp"
#include "trial/view.hpp"

namespace hone {

/// What to do next: start a new trial and run it to `until_step` (0: to the end) ...
struct StartNew {
  std::int64_t until_step = 0;
};
/// ... or go on with a paused one ...
struct ResumeTrial {
  std::int64_t trial = 0, from_step = 0, until_step = 0;
};
/// ... or nothing can be started before something running has reported.
struct WaitForOthers {};
using NextStep = std::variant<StartNew, ResumeTrial, WaitForOthers>;

/// Who asks for work.
struct Asker {
  bool new_allowed = true;  ///< false once the budget for new trials is spent: only promotions are left
};

class Pruner {
 public:
  virtual ~Pruner() = default;
  /// Called after the report at `step` of `trial` is in the view. Never `pause` or `stop` at the last step.
  virtual Decision decide(const View& view, std::int64_t trial, std::int64_t step) const = 0;
  /// With `new_allowed` false and nothing due: WaitForOthers.
  virtual NextStep next(const View& view, const Asker& asker) const;
};

struct PrunerSetup {
  std::int64_t max_step = 0;  ///< R, fixed for the study
  bool maximize = false;      ///< the direction of what is reported, for options in the metric's own units
};

struct PrunerInfo {
  std::string_view name, summary, paper;
  std::span<const OptionRow> options;
  std::unique_ptr<Pruner> (*make)(std::span<const double> values, const PrunerSetup& setup);
};

#define HONE_PRUNER(id) extern const PrunerInfo id##_pruner_info;
#include "pruners/pruner_list.inc"
#undef HONE_PRUNER

/// Every pruner, in the order of pruner_list.inc.
std::span<const PrunerInfo* const> all_pruners();

Result<std::unique_ptr<Pruner>> make_pruner(std::string_view name, const std::map<std::string, double>& options,
                                            const PrunerSetup& setup);

}  // namespace hone

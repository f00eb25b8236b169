/// What a finished `hone fit` remembers of its final training, and how it is shown.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/fit_setup.hpp"
#include "engine/study.hpp"

namespace hone {

/// Kept as the study's attribute "final", one `name value` line each.
struct FitFinal {
  std::int64_t trial = 0;                 ///< the winner
  std::int64_t epochs = 0;                ///< of the final training
  double validation = 0;                  ///< the winner's value in the search
  std::int64_t finalists = 0;             ///< trials that were compared by cross-validation; 0: none
  double cross_validation = 0;            ///< the winner's mean there
  double fold_deviation = 0;              ///< between the folds
  double test = 0;                        ///< the metric on the sealed part
  std::map<std::string, double> metrics;  ///< every metric on the sealed part
  std::int64_t looks = 0;                 ///< how often the sealed part was looked at in this study
  std::int64_t trials = 0;                ///< trials that stood in the study then
  double time_seconds = 0;                ///< time budget then, 0: none
  std::string model;                      ///< path of the model file
};

std::string final_text(const FitFinal& result);
Result<FitFinal> parse_final(const std::string& text);

/// Prints the result to stdout: table or JSON.
void print_result(const FitSetup& setup, Study& study, const FitFinal& result, double seconds);

}  // namespace hone

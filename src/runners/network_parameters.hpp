/// The hyperparameters that the native trainer knows: their names in a search space, and what they make of a network.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/dataset.hpp"
#include "nn/trainer.hpp"
#include "space/space.hpp"

namespace hone {

/// One row: what `--space` and [fixed] may name. Help and documentation are drawn from these rows.
struct NetworkParameter {
  std::string_view name;
  enum class Kind { real, whole, name, flag } kind;
  double low, high;            ///< real, whole: allowed range, inclusive
  std::string_view otherwise;  ///< value when a configuration does not have it
  std::string_view help;       ///< one sentence
};
std::span<const NetworkParameter> network_parameters();

/// Refuses a space or fixed values with names the trainer does not know (naming the nearest one), with values it cannot
/// use, or with `units` repeated by anything but `layers`.
Result<void> check_network_space(const Space& space, const Configuration& fixed);

/// What the network has to fit.
struct DataShape {
  std::size_t dense_width = 0;
  std::vector<std::size_t> cardinalities;
  std::vector<std::size_t> numeric_columns;  ///< dense columns that are numbers
  Task task = Task::classification;
  std::size_t outputs = 0;
  double target_mean = 0, target_scale = 1, target_low = 0;  ///< regression: of the training part
};

struct NetworkPlan {
  NetworkSpec spec;
  TrainOptions options;
  std::int64_t patience = 0;  ///< epochs without a better validation value before a run ends early; 0: never
};

/// `configuration` wins over `fixed`, both over the rows' defaults. `max_step`: epochs that the schedule spans.
/// Errors: `invalid_argument` naming parameter, value and what is allowed.
Result<NetworkPlan> network_plan(const Configuration& configuration, const Configuration& fixed, const DataShape& shape,
                                 std::int64_t max_step);

/// The space `hone fit` searches unless told otherwise: learning rate, hidden layers L, hidden units n[1] .. n[L],
/// activation; then optimizer, batch size, dropout, weight decay, schedule. Bounds follow the size of the data.
Result<Space> default_network_space(const DataShape& shape, std::size_t training_rows);

}  // namespace hone

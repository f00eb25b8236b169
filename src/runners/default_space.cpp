/// The default search space of `hone fit` (declared in runners/network_parameters.hpp).
#include <algorithm>
#include <cmath>

#include "runners/network_parameters.hpp"

namespace hone {
namespace {

Parameter real(std::string name, double low, double high, double otherwise, bool log) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.low = low;
  parameter.high = high;
  parameter.log = log;
  parameter.defaults = {otherwise};
  return parameter;
}

Parameter whole(std::string name, std::int64_t low, std::int64_t high, std::int64_t otherwise, bool log) {
  Parameter parameter = real(std::move(name), static_cast<double>(low), static_cast<double>(high), 0, log);
  parameter.type = ParameterType::int_;
  parameter.defaults = {otherwise};
  return parameter;
}

Parameter one_of(std::string name, ParameterType type, std::vector<Value> choices, Value otherwise) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.type = type;
  parameter.choices = std::move(choices);
  parameter.defaults = {std::move(otherwise)};
  return parameter;
}

std::vector<Value> texts(std::initializer_list<const char*> names) {
  std::vector<Value> values;
  for (const char* name : names) values.emplace_back(std::string(name));
  return values;
}

/// Up to so many rows a start that is fitted to the data is the default: with more of them it wins nothing (pm25:
/// worse).
constexpr std::size_t fitted_start_rows = 10'000;

/// Powers of two that give at least 20 steps an epoch.
std::vector<Value> batch_choices(std::size_t rows) {
  std::vector<Value> choices;
  for (std::int64_t batch = 32; batch <= 512; batch *= 2)
    if (choices.empty() || static_cast<std::size_t>(batch) * 20 <= rows) choices.emplace_back(batch);
  return choices;
}

/// Bins of the embedding of numbers: none, and as many as the rows can fill with 40 each.
std::vector<Value> bin_choices(std::size_t rows) {
  std::vector<Value> choices = {std::int64_t{0}};
  for (const std::int64_t bins : {16, 48, 128})
    if (static_cast<std::size_t>(bins) * 40 <= rows) choices.emplace_back(bins);
  return choices;
}

}  // namespace

Result<Space> default_network_space(const DataShape& shape, std::size_t training_rows) {
  std::vector<Parameter> parameters;
  parameters.push_back(real("learning_rate", 1e-4, 3e-2, 2e-3, true));
  parameters.push_back(whole("layers", 1, 4, 2, false));
  Parameter units = whole("units", 16, 512, 256, true);
  units.repeat = "layers";
  parameters.push_back(units);
  parameters.push_back(one_of("activation", ParameterType::categorical,
                              texts({"relu", "gelu", "silu", "mish", "selu", "tanh"}), std::string("relu")));
  parameters.push_back(one_of("optimizer", ParameterType::categorical, texts({"adamw", "adam", "nesterov", "rmsprop"}),
                              std::string("adamw")));
  Parameter momentum = real("momentum", 0.7, 0.98, 0.9, false);
  momentum.when = "optimizer == 'nesterov'";
  parameters.push_back(momentum);
  const auto batches = batch_choices(training_rows);
  const auto middle = std::min<std::size_t>(2, batches.size() - 1);
  parameters.push_back(one_of("batch", ParameterType::ordinal, batches, batches[middle]));
  parameters.push_back(real("dropout", 0.0, 0.5, 0.1, false));
  parameters.push_back(real("weight_decay", 1e-6, 1e-1, 1e-3, true));
  parameters.push_back(one_of("schedule", ParameterType::categorical,
                              texts({"one_cycle", "cosine", "step", "constant"}), std::string("one_cycle")));
  const auto bins = bin_choices(training_rows);
  if (!shape.numeric_columns.empty() && bins.size() > 1)
    parameters.push_back(one_of("numeric_bins", ParameterType::ordinal, bins, bins.back()));
  parameters.push_back(one_of("data_start", ParameterType::boolean, {}, training_rows <= fitted_start_rows));
  if (!shape.numeric_columns.empty() || !shape.cardinalities.empty())  // pixels have one scale
    parameters.push_back(one_of("front_scale", ParameterType::ordinal, {0.0, 20.0, 96.0}, 20.0));
  parameters.push_back(one_of("parametric_activation", ParameterType::ordinal, {0.0, 1.6}, 0.0));
  parameters.push_back(one_of("norm", ParameterType::categorical, texts({"none", "batch"}), std::string("none")));
  if (shape.task == Task::classification)
    parameters.push_back(real("label_smoothing", 0.0, 0.2, 0.0, false));
  else
    parameters.push_back(
        one_of("loss", ParameterType::categorical, texts({"squared_error", "huber"}), std::string("squared_error")));
  return Space::make(std::move(parameters));
}

}  // namespace hone

#include "runners/network_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace hone {
namespace {

using Kind = NetworkParameter::Kind;

constexpr NetworkParameter rows[] = {
    {"learning_rate", Kind::real, 1e-8, 100, "0.001", "peak of the learning-rate schedule"},
    {"layers", Kind::whole, 0, 64, "2", "number of hidden layers L"},
    {"units", Kind::whole, 1, 65536, "128", "hidden units; units.1 .. units.L for each layer"},
    {"activation", Kind::name, 0, 0, "relu", "of the hidden layers"},
    {"optimizer", Kind::name, 0, 0, "adamw", "update rule"},
    {"momentum", Kind::real, 0, 0.9999, "0.9", "of momentum and nesterov"},
    {"beta1", Kind::real, 0, 0.9999, "0.9", "of adam and adamw"},
    {"beta2", Kind::real, 0, 0.999999, "0.999", "of adam, adamw and rmsprop"},
    {"epsilon", Kind::real, 1e-16, 1, "1e-8", "of adam, adamw and rmsprop"},
    {"batch", Kind::whole, 1, 1048576, "128", "rows in a minibatch"},
    {"dropout", Kind::real, 0, 0.95, "0", "share of hidden activations dropped while training"},
    {"weight_decay", Kind::real, 0, 10, "0", "decoupled with adamw, else added to the gradient"},
    {"schedule", Kind::name, 0, 0, "cosine", "how the learning rate changes over the epochs"},
    {"regularisation_schedule", Kind::name, 0, 0, "constant", "how dropout and weight decay change over the epochs"},
    {"warmup", Kind::real, 0, 0.9, "0", "share of all steps with a rising learning rate"},
    {"accumulate", Kind::whole, 1, accumulate_max, "1", "minibatches whose mean gradient makes one step"},
    {"norm", Kind::name, 0, 0, "none", "none, batch or layer: normalisation before each activation"},
    {"residual", Kind::flag, 0, 1, "false", "hidden layers add their input to their output"},
    {"members", Kind::whole, 1, members_max, "1", "networks in one that share weights, an ensemble (TabM)"},
    {"mixup", Kind::real, 0, 1.9999, "0", "alpha of the mixing of two rows of a minibatch; 0 is none"},
    {"label_smoothing", Kind::real, 0, 0.9, "0", "share of the label spread over all classes"},
    {"clip_norm", Kind::real, 0, 1e9, "0", "limit of the gradient's norm; 0 is none"},
    {"embedding", Kind::whole, 0, 1024, "0", "width of learned embeddings; 0 chooses by the number of levels"},
    {"numeric_bins", Kind::whole, 0, numeric_bins_max, "0", "bins of the embedding of numeric columns; 0 is none"},
    {"numeric_frequencies", Kind::whole, 0, numeric_frequencies_max, "0",
     "waves of the periodic embedding of numeric columns; 0 is none"},
    {"frequency_scale", Kind::real, 1e-4, 100, "0.1", "deviation of the first frequencies, per unit of a column"},
    {"base_width", Kind::whole, 0, 65536, "0",
     "units at which the learning rate was found: other widths use it too (muP); 0 is the usual way"},
    {"ntk", Kind::flag, 0, 1, "false", "a layer's rate is divided by the root of its inputs (NTK parametrisation)"},
    {"bias_rate", Kind::real, 1e-3, 100, "1", "learning rate of biases, as a factor"},
    {"numeric_rate", Kind::real, 1e-3, 100, "1", "learning rate of the embeddings of numbers, as a factor"},
    {"front_scale", Kind::real, 0, 1000, "0", "learned factors of all inputs, with this factor of the rate; 0 is none"},
    {"parametric_activation", Kind::real, 0, 100, "0",
     "learned shares of the activation, with this factor of the rate; 0 is none"},
    {"data_start", Kind::flag, 0, 1, "false", "initial weights and biases are fitted to a first minibatch"},
    {"average", Kind::real, 0, 1000, "0.5", "epochs that the average of the weights goes back; 0 is none"},
    {"loss", Kind::name, 0, 0, "auto",
     "auto, softmax_cross_entropy, binary_cross_entropy, focal; squared_error, huber, quantile, poisson"},
    {"class_balance", Kind::real, 0, 1, "0", "from 0, where every row counts the same, to 1, where every class does"},
    {"focal_gamma", Kind::real, 0, 100, "2", "of focal: how much less rows count that are sure"},
    {"huber_delta", Kind::real, 1e-6, 1e6, "1", "of huber: where it turns linear, in scaled target units"},
    {"quantile", Kind::real, 0.001, 0.999, "0.5", "of quantile: which one is predicted"},
    {"precision", Kind::name, 0, 0, "float32",
     "float32 or bfloat16: of products of wide layers while training (needs AVX512_BF16)"},
    {"patience", Kind::whole, 0, 1e6, "0", "epochs without improvement before a run ends; 0 is never"},
};

const NetworkParameter* find_row(std::string_view name) {
  const auto base = name.substr(0, name.find('.'));
  if (base != name && base != "units") return nullptr;
  const auto at = std::ranges::find(rows, base, &NetworkParameter::name);
  return at == std::end(rows) ? nullptr : at;
}

std::vector<std::string> allowed_names(std::string_view parameter) {
  if (parameter == "optimizer") return optimizer_names();
  if (parameter == "schedule" || parameter == "regularisation_schedule") return schedule_names();
  if (parameter == "norm") return norm_names();
  if (parameter == "precision") return precision_names();
  std::vector<std::string> names;
  if (parameter == "activation")
    for (const Activation& activation : all_activations()) names.emplace_back(activation.name);
  if (parameter == "loss") {
    names = loss_names();
    names.emplace_back("auto");
  }
  return names;
}

Result<void> check_value(const NetworkParameter& row, std::string_view name, const Value& value) {
  const auto wrong = [&](std::string allowed) {
    return refuse(fmt::format("the trainer's {} must be {}, got {}", name, allowed, value_json(value)));
  };
  switch (row.kind) {
    case Kind::name: {
      const auto* text = std::get_if<std::string>(&value);
      const auto allowed = allowed_names(row.name);
      if (!text || std::ranges::find(allowed, *text) == allowed.end()) return wrong("one of " + join(allowed, ", "));
      if (row.name == std::string_view("precision")) HONE_TRY_VOID(check_precision(*find_precision(*text)));
      return {};
    }
    case Kind::flag:
      if (!std::holds_alternative<bool>(value)) return wrong("true or false");
      return {};
    default: {
      const bool number = std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
      const double x = value_number(value);
      if (!number || !(x >= row.low && x <= row.high) || (row.kind == Kind::whole && x != std::floor(x)))
        return wrong(fmt::format("a {} from {} to {}", row.kind == Kind::whole ? "whole number" : "number",
                                 number_text(row.low), number_text(row.high)));
      return {};
    }
  }
}

Result<void> check_name(std::string_view name) {
  if (find_row(name)) return {};
  std::vector<std::string> known;
  for (const NetworkParameter& row : rows) known.emplace_back(row.name);
  return refuse(fmt::format("the native trainer has no hyperparameter '{}'; {}", name, suggest_name(name, known)));
}

/// Values of a configuration over fixed ones over defaults.
struct Lookup {
  const Configuration& configuration;
  const Configuration& fixed;

  const Value* find(std::string_view name) const {
    const Value* value = configuration.find(name);
    return value ? value : fixed.find(name);
  }
  double number(std::string_view name) const {
    const Value* value = find(name);
    return value ? value_number(*value) : *parse_number(find_row(name)->otherwise);
  }
  std::string text(std::string_view name) const {
    const Value* value = find(name);
    return value ? value_text(*value) : std::string(find_row(name)->otherwise);
  }
};

std::size_t embedding_width(std::size_t cardinality, double wanted) {
  if (wanted > 0) return static_cast<std::size_t>(wanted);
  const double rule = 1.6 * std::pow(static_cast<double>(cardinality), 0.56);  // the rule of thumb of fastai
  return static_cast<std::size_t>(std::clamp(rule, 2.0, 64.0));
}

/// n[1] .. n[L]: `units.k` where given, else `units`.
std::vector<std::size_t> hidden_units(const Lookup& lookup) {
  const auto layers = static_cast<std::size_t>(lookup.number("layers"));
  std::vector<std::size_t> hidden;
  for (std::size_t k = 1; k <= layers; ++k) {
    const Value* own = lookup.find(fmt::format("units.{}", k));
    hidden.push_back(static_cast<std::size_t>(own ? value_number(*own) : lookup.number("units")));
  }
  return hidden;
}

Result<LossKind> loss_of(const std::string& name, const DataShape& shape) {
  if (name == "auto") return shape.task == Task::regression ? LossKind::squared_error : LossKind::softmax_cross_entropy;
  HONE_TRY(const LossKind loss, find_loss(name));
  if (loss_task(loss) != shape.task)
    return refuse(fmt::format("loss '{}' does not fit {}", name,
                              shape.task == Task::regression ? "regression" : "classification"));
  if (loss == LossKind::binary_cross_entropy && shape.outputs != 2)
    return refuse(fmt::format("loss 'binary_cross_entropy' needs two classes, the target has {}", shape.outputs));
  if (loss == LossKind::poisson && !(shape.target_low >= 0 && shape.target_mean > 0))
    return refuse(
        fmt::format("loss 'poisson' is for counts: the target must be at least 0 and not always 0, its least "
                    "value is {}",
                    number_text(shape.target_low)));
  return loss;
}

}  // namespace

std::span<const NetworkParameter> network_parameters() {
  return rows;
}

Result<void> check_network_space(const Space& space, const Configuration& fixed) {
  for (const Parameter& parameter : space.parameters()) {
    HONE_TRY_VOID(check_name(parameter.name));
    if (!parameter.repeat.empty() && (parameter.name != "units" || parameter.repeat != "layers"))
      return refuse(fmt::format("'{}' cannot be repeated by '{}': only units may be, by layers", parameter.name,
                                parameter.repeat));
  }
  for (std::size_t axis = 0; axis < space.axes().size(); ++axis) {
    const NetworkParameter& row = *find_row(space.axes()[axis].name);
    const std::size_t levels = space.axes()[axis].levels;
    const std::size_t probes = row.kind == Kind::name || row.kind == Kind::flag ? levels : 2;
    for (std::size_t i = 0; i < probes; ++i) {  // every choice of a name, both ends of a number
      const double unit = probes == 2 && levels != 2 ? static_cast<double>(i) : space.cell_unit(axis, i % levels);
      HONE_TRY_VOID(check_value(row, space.axes()[axis].name, space.decode(axis, unit)));
    }
  }
  for (const auto& [name, value] : fixed.entries()) {
    HONE_TRY_VOID(check_name(name));
    HONE_TRY_VOID(check_value(*find_row(name), name, value));
  }
  return {};
}

Result<NetworkPlan> network_plan(const Configuration& configuration, const Configuration& fixed, const DataShape& shape,
                                 std::int64_t max_step) {
  for (const Configuration* source : {&configuration, &fixed})
    for (const auto& [name, value] : source->entries()) {
      HONE_TRY_VOID(check_name(name));
      HONE_TRY_VOID(check_value(*find_row(name), name, value));
    }
  const Lookup lookup{configuration, fixed};
  NetworkPlan plan;
  NetworkSpec& spec = plan.spec;
  spec.dense_width = shape.dense_width;
  spec.cardinalities = shape.cardinalities;
  for (const std::size_t cardinality : shape.cardinalities)
    spec.embedding_widths.push_back(embedding_width(cardinality, lookup.number("embedding")));
  spec.numeric_columns = shape.numeric_columns;
  spec.numeric_bins = static_cast<std::size_t>(lookup.number("numeric_bins"));
  spec.hidden = hidden_units(lookup);
  HONE_TRY(spec.activation, find_activation(lookup.text("activation")));
  spec.numeric_frequencies = static_cast<std::size_t>(lookup.number("numeric_frequencies"));
  spec.frequency_scale = lookup.number("frequency_scale");
  HONE_TRY(spec.norm, find_norm(lookup.text("norm")));
  spec.residual = lookup.text("residual") == "true";
  // Without a hidden layer there is nothing that members could share, and a linear model gains nothing from several.
  spec.members = spec.hidden.empty() ? 1 : static_cast<std::size_t>(lookup.number("members"));
  spec.base_width = static_cast<std::size_t>(lookup.number("base_width"));
  spec.ntk = lookup.text("ntk") == "true";
  spec.bias_rate = lookup.number("bias_rate");
  spec.numeric_rate = lookup.number("numeric_rate");
  spec.front_scale = spec.hidden.empty() ? 0 : lookup.number("front_scale");
  spec.parametric_activation = lookup.number("parametric_activation");
  spec.data_start = lookup.text("data_start") == "true";
  spec.dropout = lookup.number("dropout");
  HONE_TRY(spec.loss, loss_of(lookup.text("loss"), shape));
  spec.outputs = spec.loss == LossKind::binary_cross_entropy ? 1 : shape.outputs;
  spec.huber_delta = lookup.number("huber_delta");
  spec.focal_gamma = lookup.number("focal_gamma");
  spec.quantile = lookup.number("quantile");
  if (spec.loss == LossKind::poisson) spec.poisson_ratio = shape.target_scale / shape.target_mean;

  TrainOptions& options = plan.options;
  HONE_TRY(options.optimizer, find_optimizer(lookup.text("optimizer")));
  HONE_TRY(options.schedule, find_schedule(lookup.text("schedule")));
  HONE_TRY(options.fade, find_schedule(lookup.text("regularisation_schedule")));
  options.learning_rate = lookup.number("learning_rate");
  options.momentum = lookup.number("momentum");
  options.beta1 = lookup.number("beta1");
  options.beta2 = lookup.number("beta2");
  options.epsilon = lookup.number("epsilon");
  options.weight_decay = lookup.number("weight_decay");
  options.batch = static_cast<std::size_t>(lookup.number("batch"));
  options.warmup = lookup.number("warmup");
  options.max_epochs = max_step;
  options.label_smoothing = shape.task == Task::classification ? lookup.number("label_smoothing") : 0;
  options.accumulate = static_cast<std::size_t>(lookup.number("accumulate"));
  options.mixup = lookup.number("mixup");
  options.class_balance = shape.task == Task::classification ? lookup.number("class_balance") : 0;
  options.clip_norm = lookup.number("clip_norm");
  options.average = lookup.number("average");
  HONE_TRY(options.precision, find_precision(lookup.text("precision")));
  plan.patience = static_cast<std::int64_t>(lookup.number("patience"));
  return plan;
}

}  // namespace hone

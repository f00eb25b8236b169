#include "nn/metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/elementary.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
/// Probabilities below it count as this much in log_loss, so that one certain mistake does not make it infinite.
constexpr double smallest_probability = 1e-15;

/// Predicted probabilities of classification, whatever the number of output columns: with one column (binary
/// cross-entropy) it is the probability of class 1.
struct Probabilities {
  std::span<const float> values;
  std::size_t classes, columns;

  Probabilities(const TargetInfo& info, std::span<const float> predictions, std::size_t rows)
      : values(predictions), classes(info.classes.size()), columns(rows == 0 ? 1 : predictions.size() / rows) {}
  double of(std::size_t row, std::size_t c) const {
    if (columns > 1) return values[row * columns + c];
    const double p = values[row];
    return c == 1 ? p : 1 - p;
  }
  /// The most probable class; the first one among equals.
  std::size_t best(std::size_t row) const {
    std::size_t best = 0;
    for (std::size_t c = 1; c < classes; ++c)
      if (of(row, c) > of(row, best)) best = c;
    return best;
  }
};

bool any_nan(std::span<const float> predictions) {
  return std::any_of(predictions.begin(), predictions.end(), [](float p) { return std::isnan(p); });
}

/// counts[label * classes + predicted].
std::vector<double> confusion(const Probabilities& p, const Targets& targets) {
  std::vector<double> counts(p.classes * p.classes, 0);
  for (std::size_t r = 0; r < targets.labels.size(); ++r)
    counts[static_cast<std::size_t>(targets.labels[r]) * p.classes + p.best(r)] += 1;
  return counts;
}

double accuracy(const TargetInfo& info, std::span<const float> predictions, const Targets& targets) {
  if (any_nan(predictions) || targets.labels.empty()) return not_a_number;
  const Probabilities p(info, predictions, targets.labels.size());
  std::size_t right = 0;
  for (std::size_t r = 0; r < targets.labels.size(); ++r)
    if (p.best(r) == static_cast<std::size_t>(targets.labels[r])) ++right;
  return static_cast<double>(right) / static_cast<double>(targets.labels.size());
}

/// Mean over the classes that occur of the share of their rows that was found.
double balanced_accuracy(const TargetInfo& info, std::span<const float> predictions, const Targets& targets) {
  if (any_nan(predictions) || targets.labels.empty()) return not_a_number;
  const Probabilities p(info, predictions, targets.labels.size());
  const auto counts = confusion(p, targets);
  double sum = 0, present = 0;
  for (std::size_t c = 0; c < p.classes; ++c) {
    double rows = 0;
    for (std::size_t j = 0; j < p.classes; ++j) rows += counts[c * p.classes + j];
    if (rows == 0) continue;
    sum += counts[c * p.classes + c] / rows;
    present += 1;
  }
  return sum / present;
}

double log_loss(const TargetInfo& info, std::span<const float> predictions, const Targets& targets) {
  if (any_nan(predictions) || targets.labels.empty()) return not_a_number;
  const Probabilities p(info, predictions, targets.labels.size());
  double sum = 0;
  for (std::size_t r = 0; r < targets.labels.size(); ++r)
    sum -= portable_log(std::clamp(p.of(r, static_cast<std::size_t>(targets.labels[r])), smallest_probability, 1.0));
  return sum / static_cast<double>(targets.labels.size());
}

/// Area under the ROC curve of class c against the rest: the chance that a row of c ranks above another one; ties count
/// half (average ranks). NaN when c, or everything else, does not occur.
double auc_of(const Probabilities& p, const Targets& targets, std::size_t c) {
  const std::size_t rows = targets.labels.size();
  std::vector<std::pair<double, bool>> scored(rows);
  for (std::size_t r = 0; r < rows; ++r) scored[r] = {p.of(r, c), static_cast<std::size_t>(targets.labels[r]) == c};
  std::sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  double rank_sum = 0, positives = 0;
  for (std::size_t i = 0; i < rows;) {
    std::size_t end = i;
    double positives_here = 0;
    for (; end < rows && scored[end].first == scored[i].first; ++end) positives_here += scored[end].second ? 1 : 0;
    rank_sum += positives_here * (static_cast<double>(i + 1) + static_cast<double>(end)) / 2;  // ranks start at 1
    positives += positives_here;
    i = end;
  }
  const double negatives = static_cast<double>(rows) - positives;
  if (positives == 0 || negatives == 0) return not_a_number;
  return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
}

double auc(const TargetInfo& info, std::span<const float> predictions, const Targets& targets) {
  if (any_nan(predictions) || targets.labels.empty()) return not_a_number;
  const Probabilities p(info, predictions, targets.labels.size());
  if (p.classes == 2) return auc_of(p, targets, 1);
  double sum = 0, present = 0;
  for (std::size_t c = 0; c < p.classes; ++c) {
    const double one = auc_of(p, targets, c);
    if (std::isnan(one)) continue;
    sum += one;
    present += 1;
  }
  return sum / present;
}

double f1_of(const std::vector<double>& counts, std::size_t classes, std::size_t c) {
  double labelled = 0, predicted = 0;
  for (std::size_t j = 0; j < classes; ++j) labelled += counts[c * classes + j], predicted += counts[j * classes + c];
  return labelled + predicted == 0 ? 0 : 2 * counts[c * classes + c] / (labelled + predicted);
}

double f1(const TargetInfo& info, std::span<const float> predictions, const Targets& targets) {
  if (any_nan(predictions) || targets.labels.empty()) return not_a_number;
  const Probabilities p(info, predictions, targets.labels.size());
  const auto counts = confusion(p, targets);
  if (p.classes == 2) return f1_of(counts, 2, 1);
  double sum = 0;
  for (std::size_t c = 0; c < p.classes; ++c) sum += f1_of(counts, p.classes, c);
  return sum / static_cast<double>(p.classes);
}

/// Mean of `size` of the errors in scaled units.
template <class Size>
double mean_error(std::span<const float> predictions, const Targets& targets, Size size) {
  if (targets.values.empty()) return not_a_number;
  double sum = 0;
  for (std::size_t r = 0; r < targets.values.size(); ++r)
    sum += size(static_cast<double>(predictions[r]) - static_cast<double>(targets.values[r]));
  return sum / static_cast<double>(targets.values.size());
}
double square(double e) {
  return e * e;
}

double rmse(const TargetInfo& info, std::span<const float> predictions, const Targets& targets) {
  return info.scale * std::sqrt(mean_error(predictions, targets, square));
}
double mae(const TargetInfo& info, std::span<const float> predictions, const Targets& targets) {
  return info.scale * mean_error(predictions, targets, [](double e) { return std::abs(e); });
}
/// 1 - squared error / variance of the targets given; NaN when those are all equal.
double r2(const TargetInfo&, std::span<const float> predictions, const Targets& targets) {
  const double error = mean_error(predictions, targets, square);
  const double count = static_cast<double>(targets.values.size());
  const double mean = std::accumulate(targets.values.begin(), targets.values.end(), 0.0) / count;
  double variance = 0;
  for (const float v : targets.values) variance += square(static_cast<double>(v) - mean);
  return variance > 0 ? 1 - error * count / variance : not_a_number;
}

constexpr Metric table[] = {
    {"accuracy", "share of rows whose most probable class is right", Task::classification, true, false, accuracy},
    {"balanced_accuracy", "mean over the classes of the share of their rows that was found", Task::classification, true,
     false, balanced_accuracy},
    {"log_loss", "mean of -ln(probability of the right class), probabilities at least 1e-15", Task::classification,
     false, false, log_loss},
    {"auc", "area under the ROC curve, ties counted half; several classes: mean of each against the rest",
     Task::classification, true, false, auc},
    {"f1", "harmonic mean of precision and recall of class 1; several classes: mean over the classes",
     Task::classification, true, false, f1},
    {"rmse", "root of the mean squared error", Task::regression, false, false, rmse},
    {"mae", "mean absolute error", Task::regression, false, false, mae},
    {"r2", "1 - squared error / variance", Task::regression, true, false, r2},
};

}  // namespace

std::span<const Metric> all_metrics() {
  return table;
}

Result<const Metric*> find_metric(std::string_view name, const TargetInfo& info) {
  if (name.empty()) name = info.task == Task::classification ? "accuracy" : "rmse";
  std::vector<std::string> known, fitting;
  for (const auto& row : table) {
    known.emplace_back(row.name);
    if (row.task == info.task) fitting.emplace_back(row.name);
  }
  const auto* found = std::find_if(std::begin(table), std::end(table), [&](const Metric& m) { return m.name == name; });
  if (found == std::end(table))
    return refuse(fmt::format("unknown metric {}: {}", quoted(name), suggest_name(name, known)));
  if (found->task != info.task)
    return refuse(fmt::format("metric {} is for {}, but target '{}' makes this a {} task: use one of {}", name,
                              found->task == Task::classification ? "classification" : "regression", info.name,
                              info.task == Task::classification ? "classification" : "regression",
                              join(fitting, ", ")));
  if (found->binary_only && info.classes.size() != 2)
    return refuse(
        fmt::format("metric {} needs exactly 2 classes, target '{}' has {}", name, info.name, info.classes.size()));
  return found;
}

}  // namespace hone

#include "runners/finalists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>

#include "base/interrupt.hpp"
#include "runners/folds.hpp"
#include "runners/native_network.hpp"

namespace hone {
namespace {

constexpr double memory_limit_bytes = 8e9;  // of each network
constexpr double share_of_search = 1;       // that the comparison may take at most, in epochs
constexpr std::int64_t no_trial = -1;       // the folds belong to none of them
using Curve = std::vector<double>;          // value after each epoch; empty: not finished, or failed

/// Trains one network of a finalist and judges it after every epoch.
Curve train_fold(const Dataset::Final& data, const MemberData& rows, const NetworkPlan& plan, TrainSeed seed,
                 std::int64_t epochs, const Metric& metric, const std::function<bool()>& should_stop) {
  const auto trainer = Trainer::create(plan.spec, plan.options, seed, rows.all.features, rows.all.targets,
                                       memory_limit_bytes, rows.rows);
  if (!trainer) return {};
  Curve curve;
  std::vector<float> predictions;
  while ((*trainer)->epoch() < epochs) {
    if ((should_stop && should_stop()) || !(*trainer)->train_epoch()) return {};
    (*trainer)->predict(rows.left_out.features, predictions);
    complete_predictions(data.target, plan.spec.loss, predictions);
    curve.push_back(metric.score(data.target, predictions, rows.left_out.targets));
    if (!std::isfinite(curve.back())) return {};
  }
  return curve;
}

/// The epoch whose mean over the folds is best. Nothing if a fold is missing.
std::optional<FinalistScore> score_of(const Finalist& finalist, std::span<const Curve> folds, bool maximize) {
  if (std::ranges::any_of(folds, &Curve::empty)) return std::nullopt;
  const auto n = static_cast<double>(folds.size());
  FinalistScore best{.trial = finalist.trial, .mean = std::nan("")};
  for (std::size_t epoch = 0; epoch < folds[0].size(); ++epoch) {
    double mean = 0;
    for (const Curve& fold : folds) mean += fold[epoch] / n;
    if (!std::isnan(best.mean) && !(maximize ? mean > best.mean : mean < best.mean)) continue;
    best.mean = mean;
    best.epochs = static_cast<std::int64_t>(epoch) + 1;
  }
  double squares = 0;
  for (const Curve& fold : folds) squares += std::pow(fold[static_cast<std::size_t>(best.epochs - 1)] - best.mean, 2);
  best.deviation = std::sqrt(squares / (n - 1));
  return best;
}

}  // namespace

Result<std::vector<FinalistScore>> cross_validate(const Dataset& dataset, const Metric& metric,
                                                  const FinalistsRequest& request) {
  const Dataset::Final& data = dataset.final_data();
  const DataShape shape =
      shape_of(data.train.features, dataset.final_cardinalities(), data.encoder->numeric_columns(), data.target);
  constexpr auto folds = static_cast<std::size_t>(finalist_folds);
  const auto dealt = deal_folds(data.train, request.study_seed, no_trial, finalist_folds);
  std::vector<MemberData> parts;
  for (std::size_t fold = 0; fold < folds; ++fold) parts.push_back(member_data(data.train, dealt, fold));
  std::vector<NetworkPlan> plans;
  for (const Finalist& finalist : request.finalists) {
    HONE_TRY(NetworkPlan plan, network_plan(finalist.configuration, request.fixed, shape, request.max_step));
    plans.push_back(std::move(plan));
  }
  const std::size_t all = request.finalists.size() * folds;
  std::vector<Curve> curves(all);
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::int64_t done = 0;
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < std::min(all, static_cast<std::size_t>(request.jobs)); ++t)
      threads.emplace_back([&] {
        for (std::size_t i = next++; i < all; i = next++) {
          const std::size_t f = i / folds, fold = i % folds;
          const Finalist& finalist = request.finalists[f];
          // Run 0 was the trial's own.
          const TrainSeed seed{request.study_seed, static_cast<std::uint32_t>(finalist.trial),
                               static_cast<std::uint32_t>(fold + 1)};
          curves[i] = train_fold(data, parts[fold], plans[f], seed, finalist.epochs, metric, request.should_stop);
          const std::scoped_lock lock(mutex);
          if (request.progress) request.progress(++done, static_cast<std::int64_t>(all));
        }
      });
  }
  if (signalled()) return fail(Error::Kind::interrupted, "interrupted");
  std::vector<FinalistScore> scores;
  for (std::size_t f = 0; f < request.finalists.size(); ++f)
    if (const auto score = score_of(request.finalists[f], std::span(curves).subspan(f * folds, folds), metric.maximize))
      scores.push_back(*score);
  return scores;
}

std::size_t finalists_within(std::span<const std::int64_t> epochs, std::size_t wanted) {
  const auto all = static_cast<double>(std::accumulate(epochs.begin(), epochs.end(), std::int64_t{0}));
  double taken = 0;
  std::size_t count = 0;
  for (; count < std::min(wanted, epochs.size()); ++count) {
    taken += static_cast<double>(finalist_folds * epochs[count]);
    if (taken > share_of_search * all) break;
  }
  return count;
}

}  // namespace hone

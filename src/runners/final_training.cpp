/// The winner's last training (declared in runners/native_network.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "runners/folds.hpp"
#include "runners/native_network.hpp"
#include "runners/network_checkpoint.hpp"

namespace hone {
namespace {

constexpr double memory_limit_bytes = 8e9;  // of each member

/// Collects the members' epochs; tells their mean, since they do not all run at once.
class Epochs {
 public:
  Epochs(const FinalRequest& request, std::size_t members) : request_(request), done_(members, 0) {}
  void set(std::size_t member, std::int64_t epoch) {
    const std::scoped_lock lock(mutex_);
    done_[member] = epoch;
    if (!request_.progress) return;
    std::int64_t sum = 0;
    for (const std::int64_t done : done_) sum += done;
    request_.progress(sum / static_cast<std::int64_t>(done_.size()));
  }

 private:
  const FinalRequest& request_;
  std::mutex mutex_;
  std::vector<std::int64_t> done_;
};

/// Member 0 starts from the winner's own weights; the others from seeds drawn from the study's.
TrainSeed member_seed(const FinalRequest& request, std::size_t member) {
  TrainSeed seed{request.study_seed, static_cast<std::uint32_t>(request.trial), 0};
  if (member > 0) {
    Rng rng(request.study_seed, RngPurpose::run_seed, static_cast<std::uint32_t>(request.trial),
            static_cast<std::uint32_t>(member));
    seed.study_seed = (std::uint64_t{rng.next()} << 32) | rng.next();
  }
  return seed;
}

/// Trains on; of folds judges each epoch and keeps the best one.
Result<void> train_epochs(Trainer& trainer, const NetworkPlan& plan, const FinalRequest& request,
                          const TargetInfo& target, const MemberData& data, RunProgress& progress, std::size_t member,
                          Epochs& epochs, const std::function<Result<void>()>& save) {
  SaveRhythm rhythm;
  std::vector<float> predictions;
  epochs.set(member, trainer.epoch());
  while (trainer.epoch() < request.epochs) {
    if (auto epoch = trainer.train_epoch(); !epoch)
      return fail(epoch.error().kind, "final training: " + epoch.error().message);
    if (request.folds > 0) {
      trainer.predict(data.left_out.features, predictions);
      complete_predictions(target, plan.spec.loss, predictions);
      const double value = request.metric->score(target, predictions, data.left_out.targets);
      if (progress.improves(value, request.metric->maximize)) {
        progress = {value, trainer.epoch()};
        trainer.keep_best();
      }
    }
    epochs.set(member, trainer.epoch());
    if (rhythm.is_due()) HONE_TRY_VOID(rhythm.save(save));
  }
  if (request.folds > 0) trainer.restore_best();
  return {};
}

Result<std::string> train_member(const TargetInfo& target, const NetworkPlan& plan, const FinalRequest& request,
                                 const MemberData& data, std::size_t member, Epochs& epochs) {
  HONE_TRY(const std::unique_ptr<Trainer> trainer,
           Trainer::create(plan.spec, plan.options, member_seed(request, member), data.all.features, data.all.targets,
                           memory_limit_bytes, data.rows));
  const auto file = request.checkpoints / fmt::format("final-{}.checkpoint", member);
  const std::uint64_t key = hash64(fmt::format("final {} {} {} {} {} {} {} {}", request.study_seed, request.trial,
                                               member, request.epochs, request.max_step, request.configuration.json(),
                                               request.fixed.json(), request.folds > 0 ? request.metric->name : ""));
  const bool keeps = !request.checkpoints.empty();
  RunProgress progress;
  if (keeps)  // one that cannot be used changes nothing
    if (const auto found = read_checkpoint(file, key, *trainer)) progress = *found;
  HONE_TRY_VOID(train_epochs(*trainer, plan, request, target, data, progress, member, epochs, [&]() -> Result<void> {
    return keeps ? write_checkpoint(file, key, progress, trainer->state()) : Result<void>();
  }));
  return trainer->weights();
}

}  // namespace

Result<Model> train_final(const Dataset& dataset, const FinalRequest& request) {
  const Dataset::Final& data = dataset.final_data();
  const DataShape shape =
      shape_of(data.train.features, dataset.final_cardinalities(), data.encoder->numeric_columns(), data.target);
  HONE_TRY(const NetworkPlan plan, network_plan(request.configuration, request.fixed, shape, request.max_step));
  if (request.folds > 0 && data.train.features.rows < 2 * static_cast<std::size_t>(request.folds))
    return refuse(fmt::format("{} folds of {} rows: each needs at least 2", request.folds, data.train.features.rows));
  const auto members = static_cast<std::size_t>(request.networks());
  const auto folds = request.folds > 0 ? deal_folds(data.train, request.study_seed, request.trial, request.folds)
                                       : std::vector<std::size_t>();
  Epochs epochs(request, members);
  std::vector<Result<std::string>> weights(members);
  const std::size_t at_once = std::min(members, static_cast<std::size_t>(request.jobs));
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < at_once; ++t)
      threads.emplace_back([&] {
        for (std::size_t m = next++; m < members; m = next++) {
          const MemberData own = folds.empty() ? MemberData{data.train, {}, {}} : member_data(data.train, folds, m);
          weights[m] = train_member(data.target, plan, request, own, m, epochs);
        }
      });
  }
  Model model;
  for (Result<std::string>& member : weights) {
    HONE_TRY(std::string bytes, std::move(member));
    model.members.push_back(std::move(bytes));
  }
  model.encoder = data.encoder;
  model.spec = plan.spec;
  model.configuration = request.fixed;
  for (const auto& [name, value] : request.configuration.entries()) model.configuration.set(name, value);
  return model;
}

}  // namespace hone

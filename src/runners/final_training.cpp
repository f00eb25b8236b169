/// The winner's last training (declared in runners/native_network.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "runners/native_network.hpp"
#include "runners/network_checkpoint.hpp"

namespace hone {
namespace {

/// Collects the members' epochs; tells the slowest one's.
class Epochs {
 public:
  Epochs(const FinalRequest& request, std::size_t members) : request_(request), done_(members, -1) {}
  void set(std::size_t member, std::int64_t epoch) {
    const std::scoped_lock lock(mutex_);
    done_[member] = epoch;
    const std::int64_t slowest = std::ranges::min(done_);
    if (slowest >= 0 && request_.progress) request_.progress(slowest);
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

Result<std::string> train_member(const Dataset::Final& data, const NetworkPlan& plan, const FinalRequest& request,
                                 std::size_t member, Epochs& epochs) {
  HONE_TRY(
      const std::unique_ptr<Trainer> trainer,
      Trainer::create(plan.spec, plan.options, member_seed(request, member), data.train.features, data.train.targets));
  const auto file = request.checkpoints / fmt::format("final-{}.checkpoint", member);
  const std::uint64_t key =
      hash64(fmt::format("final {} {} {} {} {} {} {}", request.study_seed, request.trial, member, request.epochs,
                         request.max_step, request.configuration.json(), request.fixed.json()));
  const bool keeps = !request.checkpoints.empty();
  if (keeps) (void)read_checkpoint(file, key, *trainer);  // one that cannot be used changes nothing
  SaveRhythm rhythm;
  epochs.set(member, trainer->epoch());
  while (trainer->epoch() < request.epochs) {
    if (auto epoch = trainer->train_epoch(); !epoch)
      return fail(epoch.error().kind, "final training: " + epoch.error().message);
    epochs.set(member, trainer->epoch());
    if (keeps && rhythm.is_due())
      HONE_TRY_VOID(rhythm.save([&] { return write_checkpoint(file, key, {}, trainer->state()); }));
  }
  return trainer->weights();
}

}  // namespace

Result<Model> train_final(const Dataset& dataset, const FinalRequest& request) {
  const Dataset::Final& data = dataset.final_data();
  const DataShape shape{data.train.features.dense_width, dataset.final_cardinalities(), data.encoder->numeric_columns(),
                        data.target.task, data.target.outputs()};
  HONE_TRY(const NetworkPlan plan, network_plan(request.configuration, request.fixed, shape, request.max_step));
  const auto members = static_cast<std::size_t>(request.members);
  Epochs epochs(request, members);
  std::vector<Result<std::string>> weights(members);
  {
    std::vector<std::jthread> threads;
    for (std::size_t m = 0; m < members; ++m)
      threads.emplace_back([&, m] { weights[m] = train_member(data, plan, request, m, epochs); });
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

// The training loop: epochs of minibatches, optimizer state, best weights, checkpoints.
#include "nn/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <type_traits>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/rng.hpp"
#include "nn/batches.hpp"
#include "nn/bins.hpp"
#include "nn/checkpoint.hpp"
#include "nn/checks.hpp"
#include "nn/described.hpp"
#include "nn/diagnosis.hpp"
#include "nn/loss.hpp"
#include "nn/network.hpp"
#include "nn/optimizer.hpp"
#include "nn/schedule.hpp"

namespace hone {
namespace {

/// Fewer rows at once would make predict() slow where the batch is small.
constexpr std::size_t fewest_rows_at_once = 128;

/// Euclidean norm in double: 16 running sums in order, then folded. Same bits on every machine.
double norm_of(const Buffer& gradients) {
  double sum[panel_width] = {};
  for (std::size_t i = 0; i < gradients.size(); i += panel_width)
    for (std::size_t j = 0; j < panel_width; ++j) {
      const double g = gradients.data()[i + j];
      sum[j] += g * g;
    }
  for (std::size_t half = panel_width / 2; half > 0; half /= 2)
    for (std::size_t j = 0; j < half; ++j) sum[j] += sum[j + half];
  return std::sqrt(sum[0]);
}

/// What the rest of a run depends on besides the arrays. Numbers are keyed by epoch and step: those are the counters of
/// the random numbers. It stands in the first cache line of the state.
struct Progress {
  std::int64_t epoch = 0, step = 0;
  BetaPowers powers;
  std::int64_t has_best = 0;
};
constexpr std::size_t progress_floats = panel_width;
static_assert(sizeof(Progress) <= progress_floats * sizeof(float) && std::is_trivially_copyable_v<Progress>);

/// Of everything create() is given, except the data's values.
std::uint64_t identity_of(const NetworkSpec& spec, const TrainOptions& options, const TrainSeed& seed,
                          const Features& train, std::span<const std::uint32_t> rows) {
  const std::string_view row_bytes(reinterpret_cast<const char*>(rows.data()), rows.size_bytes());
  return hash64(fmt::format("{} | {} {} {} | {} {} {}", described(spec, options), seed.study_seed, seed.trial, seed.run,
                            train.rows, hash64(row_bytes), train.is_bytes()));
}

class DenseTrainer final : public Trainer {
 public:
  DenseTrainer(const NetworkSpec& spec, const TrainOptions& options, const TrainSeed& seed, const Features& train,
               const Targets& targets, std::vector<std::uint32_t> rows, TrainState state)
      : options_(options),
        seed_(seed),
        train_(train),
        targets_(targets),
        kernels_(kernels()),
        loss_(loss_row(spec.loss)),
        optimizer_(optimizer_row(options.optimizer)),
        schedule_(schedule_row(options.schedule)),
        rows_(std::move(rows)),
        largest_batch_(largest_batch(options.batch, rows_.size())),
        steps_per_epoch_(count_steps(options.batch, rows_.size())),
        network_(spec, std::max(largest_batch_, std::min(fewest_rows_at_once, rows_.size())), true, options.precision),
        gradients_(network_.layout().parameters),
        accumulated_(options.accumulate > 1 ? network_.layout().parameters : 0),
        scratch_(2 * padded(network_.row_capacity() * spec.members)),
        partner_gradient_(options.mixup > 0 ? network_.output_size() : 0),
        class_weights_(weights_of_classes(options.class_balance, std::max<std::size_t>(spec.outputs, 2), targets)),
        wide_order_(spec.members > 1 || options.mixup > 0 ? 2 * network_.row_capacity() * spec.members : 0),
        order_(rows_),
        state_(std::move(state)) {
    const bool fresh = state_.empty();
    if (fresh) {
      state_.identity = identity_of(spec, options, seed, train, rows_);
      state_.arena = Buffer(state_floats());
    }
    place_state();
    if (!fresh) return;
    *progress_ = Progress{};
    network_.layout().initialise(spec, seed, network_.parameters().data(), network_.statistics().data());
    fit_bins(network_.layout(), spec.numeric_bins, train, network_.statistics().data());
    if (spec.data_start) fit_start();
    if (averages()) std::memcpy(average_.data(), network_.parameters().data(), average_.bytes());
  }

  /// Floats of a state of this trainer.
  std::size_t state_floats() const {
    const std::size_t copies = 2 + (optimizer_.first_moment ? 1u : 0u) + (optimizer_.second_moment ? 1u : 0u) +
                               (options_.average > 0 ? 1u : 0u);
    return progress_floats + copies * network_.layout().parameters + 2 * network_.layout().statistics;
  }

  Result<EpochStats> train_epoch() override {
    std::ranges::copy(rows_, order_.begin());
    gathered_ = gathered_rows_ = 0;  // an interrupted epoch may have left some
    Rng rng(seed_.study_seed, RngPurpose::minibatch_order, seed_.run, static_cast<std::uint32_t>(progress_->epoch));
    rng.shuffle(std::span(order_));
    double total = 0, fastest = std::numeric_limits<double>::infinity();
    double began = system_clock().monotonic_seconds();
    std::size_t start = 0;
    for (std::int64_t step = 0; step < steps_per_epoch_; ++step) {
      if (interrupted())
        return fail(Error::Kind::interrupted,
                    fmt::format("training was interrupted in epoch {}", progress_->epoch + 1));
      const bool last = step + 1 == steps_per_epoch_;
      const std::size_t count = last ? order_.size() - start : options_.batch;
      HONE_TRY(const double loss, train_batch({order_.data() + start, count}, last));
      total += loss * static_cast<double>(count);
      start += count;
      const double now = system_clock().monotonic_seconds();
      if (count == options_.batch || steps_per_epoch_ == 1) fastest = std::min(fastest, now - began);
      began = now;
    }
    ++progress_->epoch;
    return EpochStats{progress_->epoch, total / static_cast<double>(order_.size()), fastest};
  }

  std::int64_t epoch() const override { return progress_->epoch; }

  void predict(const Features& features, std::vector<float>& out) override {
    if (averages()) std::swap(network_.parameters(), average_);
    network_.predict(features, out);
    if (averages()) std::swap(network_.parameters(), average_);
  }

  void keep_best() override {
    std::memcpy(best_parameters_.data(), kept_parameters().data(), best_parameters_.bytes());
    if (best_statistics_.size() > 0)
      std::memcpy(best_statistics_.data(), network_.statistics().data(), best_statistics_.bytes());
    progress_->has_best = 1;
  }
  void restore_best() override {
    if (progress_->has_best == 0) return;
    std::memcpy(network_.parameters().data(), best_parameters_.data(), best_parameters_.bytes());
    if (averages()) std::memcpy(average_.data(), best_parameters_.data(), best_parameters_.bytes());
    if (best_statistics_.size() > 0)
      std::memcpy(network_.statistics().data(), best_statistics_.data(), best_statistics_.bytes());
  }

  std::string checkpoint() const override {
    std::string content;
    append_state(content, state_);
    return content;
  }
  Result<void> restore(std::string_view checkpoint) override {
    HONE_TRY(const std::string_view arena, arena_in(checkpoint, state_.identity, state_.bytes()));
    Progress progress;
    std::memcpy(&progress, arena.data(), sizeof progress);
    if (!is_possible(progress))
      return fail(Error::Kind::corrupt,
                  "this checkpoint cannot be used: its counters contradict each other; start the "
                  "trial anew");
    std::memcpy(state_.arena.data(), arena.data(), arena.size());
    return {};
  }
  const TrainState& state() const override { return state_; }
  TrainState release() override { return std::move(state_); }

  std::string weights() const override {
    return network_.layout().pack(kept_parameters().data(), network_.statistics().data());
  }

 private:
  /// With as many rows as fit, evenly from all.
  void fit_start() {
    const std::size_t count = std::min(network_.row_capacity(), rows_.size());
    std::vector<std::uint32_t> some(count);
    for (std::size_t i = 0; i < count; ++i) some[i] = rows_[i * rows_.size() / count];
    network_.gather(train_, some);
    network_.fit_start(seed_);
  }

  bool averages() const { return average_.size() > 0; }
  /// What predictions are made with.
  const Buffer& kept_parameters() const { return averages() ? average_ : network_.parameters(); }

  void average() {
    const auto together = static_cast<double>(options_.accumulate);
    const double steps = options_.average * static_cast<double>(steps_per_epoch_) / together;
    const double done = static_cast<double>(progress_->step - 1) / together;
    const auto share = static_cast<float>(std::max(1 / (1 + steps), 10 / (10 + done)));
    kernels_.approach(network_.parameters().data(), share, average_.data(), average_.size());
  }

  /// Lets every array stand where it belongs in the state. Sizes are whole cache lines.
  void place_state() {
    float* at = state_.arena.data();
    const auto next = [&](std::size_t size) {
      float* const start = at;
      at += size;
      return Buffer::part_of(start, size);
    };
    progress_ = static_cast<Progress*>(static_cast<void*>(next(progress_floats).data()));
    const std::size_t parameters = network_.layout().parameters, statistics = network_.layout().statistics;
    network_.parameters() = next(parameters);
    network_.statistics() = next(statistics);
    first_moment_ = next(optimizer_.first_moment ? parameters : 0);
    second_moment_ = next(optimizer_.second_moment ? parameters : 0);
    average_ = next(options_.average > 0 ? parameters : 0);
    best_parameters_ = next(parameters);
    best_statistics_ = next(statistics);
  }

  /// Of a checkpoint whose checksum fits: counters that a run of this trainer can have between two epochs.
  bool is_possible(const Progress& p) const {
    const auto power = [](double value) { return value >= 0 && value <= 1; };
    return p.epoch >= 0 && p.epoch <= std::numeric_limits<std::uint32_t>::max() &&
           p.step == p.epoch * steps_per_epoch_ && power(p.powers.beta1) && power(p.powers.beta2) &&
           (p.has_best == 0 || p.has_best == 1);
  }

  Result<double> train_batch(std::span<const std::uint32_t> rows, bool last) {
    const auto step = static_cast<std::uint32_t>(progress_->step);
    const float share = options_.mixup > 0 ? mixup_share(options_.mixup, seed_, step) : 1;
    network_.gather(train_, rows);
    fade_ = fade();
    network_.forward_train(seed_, step, share, fade_);
    const double loss = loss_of(rows, share);
    if (!std::isfinite(loss)) {
      const std::string data = data_message(train_, rows);
      return fail(Error::Kind::failed, !data.empty() ? data
                                                     : diverged_message(network_, gradients_, loss,
                                                                        progress_->epoch + 1, progress_->step + 1));
    }
    network_.backward(gradients_.data());
    ++progress_->step;
    if (options_.accumulate == 1) {
      update(gradients_);
    } else if (!accumulate(rows.size(), last)) {
      return loss;
    }
    if (averages()) average();
    return loss;
  }

  /// Takes the gradient of so many rows into the mean; a step by the mean when there are enough minibatches or none is
  /// left in the epoch. Between epochs nothing waits, so a checkpoint need not know of it. Was there a step?
  bool accumulate(std::size_t rows, bool last) {
    gathered_rows_ += rows;
    if (gathered_++ == 0)
      std::memcpy(accumulated_.data(), gradients_.data(), accumulated_.bytes());
    else
      kernels_.approach(gradients_.data(), static_cast<float>(rows) / static_cast<float>(gathered_rows_),
                        accumulated_.data(), accumulated_.size());
    if (gathered_ < options_.accumulate && !last) return false;
    update(accumulated_);
    gathered_ = gathered_rows_ = 0;
    return true;
  }

  /// Mean loss of all members; its gradient in the network. Of mixed rows: `share` of the loss of the row's own target,
  /// the rest of its partner's.
  double loss_of(std::span<const std::uint32_t> rows, float share) {
    const std::size_t wide = network_.wide_rows();
    LossBatch batch{network_.output(),
                    network_.output_gradient(),
                    network_.stride(),
                    wide,
                    rows.data(),
                    &targets_,
                    &network_.spec(),
                    options_.label_smoothing,
                    class_weights_.empty() ? nullptr : class_weights_.data(),
                    scratch_.data(),
                    scratch_.data() + scratch_.size() / 2};
    if (!wide_order_.empty()) {
      for (std::size_t i = 0; i < wide; ++i) {
        wide_order_[i] = rows[i % rows.size()];
        wide_order_[wide + i] = rows[rows.size() - 1 - i % rows.size()];
      }
      batch.order = wide_order_.data();
    }
    const double loss = loss_.batch(kernels_, batch);
    if (share == 1) return loss;
    batch.order += wide;
    batch.gradient = partner_gradient_.data();
    const double of_partners = loss_.batch(kernels_, batch);
    for (std::size_t panel = 0; panel < network_.output_panels(); ++panel) {
      const std::size_t at = panel * network_.stride();
      kernels_.approach(partner_gradient_.data() + at, 1 - share, network_.output_gradient() + at, wide * panel_width);
    }
    return static_cast<double>(share) * loss + (1 - static_cast<double>(share)) * of_partners;
  }

  /// What is left of dropout and weight decay at this step.
  double fade() const {
    return learning_rate_at(schedule_row(options_.fade), 1, 0, progress_->step, options_.max_epochs * steps_per_epoch_);
  }

  void update(const Buffer& gradients) {
    double gradient_scale = 1;
    if (options_.clip_norm > 0)
      if (const double norm = norm_of(gradients); norm > options_.clip_norm) gradient_scale = options_.clip_norm / norm;
    const double rate = learning_rate_at(schedule_, options_.learning_rate, options_.warmup, progress_->step - 1,
                                         options_.max_epochs * steps_per_epoch_);
    const double decay = options_.weight_decay * fade_;
    const Update all = update_numbers(optimizer_, options_, rate, decay, gradient_scale, progress_->powers);
    const auto run = kernels_.update[static_cast<std::size_t>(optimizer_.kernel)];
    for (const LearnedPart& part : network_.layout().parts) {
      Update u = all;
      u.rate *= static_cast<float>(optimizer_.second_moment ? part.rate : part.sgd_rate);
      if (!part.decays) {
        u.decay = 0;
        u.keep = 1;
      }
      u.w = network_.parameters().data() + part.begin;
      u.m = optimizer_.first_moment ? first_moment_.data() + part.begin : nullptr;
      u.v = optimizer_.second_moment ? second_moment_.data() + part.begin : nullptr;
      u.g = gradients.data() + part.begin;
      u.count = part.end - part.begin;
      run(u);
    }
  }

  TrainOptions options_;
  TrainSeed seed_;
  const Features& train_;
  const Targets& targets_;
  const Kernels& kernels_;
  const LossRow& loss_;
  const OptimizerRow& optimizer_;
  const Schedule& schedule_;
  std::vector<std::uint32_t> rows_;  ///< that it trains on, as they were given
  std::size_t largest_batch_;
  std::int64_t steps_per_epoch_;
  Network network_;
  Buffer gradients_, accumulated_, scratch_, partner_gradient_;
  double fade_ = 1;                               ///< at the step at hand
  std::size_t gathered_ = 0, gathered_rows_ = 0;  ///< minibatches, and their rows, that wait for a step
  std::vector<float> class_weights_;
  std::vector<std::uint32_t> wide_order_;  ///< of the rows of all members, then of their partners in mixup
  std::vector<std::uint32_t> order_;
  TrainState state_;
  // Parts of the state, as are the network's parameters and statistics.
  Progress* progress_ = nullptr;
  Buffer first_moment_, second_moment_, average_, best_parameters_, best_statistics_;
};

}  // namespace

Result<std::unique_ptr<Trainer>> Trainer::create(const NetworkSpec& spec, const TrainOptions& options,
                                                 const TrainSeed& seed, const Features& train, const Targets& targets,
                                                 double memory_limit_bytes, std::span<const std::uint32_t> rows) {
  return resume(spec, options, seed, train, targets, {}, memory_limit_bytes, rows);
}

Result<std::unique_ptr<Trainer>> Trainer::resume(const NetworkSpec& spec, const TrainOptions& options,
                                                 const TrainSeed& seed, const Features& train, const Targets& targets,
                                                 TrainState state, double memory_limit_bytes,
                                                 std::span<const std::uint32_t> rows) {
  HONE_TRY_VOID(check_spec(spec));
  HONE_TRY_VOID(check_options(options));
  HONE_TRY_VOID(check_data(spec, options, train, targets, rows));
  std::vector<std::uint32_t> chosen(rows.begin(), rows.end());
  if (chosen.empty()) {
    chosen.resize(train.rows);
    std::iota(chosen.begin(), chosen.end(), 0u);
  }
  HONE_TRY_VOID(check_memory(spec, options, chosen.size(), memory_limit_bytes));
  if (!state.empty() && state.identity != identity_of(spec, options, seed, train, chosen))
    return fail(Error::Kind::corrupt, "this state is of another network, other options, other seeds or other data");
  return std::make_unique<DenseTrainer>(spec, options, seed, train, targets, std::move(chosen), std::move(state));
}

double epoch_operations(const NetworkSpec& spec, std::size_t rows) {
  const auto numbers = static_cast<double>(spec.embedded_numbers()), members = static_cast<double>(spec.members);
  double in = static_cast<double>(spec.input_width()), embedded = numbers * panel_width;
  for (const std::size_t width : spec.embedding_widths) embedded += static_cast<double>(width);
  double per_row = 2 * numbers * panel_width * static_cast<double>(spec.components());
  for (std::size_t i = 0; i <= spec.hidden.size(); ++i) {
    const auto out = static_cast<double>(i == spec.hidden.size() ? spec.outputs : spec.hidden[i]);
    const double before = i == 0 && spec.members == 1 ? embedded : in;  // dX is needed where something is learned
    per_row += members * (2 * in * out + before * out);                 // forward, dW, dX
    in = out;
  }
  return per_row * static_cast<double>(rows);
}

std::string_view kernel_name() {
  return kernels().name;
}

}  // namespace hone

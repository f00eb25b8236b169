// The training loop: epochs of minibatches, optimizer state, best weights, checkpoints.
#include "nn/trainer.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/rng.hpp"
#include "nn/bins.hpp"
#include "nn/checkpoint.hpp"
#include "nn/checks.hpp"
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

/// What the rest of a run depends on besides the arrays.
struct Progress {
  std::int64_t epoch = 0, step = 0;
  BetaPowers powers;
  std::int64_t has_best = 0;
};

class DenseTrainer final : public Trainer {
 public:
  DenseTrainer(const NetworkSpec& spec, const TrainOptions& options, const TrainSeed& seed, const Features& train,
               const Targets& targets)
      : options_(options),
        seed_(seed),
        train_(train),
        targets_(targets),
        kernels_(kernels()),
        loss_(loss_row(spec.loss)),
        optimizer_(optimizer_row(options.optimizer)),
        schedule_(schedule_row(options.schedule)),
        largest_batch_(largest_batch(options.batch, train.rows)),
        steps_per_epoch_(count_steps(options.batch, train.rows)),
        network_(spec, std::max(largest_batch_, std::min(fewest_rows_at_once, train.rows)), true),
        gradients_(network_.layout().parameters),
        first_moment_(optimizer_.first_moment ? network_.layout().parameters : 0),
        second_moment_(optimizer_.second_moment ? network_.layout().parameters : 0),
        average_(options.average > 0 ? network_.layout().parameters : 0),
        best_parameters_(network_.layout().parameters),
        best_statistics_(network_.layout().statistics),
        scratch_(2 * padded(network_.row_capacity())),
        order_(train.rows) {
    network_.layout().initialise(spec, seed, network_.parameters().data(), network_.statistics().data());
    fit_bins(network_.layout(), spec.numeric_bins, train, network_.statistics().data());
    if (averages()) std::memcpy(average_.data(), network_.parameters().data(), average_.bytes());
  }

  Result<EpochStats> train_epoch() override {
    std::iota(order_.begin(), order_.end(), 0u);
    Rng rng(seed_.study_seed, RngPurpose::minibatch_order, seed_.run, static_cast<std::uint32_t>(progress_.epoch));
    rng.shuffle(std::span(order_));
    double total = 0, fastest = std::numeric_limits<double>::infinity();
    double began = system_clock().monotonic_seconds();
    std::size_t start = 0;
    for (std::int64_t step = 0; step < steps_per_epoch_; ++step) {
      if (interrupted())
        return fail(Error::Kind::interrupted, fmt::format("training was interrupted in epoch {}", progress_.epoch + 1));
      const bool last = step + 1 == steps_per_epoch_;
      const std::size_t count = last ? order_.size() - start : options_.batch;
      HONE_TRY(const double loss, train_batch({order_.data() + start, count}));
      total += loss * static_cast<double>(count);
      start += count;
      const double now = system_clock().monotonic_seconds();
      if (count == options_.batch || steps_per_epoch_ == 1) fastest = std::min(fastest, now - began);
      began = now;
    }
    ++progress_.epoch;
    return EpochStats{progress_.epoch, total / static_cast<double>(order_.size()), fastest};
  }

  std::int64_t epoch() const override { return progress_.epoch; }

  void predict(const Features& features, std::vector<float>& out) override {
    if (averages()) std::swap(network_.parameters(), average_);
    network_.predict(features, out);
    if (averages()) std::swap(network_.parameters(), average_);
  }

  void keep_best() override {
    std::memcpy(best_parameters_.data(), kept_parameters().data(), best_parameters_.bytes());
    if (best_statistics_.size() > 0)
      std::memcpy(best_statistics_.data(), network_.statistics().data(), best_statistics_.bytes());
    progress_.has_best = 1;
  }
  void restore_best() override {
    if (progress_.has_best == 0) return;
    std::memcpy(network_.parameters().data(), best_parameters_.data(), best_parameters_.bytes());
    if (averages()) std::memcpy(average_.data(), best_parameters_.data(), best_parameters_.bytes());
    if (best_statistics_.size() > 0)
      std::memcpy(network_.statistics().data(), best_statistics_.data(), best_statistics_.bytes());
  }

  std::string checkpoint() const override { return encode_state(identity(), parts()); }
  Result<void> restore(std::string_view checkpoint) override { return decode_state(checkpoint, identity(), parts()); }

  std::string weights() const override {
    return network_.layout().pack(kept_parameters().data(), network_.statistics().data());
  }

 private:
  bool averages() const { return average_.size() > 0; }
  /// What predictions are made with.
  const Buffer& kept_parameters() const { return averages() ? average_ : network_.parameters(); }

  void average() {
    const double steps = options_.average * static_cast<double>(steps_per_epoch_);
    const auto done = static_cast<double>(progress_.step);
    const auto share = static_cast<float>(std::max(1 / (1 + steps), 10 / (10 + done)));
    kernels_.approach(network_.parameters().data(), share, average_.data(), average_.size());
  }

  static std::int64_t count_steps(std::size_t batch, std::size_t rows) {
    if (batch >= rows) return 1;
    const std::size_t whole = rows / batch, left = rows % batch;
    return static_cast<std::int64_t>(left == 0 || (left == 1 && batch > 1) ? whole : whole + 1);
  }

  Result<double> train_batch(std::span<const std::uint32_t> rows) {
    network_.gather(train_, rows);
    network_.forward_train(seed_, static_cast<std::uint32_t>(progress_.step));
    const double loss = loss_.batch(
        kernels_, {network_.output(), network_.output_gradient(), network_.stride(), rows.size(),
                   network_.spec().outputs, rows.data(), &targets_, options_.label_smoothing,
                   network_.spec().huber_delta, scratch_.data(), scratch_.data() + padded(network_.row_capacity())});
    if (!std::isfinite(loss))
      return fail(Error::Kind::failed,
                  diverged_message(network_, gradients_, loss, progress_.epoch + 1, progress_.step + 1));
    network_.backward(gradients_.data());
    update();
    if (averages()) average();
    ++progress_.step;
    return loss;
  }

  void update() {
    double gradient_scale = 1;
    if (options_.clip_norm > 0)
      if (const double norm = norm_of(gradients_); norm > options_.clip_norm)
        gradient_scale = options_.clip_norm / norm;
    const double rate = learning_rate_at(schedule_, options_.learning_rate, options_.warmup, progress_.step,
                                         options_.max_epochs * steps_per_epoch_);
    Update u = update_numbers(optimizer_, options_, rate, gradient_scale, progress_.powers);
    const auto run = kernels_.update[static_cast<std::size_t>(optimizer_.kernel)];
    const Layout& layout = network_.layout();
    run(part_of(u, 0, layout.decayed));
    u.decay = 0;
    u.keep = 1;
    run(part_of(u, layout.decayed, layout.parameters));
  }
  Update part_of(Update u, std::size_t begin, std::size_t end) {
    u.w = network_.parameters().data() + begin;
    u.m = optimizer_.first_moment ? first_moment_.data() + begin : nullptr;
    u.v = optimizer_.second_moment ? second_moment_.data() + begin : nullptr;
    u.g = gradients_.data() + begin;
    u.count = end - begin;
    return u;
  }

  /// Of everything create() was given, except the data's values.
  std::uint64_t identity() const {
    const NetworkSpec& s = network_.spec();
    const TrainOptions& o = options_;
    return hash64(fmt::format(
        "{} {} {} {} {} {} {} {} {} {} {} {} | {} {} {} {} {} {} {} {} {} {} {} {} {} {} | {} {} {} | {} {}",
        s.dense_width, fmt::join(s.numeric_columns, ","), s.numeric_bins, fmt::join(s.cardinalities, ","),
        fmt::join(s.embedding_widths, ","), fmt::join(s.hidden, ","), s.activation->name, s.batch_norm, s.dropout,
        s.outputs, loss_.name, s.huber_delta, optimizer_.name, o.learning_rate, o.momentum, o.beta1, o.beta2, o.epsilon,
        o.weight_decay, o.batch, schedule_.name, o.warmup, o.max_epochs, o.label_smoothing, o.clip_norm, o.average,
        seed_.study_seed, seed_.trial, seed_.run, train_.rows, train_.is_bytes()));
  }

  std::array<StatePart, 8> parts() const {
    const auto part = [](const Buffer& b) { return StatePart{const_cast<float*>(b.data()), b.bytes()}; };
    return {StatePart{const_cast<Progress*>(&progress_), sizeof progress_},
            part(network_.parameters()),
            part(network_.statistics()),
            part(first_moment_),
            part(second_moment_),
            part(average_),
            part(best_parameters_),
            part(best_statistics_)};
  }

  TrainOptions options_;
  TrainSeed seed_;
  const Features& train_;
  const Targets& targets_;
  const Kernels& kernels_;
  const LossRow& loss_;
  const OptimizerRow& optimizer_;
  const Schedule& schedule_;
  std::size_t largest_batch_;
  std::int64_t steps_per_epoch_;
  Network network_;
  Buffer gradients_, first_moment_, second_moment_, average_, best_parameters_, best_statistics_, scratch_;
  std::vector<std::uint32_t> order_;
  Progress progress_;
};

}  // namespace

Result<std::unique_ptr<Trainer>> Trainer::create(const NetworkSpec& spec, const TrainOptions& options,
                                                 const TrainSeed& seed, const Features& train, const Targets& targets,
                                                 double memory_limit_bytes) {
  HONE_TRY_VOID(check_spec(spec));
  HONE_TRY_VOID(check_options(options));
  HONE_TRY_VOID(check_data(spec, options, train, targets));
  HONE_TRY_VOID(check_memory(spec, options, train.rows, memory_limit_bytes));
  return std::make_unique<DenseTrainer>(spec, options, seed, train, targets);
}

double epoch_operations(const NetworkSpec& spec, std::size_t rows) {
  const auto numbers = static_cast<double>(spec.embedded_numbers());
  double in = static_cast<double>(spec.input_width()), embedded = numbers * panel_width;
  for (const std::size_t width : spec.embedding_widths) embedded += static_cast<double>(width);
  double per_row = 2 * numbers * panel_width * static_cast<double>(padded(spec.numeric_bins));
  for (std::size_t i = 0; i <= spec.hidden.size(); ++i) {
    const auto out = static_cast<double>(i == spec.hidden.size() ? spec.outputs : spec.hidden[i]);
    per_row += 2 * in * out + (i == 0 ? embedded : in) * out;  // forward, dW, dX
    in = out;
  }
  return per_row * static_cast<double>(rows);
}

std::string_view kernel_name() {
  return kernels().name;
}

}  // namespace hone

/// Trains one dense network: shape, options, the loop by epochs, checkpoints that resume bit for bit.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/features.hpp"
#include "nn/activation.hpp"
#include "nn/train_state.hpp"

namespace hone {

enum class LossKind { softmax_cross_entropy, binary_cross_entropy, squared_error, huber };
enum class OptimizerKind { sgd, momentum, nesterov, rmsprop, adam, adamw };
enum class ScheduleKind { constant, step, cosine, one_cycle };

// Names as they stand in search spaces; errors name the nearest known one.
Result<LossKind> find_loss(std::string_view name);
Result<OptimizerKind> find_optimizer(std::string_view name);
Result<ScheduleKind> find_schedule(std::string_view name);
std::vector<std::string> loss_names();
std::vector<std::string> optimizer_names();
std::vector<std::string> schedule_names();

constexpr std::size_t numeric_bins_max = 512;

/// Shape of a network: embeddings beside dense inputs, hidden layers n[1] .. n[L], one linear output layer.
///
/// A numeric column is embedded by the quantiles of its training values: components that rise from 0 to 1 over one bin
/// each, then a linear map to 16 units of its own and relu (Gorishniy, Rubachev, Babenko 2022, "Q-LR"). The plain value
/// stays an input too, so that nothing is lost beyond the outermost quantiles, where components stand still.
struct NetworkSpec {
  std::size_t dense_width = 0;
  std::vector<std::size_t> cardinalities;     ///< one per embedding column
  std::vector<std::size_t> embedding_widths;  ///< same length
  std::vector<std::size_t> numeric_columns;   ///< dense columns that are numbers, for the embedding below
  std::size_t numeric_bins = 0;  ///< piecewise-linear embedding of each numeric column, beside its plain value; 0: none
  std::vector<std::size_t> hidden;  ///< n[1], n[2], ..., may be empty (a linear model)
  const Activation* activation = nullptr;
  bool batch_norm = false;  ///< before the activation of each hidden layer
  double dropout = 0;       ///< share of hidden activations dropped, [0, 1)
  std::size_t outputs = 0;  ///< classes (1 with binary cross-entropy), or 1
  LossKind loss = LossKind::softmax_cross_entropy;
  double huber_delta = 1;  ///< in scaled target units
  std::size_t embedded_numbers() const { return numeric_bins > 0 ? numeric_columns.size() : 0; }
  std::size_t input_width() const;  ///< of the first layer: embedded numbers, dense columns, embeddings
  std::size_t parameters() const;   ///< number of learned values
};

struct TrainOptions {
  OptimizerKind optimizer = OptimizerKind::adam;
  double learning_rate = 1e-3;  ///< > 0; the peak of the schedule
  double momentum = 0.9;        ///< sgd kinds; [0, 1)
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double weight_decay = 0;  ///< adamw: decoupled, times the learning rate; others: L2 added to the gradient
  std::size_t batch = 64;
  ScheduleKind schedule = ScheduleKind::constant;
  double warmup = 0;             ///< share of all steps with a linearly rising rate, [0, 1)
  std::int64_t max_epochs = 27;  ///< what the schedule spans
  double label_smoothing = 0;    ///< [0, 1), classification
  double clip_norm = 0;          ///< global gradient norm limit, 0: none
  /// Predictions and kept weights are an exponential moving average of the weights over about so many epochs (Polyak,
  /// Juditsky 1992); 0: the weights themselves. It begins with a short memory: step t counts at least 10 / (10 + t).
  double average = 0;
};

/// Everything random in a run is a pure function of these.
struct TrainSeed {
  std::uint64_t study_seed = 0;
  std::uint32_t trial = 0;  ///< keys initial weights and dropout
  std::uint32_t run = 0;    ///< keys the minibatch order, together with the epoch: the same for all trials of a study
};

struct EpochStats {
  std::int64_t epoch = 0;   ///< epochs done, 1 after the first
  double loss = 0;          ///< mean training loss over the epoch's minibatches
  double fastest_step = 0;  ///< seconds of the fastest full minibatch: what the machine can do when nothing disturbs it
};

/// One network and its optimizer's state. Not thread safe; one per trial. No allocation inside an epoch.
class Trainer {
 public:
  /// `train` and `targets` must outlive the trainer. Errors: shapes that do not fit; options out of range; a memory
  /// estimate above `memory_limit_bytes` (said in the message).
  static Result<std::unique_ptr<Trainer>> create(const NetworkSpec& spec, const TrainOptions& options,
                                                 const TrainSeed& seed, const Features& train, const Targets& targets,
                                                 double memory_limit_bytes = 8e9);
  /// The same, going on from a state that a trainer created with the same arguments released: nothing is drawn or
  /// fitted again. Errors besides: `corrupt` when the state is of another trainer.
  static Result<std::unique_ptr<Trainer>> resume(const NetworkSpec& spec, const TrainOptions& options,
                                                 const TrainSeed& seed, const Features& train, const Targets& targets,
                                                 TrainState state, double memory_limit_bytes = 8e9);
  virtual ~Trainer() = default;

  /// One pass over the training rows. Polls `interrupted()` between minibatches: then `Error::Kind::interrupted`, and
  /// the trainer must be restored from a checkpoint before it is used again. A loss that is not finite is
  /// `Error::Kind::failed` with its cause: which layer, which step, share of dead units, largest gradient.
  virtual Result<EpochStats> train_epoch() = 0;
  virtual std::int64_t epoch() const = 0;

  /// Probabilities (rows, outputs; binary cross-entropy: rows, 1) or scaled values (rows, 1), with the present weights,
  /// dropout off, running statistics of batch norm. Thread compatible with nothing else on this trainer.
  virtual void predict(const Features& features, std::vector<float>& out) = 0;

  /// Remembers the present weights as the best ones / makes the remembered ones the present ones.
  virtual void keep_best() = 0;
  virtual void restore_best() = 0;

  /// Everything that the rest of the run depends on, best weights included. Restoring into a trainer created with the
  /// same arguments continues bit for bit. Errors of restore: `corrupt` when the content or its checksum does not fit.
  virtual std::string checkpoint() const = 0;
  virtual Result<void> restore(std::string_view checkpoint) = 0;

  /// The same in memory: a look at it, and a pause, which moves it out. After release() the trainer is good for its end
  /// only. Cost of release(): some pointers, whatever the size.
  virtual const TrainState& state() const = 0;
  virtual TrainState release() = 0;

  /// Learned values and running statistics in a fixed order, little-endian float32: for the model file.
  virtual std::string weights() const = 0;
};

/// A trained network without an optimizer, from `weights()`. Errors: a shape that cannot be; `corrupt` when the size
/// does not fit. Both are found before anything is allocated for the shape.
class Predictor {
 public:
  static Result<void> check(const NetworkSpec& spec, std::string_view weights);
  static Result<std::unique_ptr<Predictor>> create(const NetworkSpec& spec, std::string_view weights);
  virtual ~Predictor() = default;
  virtual void predict(const Features& features, std::vector<float>& out) = 0;
};

/// Multiply-adds of one training epoch (forward, dX, dW) for `rows` rows: the unit that budgets are counted in.
double epoch_operations(const NetworkSpec& spec, std::size_t rows);

/// Name of the kernels chosen at start ("avx512", "avx2", "scalar"), from cpuid or HONE_KERNELS. Bits do not depend on
/// it.
std::string_view kernel_name();

}  // namespace hone

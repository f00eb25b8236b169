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

enum class LossKind { softmax_cross_entropy, binary_cross_entropy, focal, squared_error, huber, quantile, poisson };
enum class OptimizerKind { sgd, momentum, nesterov, rmsprop, adam, adamw };
enum class ScheduleKind { constant, step, cosine, one_cycle, coslog, flat_cosine };
enum class NormKind { none, batch, layer };
enum class Precision { float32, bfloat16 };

// Names as they stand in search spaces; errors name the nearest known one.
Result<LossKind> find_loss(std::string_view name);
Result<OptimizerKind> find_optimizer(std::string_view name);
Result<ScheduleKind> find_schedule(std::string_view name);
std::vector<std::string> loss_names();
Task loss_task(LossKind kind);
std::vector<std::string> optimizer_names();
std::vector<std::string> schedule_names();

std::string_view norm_name(NormKind kind);
Result<NormKind> find_norm(std::string_view name);
std::vector<std::string> norm_names();

std::string_view precision_name(Precision precision);
Result<Precision> find_precision(std::string_view name);
std::vector<std::string> precision_names();
/// Error: this processor has no such products (bfloat16 needs AVX512_BF16, and HONE_KERNELS may rule it out).
Result<void> check_precision(Precision precision);

constexpr std::size_t numeric_bins_max = 512, numeric_frequencies_max = 256, members_max = 256, accumulate_max = 65536;
constexpr double mixup_max = 2;

/// Shape of a network: embeddings beside dense inputs, hidden layers n[1] .. n[L], one linear output layer.
///
/// A numeric column can be embedded by components of its own, a linear map of them to 16 units and relu (Gorishniy,
/// Rubachev, Babenko 2022): by the quantiles of its training values, where a component rises from 0 to 1 over one bin
/// ("Q-LR"), or by waves cos(2 pi (f x + p)) of learned frequency and phase ("PLR", with a phase in the place of the
/// sine). The plain value stays an input too, so that nothing is lost beyond the outermost quantiles, where components
/// stand still.
///
/// Several members are an ensemble in one network (TabM: Gorishniy, Kotelnikov, Babenko 2025; BatchEnsemble: Wen, Tran,
/// Ba 2020): they share the weights of the hidden layers, each has its own factors of a layer's inputs and outputs, its
/// own biases and its own output layer. The mean of their losses is trained, the mean of their predictions predicts.
/// A training step costs as much as `members` networks, the weights little more than one.
struct NetworkSpec {
  std::size_t dense_width = 0;
  std::vector<std::size_t> cardinalities;     ///< one per embedding column
  std::vector<std::size_t> embedding_widths;  ///< same length
  std::vector<std::size_t> numeric_columns;   ///< dense columns that are numbers, for the embeddings below
  std::size_t numeric_bins = 0;               ///< piecewise-linear embedding of each numeric column; 0: none
  std::size_t numeric_frequencies = 0;        ///< periodic embedding instead; 0: none
  double frequency_scale = 0.1;     ///< first frequencies are normal with this deviation, per unit of the input
  std::vector<std::size_t> hidden;  ///< n[1], n[2], ..., may be empty (a linear model)
  const Activation* activation = nullptr;
  NormKind norm = NormKind::none;  ///< before the activation of each hidden layer
  bool residual = false;  ///< hidden layers from the second on add their input to their output, over the columns that
                          ///< both have (He et al. 2016, shortcut A)
  double dropout = 0;     ///< share of hidden activations dropped, [0, 1)
  std::size_t members = 1;
  /// muP (Yang, Hu et al. 2021): units at which the learning rate was found; 0: the usual parametrisation. Where a
  /// layer has m times as many inputs as this, its rate is divided by m (hidden layers and outputs; sgd kinds: outputs
  /// only, while first layer and biases of m times as many units have m times the rate), and the initial weights of
  /// the outputs are smaller by sqrt m.
  std::size_t base_width = 0;
  /// The NTK parametrisation (Jacot, Gabriel, Hongler 2018) in terms of plain weights: the rate of a layer's weights is
  /// divided by the root of its number of inputs (sgd kinds: by that number). Not together with base_width.
  bool ntk = false;
  // What RealMLP (Holzmueller, Grinsztajn, Steinwart 2024) adds to a plain network. Rates are factors of the learning
  // rate.
  double bias_rate = 1;              ///< of all biases, > 0
  double numeric_rate = 1;           ///< of the embeddings of numbers, > 0
  double front_scale = 0;            ///< of learned factors of the first layer's inputs, from 1 on; 0: there are none
  double parametric_activation = 0;  ///< of the learned share a of z + a (f(z) - z), one per unit, from 1 on; 0: a is 1
  bool data_start = false;  ///< initial weights give every unit deviation 1 over a first minibatch, initial biases let
                            ///< it bend somewhere among its rows
  std::size_t outputs = 0;  ///< classes (1 with binary cross-entropy), or 1
  LossKind loss = LossKind::softmax_cross_entropy;
  double huber_delta = 1;    ///< in scaled target units, > 0
  double focal_gamma = 2;    ///< >= 0; 0 is cross-entropy
  double quantile = 0.5;     ///< which quantile of the target is predicted, (0, 1)
  double poisson_ratio = 1;  ///< deviation of the training targets divided by their mean: value = mean (1 + ratio v)
  std::size_t components() const;  ///< of one embedded number: bins or frequencies, rounded up to whole panels
  std::size_t embedded_numbers() const { return components() > 0 ? numeric_columns.size() : 0; }
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
  ScheduleKind fade = ScheduleKind::constant;  ///< of dropout and weight decay
  double warmup = 0;                           ///< share of all steps with a linearly rising rate, [0, 1)
  std::int64_t max_epochs = 27;                ///< what the schedule spans
  std::size_t accumulate = 1;  ///< minibatches whose mean gradient makes one step: batch * accumulate rows a step
  double label_smoothing = 0;  ///< [0, 1), classification
  double mixup = 0;  ///< alpha of Beta(alpha, alpha), [0, 2); 0: none (Zhang et al. 2018, on the embedded inputs: Verma
                     ///< et al. 2019). One share a minibatch, row r with row n - 1 - r.
  /// Weight of a class in the training loss: (rows / (classes * its rows))^class_balance, scaled to a mean of 1 over
  /// the rows; [0, 1]. 0: every row counts the same; 1: every class does.
  double class_balance = 0;
  double clip_norm = 0;  ///< global gradient norm limit, 0: none
  /// Predictions and kept weights are an exponential moving average of the weights over about so many epochs (Polyak,
  /// Juditsky 1992); 0: the weights themselves. It begins with a short memory: step t counts at least 10 / (10 + t).
  double average = 0;
  /// bfloat16: while training, layers of at least 64 inputs and outputs round the operands of their products to 8 bits
  /// (sums, weights, moments and predictions stay float32). Faster where layers are wide; results then depend on the
  /// processor.
  Precision precision = Precision::float32;
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
  /// `train` and `targets` must outlive the trainer. `rows`: which of them it trains on, none: all. Errors: shapes that
  /// do not fit; options out of range; a memory estimate above `memory_limit_bytes` (said in the message).
  static Result<std::unique_ptr<Trainer>> create(const NetworkSpec& spec, const TrainOptions& options,
                                                 const TrainSeed& seed, const Features& train, const Targets& targets,
                                                 double memory_limit_bytes = 8e9,
                                                 std::span<const std::uint32_t> rows = {});
  /// The same, going on from a state that a trainer created with the same arguments released: nothing is drawn or
  /// fitted again. Errors besides: `corrupt` when the state is of another trainer.
  static Result<std::unique_ptr<Trainer>> resume(const NetworkSpec& spec, const TrainOptions& options,
                                                 const TrainSeed& seed, const Features& train, const Targets& targets,
                                                 TrainState state, double memory_limit_bytes = 8e9,
                                                 std::span<const std::uint32_t> rows = {});
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

/// hone for C++ programs: search a space of parameters for the configuration with the best objective.
///
///     using namespace hone::api;
///     SpaceBuilder space;
///     space.float_("x", -3, 3).int_("k", 1, 5);
///     auto study = Study::open(space, {.trials = 100, .seed = 7});
///     if (!study) return complain(study.error().message);
///     auto end = study->optimize([](Trial& trial) { return trial.get_double("x") * trial.get_int("k"); });
///     std::optional<TrialResult> best = study->best();
///
/// Standard library only; C++23. Expected failures come back as `Result`; no function here throws. A violated
/// precondition ("must") ends the program with a message, in release builds too.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hone::api {

/// Version of the library, "0.1.0".
std::string_view version();

enum class FailureKind {
  invalid_argument,  ///< a space, option or value that makes no sense; nothing was changed
  not_found,         ///< no such study or file
  conflict,          ///< the name means another study, or somebody else was faster
  unavailable,       ///< storage locked, disk full: the same call may succeed later
  corrupt,           ///< stored data contradicts itself
  interrupted,       ///< the process was asked to stop
  failed,            ///< it ran and failed
};

/// `kind` is for code; `message` for people: it names the value seen, what is allowed, and the cure.
struct Failure {
  FailureKind kind;
  std::string message;
};

template <class T>
using Result = std::expected<T, Failure>;

/// One value of a parameter; std::monostate is the choice "none". Identity is (type, value): 1, 1.0 and "1" differ.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;
/// Active parameters by name, in the order of the space. Inactive ones are absent.
using Configuration = std::vector<std::pair<std::string, Value>>;

// ---------------------------------------------------------------------------------------------------------------------
// The space

/// What a float parameter may say beside its range.
struct FloatOptions {
  bool log = false;                   ///< uniform in the logarithm; low > 0
  double step = 0;                    ///< 0: continuous; high - low must be a multiple; not together with log
  std::vector<double> defaults = {};  ///< none, one, or with `repeat` one per instance (the last one repeats)
  std::string repeat = {};            ///< name of an int parameter with high <= 64: instances name.1, name.2, ...
  std::string when = {};              ///< expression; the parameter exists only where it holds: "optimizer == 'sgd'"
};
struct IntOptions {
  bool log = false;  ///< low >= 1
  std::int64_t step = 1;
  std::vector<std::int64_t> defaults = {};
  std::string repeat = {};
  std::string when = {};
};
struct ChoiceOptions {
  std::vector<Value> defaults = {};
  std::string repeat = {};
  std::string when = {};
};

/// A space under construction: plain data, copied freely. Mistakes are found by Study::open, which names the parameter.
/// Names match [A-Za-z_][A-Za-z0-9_]*. Expressions (`when`, `forbid`) are those of the study file (docs/formats).
class SpaceBuilder {
 public:
  struct Float {
    double low, high;
    FloatOptions options;
  };
  struct Int {
    std::int64_t low, high;
    IntOptions options;
  };
  struct Choice {
    std::vector<Value> choices;
    bool ordered;  ///< ordinal: neighbours are alike
    ChoiceOptions options;
  };
  struct Boolean {
    ChoiceOptions options;
  };
  struct Parameter {
    std::string name;
    std::variant<Float, Int, Choice, Boolean> domain;
  };

  /// `low` and `high` are inclusive everywhere; low == high is a constant.
  SpaceBuilder& float_(std::string name, double low, double high, FloatOptions options = {}) {
    return add(std::move(name), Float{low, high, std::move(options)});
  }
  /// Within +-2^53.
  SpaceBuilder& int_(std::string name, std::int64_t low, std::int64_t high, IntOptions options = {}) {
    return add(std::move(name), Int{low, high, std::move(options)});
  }
  /// At least one choice, no duplicates.
  SpaceBuilder& categorical(std::string name, std::vector<Value> choices, ChoiceOptions options = {}) {
    return add(std::move(name), Choice{std::move(choices), false, std::move(options)});
  }
  /// As categorical, from the smallest to the largest; expressions compare by position.
  SpaceBuilder& ordinal(std::string name, std::vector<Value> choices, ChoiceOptions options = {}) {
    return add(std::move(name), Choice{std::move(choices), true, std::move(options)});
  }
  SpaceBuilder& boolean(std::string name, ChoiceOptions options = {}) {
    return add(std::move(name), Boolean{std::move(options)});
  }
  /// Configurations for which the expression holds are never proposed: "layers >= 4 and learning_rate > 0.05".
  SpaceBuilder& forbid(std::string expression) {
    forbid_.push_back(std::move(expression));
    return *this;
  }

  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<std::string>& forbidden() const { return forbid_; }

 private:
  SpaceBuilder& add(std::string name, std::variant<Float, Int, Choice, Boolean> domain) {
    parameters_.push_back({std::move(name), std::move(domain)});
    return *this;
  }

  std::vector<Parameter> parameters_;
  std::vector<std::string> forbid_;
};

// ---------------------------------------------------------------------------------------------------------------------
// Trials

enum class TrialState { waiting, running, paused, complete, pruned, failed };

/// What was reported on the way. NaN where it was not finite.
struct Report {
  std::int64_t step = 0;
  double value = 0;                 ///< of the first objective
  std::vector<double> values = {};  ///< one per objective
};

/// A trial as it is recorded; a copy that later events do not change.
struct TrialResult {
  std::int64_t number = 0;  ///< dense from 0
  TrialState state = TrialState::waiting;
  Configuration configuration;
  std::vector<double> values;   ///< one per objective when complete, else empty
  std::vector<Report> reports;  ///< ascending step
  std::string arm;              ///< what proposed it: "tpe", "qmc", "default", "enqueued"
  double seconds = 0;           ///< running time, all attempts together
  double cost = 0;              ///< in the unit of StudyOptions::cost
  std::string reason;           ///< why it failed or was pruned
};

/// The answer to a report. After anything but go_on the objective ends soon; what it then returns or tells is not
/// looked at: the trial is paused (to go on later, perhaps), stopped for good, or handed back because the study ends.
enum class Decision { go_on, pause, stop, hand_back };

/// A trial to be run now. Used by one thread at a time; movable. One that is destroyed before it was told or failed is
/// handed back, and somebody else gets it.
class Trial {
 public:
  Trial(Trial&&) noexcept;
  Trial& operator=(Trial&&) noexcept;
  ~Trial();

  std::int64_t number() const;
  const Configuration& configuration() const;
  /// The value of an active parameter; null if there is none of that name, or it is inactive in this trial.
  const Value* find(std::string_view name) const;

  // The parameter must be active and of that type; get_double takes an int too.
  double get_double(std::string_view name) const;
  std::int64_t get_int(std::string_view name) const;
  bool get_bool(std::string_view name) const;
  const std::string& get_string(std::string_view name) const;

  /// What this run's randomness should be drawn from: a function of the study's seed, the trial and the run.
  std::uint64_t seed() const;
  /// Steps done already, from an earlier stretch; 0 is a new start. Not 0 only if the study has a checkpoint folder.
  std::int64_t from_step() const;
  /// The last step of a full run; 0 if the study has no steps.
  std::int64_t max_step() const;
  /// A file for this trial's state after `step`: write it before a stretch that was answered with pause or hand_back
  /// ends, read that of from_step() when it begins. Empty without a checkpoint folder.
  std::string checkpoint_file(std::int64_t step) const;

  /// An intermediate value, or one value per objective. `step` counts from 1 and must grow. Errors: another number of
  /// values than the study has objectives; storage.
  Result<Decision> report(std::int64_t step, double value);
  Result<Decision> report(std::int64_t step, std::span<const double> values);
  /// What the trial has cost since it was given out, in the unit of StudyOptions::cost; a smaller number than before
  /// counts for nothing. Errors: not finite, negative; storage.
  Result<void> cost(double so_far);

 private:
  friend class Study;
  struct State;
  explicit Trial(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// ---------------------------------------------------------------------------------------------------------------------
// Studies

enum class Direction { minimize, maximize };

struct Objective {
  std::string metric = "value";
  Direction direction = Direction::minimize;
};

struct StudyOptions {
  std::string name = "study";               ///< unique in its storage
  std::string storage = "memory://";        ///< or "sqlite:///relative.db", "sqlite:////absolute.db"
  std::optional<std::int64_t> trials = {};  ///< budget: total number of the study's trials; nothing: no limit
  std::optional<double> cost = {};          ///< budget: no trial is given out once all have cost that, in any unit
  double cost_per_hour = 0;                 ///< what an hour of a running trial costs, beside Trial::cost
  std::vector<Objective> objectives = {Objective{}};
  std::uint64_t seed = 0;
  std::string sampler = "auto";  ///< `hone samplers` lists them
  std::string pruner = "none";   ///< `hone pruners` lists them; others than "none" need max_step
  std::map<std::string, std::map<std::string, double>> options = {};  ///< by sampler or pruner name
  std::int64_t max_step = 0;                ///< steps of a full run, fixed when the study is created; 0: no reports
  std::string checkpoints = {};             ///< folder for Trial::checkpoint_file; "": a paused trial starts anew
  std::vector<Configuration> enqueue = {};  ///< to be tried first; missing parameters take their default or middle
  bool deterministic = true;                ///< equal configurations give equal values: none is proposed twice
};

/// An open study. All functions may be called from any thread at any time. Budgets are totals: opening a finished study
/// again finds it finished, opening it with a larger budget goes on.
class Study {
 public:
  /// Finds the study of that name in its storage, or creates it. Seed and max_step are those of its creation. Errors:
  /// `invalid_argument` for a space or option that makes no sense; `conflict` if the stored study has another space or
  /// other objectives, naming what differs; storage.
  static Result<Study> open(const SpaceBuilder& space, const StudyOptions& options = {});

  Study(Study&&) noexcept;
  Study& operator=(Study&&) noexcept;
  ~Study();  ///< waits for nothing; trials that are still out may be told afterwards

  /// The next trial to run; nothing if the study is done, or if nothing can start before a running trial has reported
  /// or ended (done() tells which). Errors: storage.
  Result<std::optional<Trial>> ask();
  /// Why there will be no further trial: "trials" (budget), "exhausted" (no configuration is left); nothing before.
  /// Known after an ask that gave nothing.
  std::optional<std::string> done() const;

  /// Ends a trial with its value, or one value per objective; durable when it returns. A value that is not finite fails
  /// the trial. If its last report was answered by anything but go_on, it ends as that answer said. Errors: storage;
  /// `conflict` if the trial was given to somebody else meanwhile. The trial must be of this study, and not told
  /// before.
  Result<void> tell(Trial& trial, double value);
  Result<void> tell(Trial& trial, std::span<const double> values);
  Result<void> fail(Trial& trial, std::string reason);

  /// Single objective: the best complete trial. Nothing before the first one.
  std::optional<TrialResult> best() const;
  /// Every trial, by number.
  std::vector<TrialResult> trials() const;

  /// Runs `objective` until the study is done, `jobs` trials at once, each in a thread of its own; with one job in the
  /// calling thread. The trial fails if it throws or returns a value that is not finite. Returns what done() says.
  /// With one job, equal options and an objective that keeps to trial.seed(), the study is bit-identical.
  Result<std::string> optimize(const std::function<double(Trial&)>& objective, std::int64_t jobs = 1);

 private:
  friend class Trial;  // shares the state
  struct State;
  explicit Study(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // trials that are out share it
};

}  // namespace hone::api

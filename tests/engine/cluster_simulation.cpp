#include "engine/cluster_simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <tuple>
#include <variant>

#include "base/text.hpp"
#include "engine/bench.hpp"
#include "engine/replay_check.hpp"
#include "engine/simulated_server.hpp"
#include "storage/store_rules.hpp"

namespace hone {
namespace {

constexpr std::int64_t max_step = 9;
constexpr double cost_budget = 20, patience_seconds = 2000;  // this for the end, once nothing fails any more

/// A machine's clocks: one that runs, and one that may jump.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(const double& now) : now_(now) {}
  double monotonic_seconds() const override { return now_ - stood_still; }
  std::int64_t unix_ms() const override { return static_cast<std::int64_t>((now_ + jump) * 1e3); }
  double thread_cpu_seconds() const override { return 0; }

  double stood_still = 0, jump = 0;

 private:
  const double& now_;
};

struct Slot {
  std::optional<Assignment> work;
  std::int64_t step = 0;
  std::optional<RunOutcome> ending = std::nullopt;
  double value = 0;  // of the next report; after a lost answer the same is said again
};

struct Machine {
  int index = 0;
  Owner owner;
  std::unique_ptr<SimulatedConnection> connection;
  std::unique_ptr<SimulatedClock> clock;
  std::unique_ptr<Study> study;
  std::vector<Slot> slots;
  std::vector<Claim> old_claims;
  double asleep_until = 0;
};

class Cluster {
 public:
  explicit Cluster(const ClusterOptions& options)
      : options_(options), rng_(options.seed, RngPurpose::simulation, 10), space_(plain_space()) {
    machines_.resize(static_cast<std::size_t>(options.machines));
    for (std::size_t i = 0; i < machines_.size(); ++i) {
      machines_[i].index = static_cast<int>(i);
      at(below(20), [this, i] { start(machines_[i]); });
    }
    at(1, [this] { mischief(); });
  }

  std::optional<std::string> play() {
    while (!complaint_ && !events_.empty()) {
      const Entry next = events_.top();
      events_.pop();
      now_ = next.time;
      if (now_ >= options_.faulty_seconds && !calm_) become_calm();
      next.act();
      check();
      if (calm_ && is_over()) break;
      if (now_ > options_.faulty_seconds + patience_seconds) complain("the study does not come to its end");
    }
    if (!complaint_) check_the_end();
    if (!complaint_) return std::nullopt;
    std::string text = fmt::format("after {:.0f} s: {}", now_, *complaint_);
    for (const std::string& line : story_) text += "\n  " + line;
    return text;
  }
  std::string journal() {
    std::string text;
    const auto lines = server_.store().journal(study_id());
    if (lines)
      for (const Event& line : *lines)
        text += fmt::format("{} {} {} {} {}\n", line.revision, line.kind, line.trial, line.step, line.detail);
    return text;
  }

 private:
  struct Entry {
    double time;
    std::int64_t order;
    std::function<void()> act;
    bool operator<(const Entry& other) const { return std::tie(other.time, other.order) < std::tie(time, order); }
  };
  void at(double after, std::function<void()> act) { events_.push({now_ + after, ++order_, std::move(act)}); }
  double below(double seconds) { return rng_.uniform() * seconds; }
  bool one_in(std::uint32_t n) { return rng_.below(n) == 0; }
  void tell_story(std::string line) {
    story_.push_back(fmt::format("{:.1f} s: {}", now_, line));
    if (story_.size() > 40) story_.pop_front();
  }
  void complain(std::string what) {
    if (!complaint_) complaint_ = std::move(what);
  }
  StudyId study_id() {
    const auto study = server_.store().find_study("test");
    return study && *study ? (*study)->id : 1;
  }

  // Machines.
  void start(Machine& machine) {
    if (!machine.connection) {
      machine.owner = {fmt::format("machine{}", machine.index), "boot", ++last_process_, 1};
      machine.connection = std::make_unique<SimulatedConnection>(
          server_, Rng(options_.seed, RngPurpose::simulation, 11, static_cast<std::uint32_t>(last_process_)));
      machine.connection->fault = options_.fault;
      if (!calm_ && one_in(2)) machine.connection->loses_one_in = 12;
      machine.clock = std::make_unique<SimulatedClock>(now_);
    }
    StudyOptions options;
    options.sampler = options_.seed % 4 == 0 ? "tpe" : "random";
    options.pruner = options_.seed % 2 == 0 ? "asha" : "none";
    options.trials = options_.trials;
    if (costly_) options.cost = cost_budget;
    options.retries = options_.seed % 3 == 0 ? 1 : 1000;
    options.caller_keeps_states = true;
    options.owner = machine.owner;
    options.silent_seconds = 30;
    options.kernel_id = "simulated";
    auto study = Study::open(*machine.connection, wanted(*space_, max_step), space_, options, *machine.clock);
    if (!study) {
      if (study.error().kind != Error::Kind::unavailable) complain("cannot open: " + study.error().message);
      at(2 + below(5), [this, &machine] { start(machine); });
      return;
    }
    machine.study = std::move(*study);
    machine.slots.assign(static_cast<std::size_t>(options_.slots), {});
    tell_story(fmt::format("machine {} joins as {}", machine.index, machine.owner.process));
    const std::int64_t life = machine.owner.process;
    at(0.5, [this, &machine, life] { tick(machine, life); });
    for (std::size_t i = 0; i < machine.slots.size(); ++i)
      at(below(1), [this, &machine, i, life] { act(machine, i, life); });
  }
  bool is_alive(const Machine& machine, std::int64_t life) const {
    return machine.study && machine.owner.process == life;
  }
  void tick(Machine& machine, std::int64_t life) {
    if (!is_alive(machine, life)) return;
    if (machine.asleep_until <= now_) (void)machine.study->tick();
    at(std::max(2.0, machine.asleep_until - now_), [this, &machine, life] { tick(machine, life); });
  }
  void act(Machine& machine, std::size_t index, std::int64_t life) {
    if (!is_alive(machine, life)) return;
    double pause = machine.asleep_until - now_;
    if (pause <= 0) {
      Slot& slot = machine.slots[index];
      if (slot.ending)
        finish(machine, slot);
      else if (slot.work)
        report(machine, slot);
      else
        ask(machine, slot);
      pause = 0.5 + below(4);
    }
    at(pause, [this, &machine, index, life] { act(machine, index, life); });
  }

  void ask(Machine& machine, Slot& slot) {
    const auto work = machine.study->next();
    if (!work) {
      if (work.error().kind != Error::Kind::unavailable) complain("asking: " + work.error().message);
    } else if (const auto* assignment = std::get_if<Assignment>(&*work)) {
      slot = {*assignment, assignment->request.from_step, std::nullopt, rng_.uniform()};
      tell_story(fmt::format("machine {} has trial {} from step {} by {}", machine.index, assignment->request.trial,
                             slot.step, assignment->claim.token));
    }
  }
  void report(Machine& machine, Slot& slot) {
    const auto decision = machine.study->report(*slot.work, slot.step + 1, slot.value);
    if (!decision) return refused(machine, slot, "report", decision.error());
    const double cost = 0.25 * static_cast<double>(++slot.step - slot.work->request.from_step);
    slot.value = rng_.uniform();
    if (costly_) (void)machine.study->cost(*slot.work, cost);  // who lost it hears that at the next report
    RunOutcome ending;
    ending.step = slot.step;
    if (*decision == Decision::stop)
      ending.state = TrialState::pruned;
    else if (*decision == Decision::pause)
      ending.state = TrialState::paused;
    else if (*decision == Decision::hand_back)
      ending.state = TrialState::waiting;
    else if (slot.step >= max_step || one_in(40))
      ending.state = slot.step < max_step ? TrialState::failed : TrialState::complete;
    else
      return;
    if (ending.state == TrialState::complete) ending.values = {rng_.uniform()};
    if (ending.state == TrialState::failed) ending.reason = "simulated";
    slot.ending = ending;
  }
  void finish(Machine& machine, Slot& slot) {
    const std::int64_t trial = slot.work->request.trial;
    const auto before = server_.store().trial_in_memory(study_id(), trial);
    const auto finished = machine.study->finish(*slot.work, *slot.ending, 1);
    if (!finished) return refused(machine, slot, "end", finished.error());
    tell_story(fmt::format("machine {} ended trial {}: {}", machine.index, trial, state_name(slot.ending->state)));
    if (is_finished(slot.ending->state)) {
      if (before && before->state == TrialState::running && before->runs[0].token != slot.work->claim.token)
        complain(fmt::format("trial {} was told by {}, who does not hold it", trial, slot.work->claim.token));
      if (const auto now = server_.store().trial_in_memory(study_id(), trial)) acknowledged_[trial] = text(*now);
    }
    machine.old_claims.push_back(slot.work->claim);
    slot = {};
  }
  void refused(Machine& machine, Slot& slot, const char* what, const Error& error) {
    if (error.kind == Error::Kind::unavailable) return;  // later again
    if (error.kind != Error::Kind::conflict && error.kind != Error::Kind::not_found)
      return complain(fmt::format("{}: {}", what, error.message));
    tell_story(fmt::format("machine {} lost trial {}: {}", machine.index, slot.work->request.trial, error.message));
    machine.study->lose(*slot.work);
    machine.old_claims.push_back(slot.work->claim);
    slot = {};
  }
  /// Somebody speaks with the token of a claim that is over.
  void speak_late(Machine& machine) {
    if (machine.old_claims.empty()) return;
    const Claim claim = machine.old_claims[rng_.below(static_cast<std::uint32_t>(machine.old_claims.size()))];
    const auto now = server_.store().trial_in_memory(study_id(), claim.trial);
    if (now && now->runs[0].token == claim.token) return;  // the same token again, after a crash: not late
    Outcome outcome;
    outcome.values = {777};
    if (machine.connection->tell(study_id(), claim, outcome)) complain("a late tell was taken");
    if (machine.connection->report(study_id(), claim, 1, 777)) complain("a late report was taken");
  }

  // Faults.
  void mischief() {
    if (calm_) return;
    Machine& machine = machines_[rng_.below(static_cast<std::uint32_t>(machines_.size()))];
    switch (rng_.below(9)) {
      case 0:
        server_.is_away = true;
        tell_story("the server is away");
        at(below(40), [this] { server_.is_away = false; });
        break;
      case 1:
        tell_story("the server forgets");
        server_.crash(rng_);
        finished_ = acknowledged_;  // the others may end in another way
        checked_ = 0;
        check_acknowledged();
        break;
      case 2:
        if (!machine.study) break;
        tell_story(fmt::format("machine {} dies", machine.index));
        machine.connection->is_cut = true;
        machine.study.reset();
        machine.connection.reset();
        machine.old_claims.clear();
        at(below(100), [this, &machine] { start(machine); });
        break;
      case 3:
        if (!machine.connection) break;
        tell_story(fmt::format("machine {} is cut off", machine.index));
        machine.connection->is_cut = true;
        at(below(100), [&machine] {
          if (machine.connection) machine.connection->is_cut = false;
        });
        break;
      case 4: {
        const double seconds = below(120);
        tell_story(fmt::format("machine {} stands still for {:.0f} s", machine.index, seconds));
        machine.asleep_until = now_ + seconds;
        if (machine.clock && one_in(2)) machine.clock->stood_still += seconds;
        break;
      }
      case 5:
        if (machine.clock) machine.clock->jump += below(1e6) - 5e5;
        break;
      case 6:
        tell_story("halted");
        halt(true);
        at(below(30), [this] { halt(false); });
        break;
      default:
        if (machine.study) speak_late(machine);
    }
    at(2 + below(25), [this] { mischief(); });
  }
  void halt(bool wanted_halt) {
    (void)server_.change<void>([this, wanted_halt](Store& store) { return halt_study(store, study_id(), wanted_halt); },
                               true);
  }
  void become_calm() {
    calm_ = true;
    tell_story("from here on nothing fails");
    server_.is_away = false;
    halt(false);
    for (Machine& machine : machines_)
      if (machine.connection) {
        machine.connection->is_cut = false;
        machine.connection->loses_one_in = 0;
      }
  }

  // What must hold.
  static std::string text(const TrialRecord& trial) {
    std::string line = fmt::format("{} {}", state_name(trial.state), trial.reason);
    for (const double value : trial.values) line += " " + number_text(value);
    return line;
  }
  std::vector<TrialRecord> all_trials() {
    const auto changes = server_.store().changed_since(study_id(), 0);
    return changes ? changes->trials : std::vector<TrialRecord>{};
  }
  void check() {
    const auto changes = server_.store().changed_since(study_id(), checked_);
    if (!changes) return;  // not created yet, or forgotten
    if (costly_ && !changes->trials.empty()) check_cost(all_trials());
    checked_ = changes->revision;
    for (const TrialRecord& trial : changes->trials) {
      if (trial.number >= options_.trials)
        complain(fmt::format("trial {} exceeds the budget of {}", trial.number, options_.trials));
      if (const auto ended = finished_.find(trial.number); ended != finished_.end() && ended->second != text(trial))
        complain(fmt::format("trial {} was '{}' and is '{}' now", trial.number, ended->second, text(trial)));
      if (is_finished(trial.state)) finished_[trial.number] = text(trial);
    }
  }
  /// Nothing is created behind the budget of cost, and its sum is that of the trials.
  void check_cost(std::span<const TrialRecord> trials) {
    const double used = server_.store().cost_used(study_id()).value_or(0);
    if (trials.size() > before_.first && is_cost_spent(before_.second, cost_budget))
      complain(fmt::format("trial {} was created behind a cost of {}", trials.size() - 1, before_.second));
    double sum = 0;
    for (const TrialRecord& trial : trials) sum += trial.cost;
    if (std::abs(sum - used) > 1e-9) complain(fmt::format("trials have cost {}, the study {}", sum, used));
    before_ = {trials.size(), used};
  }
  void check_acknowledged() {
    for (const auto& [number, what] : acknowledged_) {
      const auto trial = server_.store().trial_in_memory(study_id(), number);
      if (!trial || text(*trial) != what)
        complain(fmt::format("acknowledged: trial {} {}; now it is {}", number, what, trial ? text(*trial) : "gone"));
    }
  }
  bool is_over() {
    const std::vector<TrialRecord> trials = all_trials();
    if (costly_ && is_cost_spent(before_.second, cost_budget))
      return std::ranges::count(trials, TrialState::running, &TrialRecord::state) == 0;
    return std::ssize(trials) == options_.trials &&
           std::ranges::all_of(trials, [](const TrialRecord& trial) { return is_finished(trial.state); });
  }
  void check_the_end() {
    check_acknowledged();
    const auto record = server_.store().find_study("test");
    if (!record || !*record) return complain("the study is gone");
    const auto input = read_replay_input(server_.store(), **record);
    if (!input) return complain(input.error().message);
    for (const ReplayDifference& difference : contradictions(*input))
      complain(fmt::format("trial {} revision {}: {}", difference.trial, difference.revision, difference.what));
    const auto replayed = replay(*input, {.kernel_ids = {"simulated"}});
    if (!replayed) return complain(replayed.error().message);
    for (const ReplayDifference& difference : replayed->differences)
      complain(
          fmt::format("replayed trial {} revision {}: {}", difference.trial, difference.revision, difference.what));
  }

  ClusterOptions options_;
  Rng rng_;
  std::shared_ptr<const Space> space_;
  SimulatedServer server_;
  std::vector<Machine> machines_;
  double now_ = 0;
  std::int64_t order_ = 0, last_process_ = 0;
  std::priority_queue<Entry> events_;
  bool calm_ = false;
  std::optional<std::string> complaint_;
  std::deque<std::string> story_;
  Revision checked_ = 0;
  const bool costly_ = options_.seed % 5 == 0;
  std::pair<std::size_t, double> before_;  // trials, and what they had cost
  std::map<std::int64_t, std::string> finished_, acknowledged_;
};

}  // namespace

std::optional<std::string> play_cluster(const ClusterOptions& options, std::string* journal) {
  Cluster cluster(options);
  auto complaint = cluster.play();
  if (journal) *journal = cluster.journal();
  return complaint;
}

}  // namespace hone

#include "storage/store_kit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"

namespace hone {
namespace {

/// All bits of a double; every NaN is the same one.
std::string bits(double value) {
  return std::isnan(value) ? "nan" : fmt::format("{:a}", value);
}

std::string bits(std::span<const double> values) {
  std::string text;
  for (const double value : values) text += bits(value) + " ";
  return text;
}

/// As many values as there are objectives, each of them odd where `value` is.
std::vector<double> of_all(double value, std::size_t objectives) {
  std::vector<double> values;
  for (std::size_t m = 0; m < objectives; ++m) values.push_back(m % 2 == 0 ? value : -value / 3);
  return values;
}

/// Without what a store may add to tell claims apart that count as the same attempt.
std::string comparable(const std::string& token) {
  return token.substr(0, token.find('.', std::min(token.find('#'), token.size())));
}

std::string error_text(const Error& error) {
  return fmt::format("error {}: {}", static_cast<int>(error.kind), error.message);
}

std::string answer(const Result<Revision>& result) {
  return result ? fmt::format("revision {}", *result) : error_text(result.error());
}

}  // namespace

StudyRecord study_record(const std::string& name, std::size_t objectives) {
  StudyRecord record;
  record.name = name;
  record.kind = "tune";
  record.directions.assign(objectives, "minimize");
  record.directions.back() = "maximize";
  for (std::size_t i = 0; i < objectives; ++i) record.metrics.push_back(fmt::format("metric {}", i));
  record.seed = std::numeric_limits<std::uint64_t>::max() - 1;
  record.max_step = 81;
  record.study_file = "format = 1\n[study]\nname = \"x\"\n";
  record.space_hash = "0123456789abcdef";
  record.data_hash = "";
  return record;
}

NewTrial new_trial(std::int64_t number) {
  NewTrial trial;
  trial.number = number;
  trial.origin = static_cast<Origin>(number % 4);
  trial.arm = "tpe";
  trial.why = "l(x)/g(x) = 3.1";
  trial.attempt = number % 3;
  trial.configuration.set("rate", Value(0.1 * static_cast<double>(number + 1)));
  trial.configuration.set("layers", Value(number));
  trial.configuration.set("units.1", Value(std::int64_t{9'007'199'254'740'992}));
  trial.configuration.set("one", Value(1.0));
  trial.configuration.set("shuffle", Value(number % 2 == 0));
  trial.configuration.set("name", Value(std::string("it's \"\n\xc3\xa9\0!", 10)));
  trial.configuration.set("none", Value(Null{}));
  trial.point = {0.0, -0.0, 1.0, 0.1 + 0.2, std::nextafter(0.5, 1.0), std::numeric_limits<double>::denorm_min()};
  trial.until_step = 3;
  trial.run_seed = std::numeric_limits<std::uint64_t>::max() - static_cast<std::uint64_t>(number);
  trial.options_hash = "fedcba9876543210";
  trial.kernel_id = "0.1.0 avx2";
  return trial;
}

Outcome complete(double value) {
  Outcome outcome;
  outcome.values = {value};
  outcome.seconds = 0.25;
  return outcome;
}

Owner dead_owner() {
  Owner owner = Owner::this_process();
  ++owner.process_start;
  return owner;
}

std::string text_of(const TrialRecord& t) {
  std::string text = fmt::format(
      "{} {} {} arm={} why={} attempt={} {} point={} seen={} asked={} finished={} changed={} values={} constraints={} "
      "until={} seconds={} cost={} reason={}",
      t.number, state_name(t.state), origin_name(t.origin), t.arm, t.why, t.attempt, t.configuration.json(),
      bits(t.point), t.seen, t.asked, t.finished, t.changed, bits(t.values), bits(t.constraints), t.until_step,
      bits(t.seconds), bits(t.cost), t.reason);
  for (const Run& run : t.runs) {
    text += fmt::format("\n  run {} seed={} attempt={} token={} {} values={} reports=", run.index, run.seed,
                        run.attempt, comparable(run.token), state_name(run.state), bits(run.values));
    for (const Report& report : run.reports) text += fmt::format("{}:{} ", report.step, bits(report.value));
    if (!run.further_values.empty()) text += "further=" + bits(run.further_values);
  }
  return text + "\n";
}

std::string text_of_study(Store& store, StudyId study) {
  const auto changes = store.changed_since(study, 0);
  if (!changes) return error_text(changes.error());
  const auto events = store.journal(study);
  if (!events) return error_text(events.error());
  const auto attribute = store.attribute(study, "key");
  if (!attribute) return error_text(attribute.error());
  const auto workers = store.workers(study);
  if (!workers) return error_text(workers.error());
  const auto cost = store.cost_used(study);
  if (!cost) return error_text(cost.error());
  std::string text =
      fmt::format("revision {} attribute {} cost {}", changes->revision, attribute->value_or("none"), bits(*cost));
  for (const WorkerRecord& worker : *workers) text += fmt::format(" {} beats {}", worker.owner.text(), worker.beats);
  text += '\n';
  const auto summaries = store.summaries();
  if (!summaries) return error_text(summaries.error());
  for (const StudySummary& summary : *summaries) {
    const TrialCounts& c = summary.trials;
    text += fmt::format("{}: {} {} {} {} {} {} best {}\n", summary.record.name, c.waiting, c.running, c.paused,
                        c.complete, c.pruned, c.failed, summary.best ? bits(*summary.best) : "none");
  }
  for (const TrialRecord& trial : changes->trials) text += text_of(trial);
  const auto provenance = store.provenance(study);
  if (!provenance) return error_text(provenance.error());
  for (const Provenance& from : *provenance) text += from.options_hash + " " + from.kernel_id + "\n";
  for (const Event& event : *events)
    text += fmt::format("{} {} {} {} {}\n", event.revision, event.kind, event.trial, event.step, event.detail);
  return text;
}

std::string Player::keep(Result<Claim> claim) {
  if (!claim) return error_text(claim.error());
  claims_.push_back(*claim);
  return fmt::format("claim {} {} {}", claim->trial, comparable(claim->token), claim->revision);
}

std::string Player::play(const Verb& verb) {
  const Owner owner = verb.by_dead_owner ? dead_owner() : Owner::this_process();
  const Claim claim = claims_.empty() ? Claim{0, "never given", 0} : claims_[verb.claim];
  switch (verb.kind) {
    case Verb::Kind::create: {
      NewTrial trial = new_trial(verb.number);
      trial.cost_budget = verb.cost_budget;
      return keep(store_->create_trial(study_, trial, owner));
    }
    case Verb::Kind::claim:
      return keep(store_->claim_trial(study_, verb.number, verb.step, owner));
    case Verb::Kind::report:
      return answer(store_->report(study_, claim, verb.step,
                                   of_all(verb.value, verb.lacks_value ? objectives_ - 1 : objectives_)));
    case Verb::Kind::set_cost:
      return answer(store_->set_cost(study_, claim, verb.value));
    case Verb::Kind::pause:
      return answer(store_->pause(study_, claim, verb.step, verb.value));
    case Verb::Kind::release:
      return answer(store_->release(study_, claim, verb.value));
    case Verb::Kind::tell: {
      Outcome outcome = verb.outcome;
      if (!outcome.values.empty()) outcome.values = of_all(outcome.values[0], objectives_);
      return answer(store_->tell(study_, claim, outcome));
    }
    case Verb::Kind::prune:
      return answer(store_->prune(study_, verb.number, verb.outcome.reason));
    case Verb::Kind::log: {
      Event event;
      event.kind = "look";
      event.trial = verb.number;
      event.step = verb.step;
      event.detail = verb.outcome.reason;
      return answer(store_->log(study_, event));
    }
    case Verb::Kind::attribute: {
      const auto set = store_->set_attribute(study_, "key", number_text(verb.value));
      return set ? "set" : error_text(set.error());
    }
    case Verb::Kind::beat: {
      const auto used = store_->beat(study_, owner, 0);
      return used ? "beat" : error_text(used.error());
    }
    case Verb::Kind::leave: {
      const auto left = store_->leave(study_, owner);
      return left ? "left" : error_text(left.error());
    }
    case Verb::Kind::reclaim: {
      const auto there = store_->workers(study_);
      if (!there) return error_text(there.error());
      const auto numbers =
          store_->reclaim(study_, 1, verb.all_silent ? std::span(*there) : std::span<const WorkerRecord>());
      if (!numbers) return error_text(numbers.error());
      std::string text = "reclaimed";
      for (const std::int64_t number : *numbers) text += fmt::format(" {}", number);
      return text;
    }
  }
  return "no such verb";
}

Verb RandomVerbs::next(const std::vector<Claim>& given) {
  using Kind = Verb::Kind;
  // Reports most often, as in life.
  constexpr Kind kinds[] = {Kind::create,    Kind::create, Kind::create,  Kind::report, Kind::report,   Kind::report,
                            Kind::report,    Kind::report, Kind::pause,   Kind::claim,  Kind::claim,    Kind::claim,
                            Kind::tell,      Kind::tell,   Kind::release, Kind::prune,  Kind::reclaim,  Kind::log,
                            Kind::attribute, Kind::beat,   Kind::beat,    Kind::leave,  Kind::set_cost, Kind::set_cost};
  constexpr double odd_values[] = {0.1,
                                   -0.0,
                                   1e308,
                                   std::numeric_limits<double>::quiet_NaN(),
                                   std::numeric_limits<double>::infinity(),
                                   -std::numeric_limits<double>::infinity()};
  const auto below = [&](std::size_t n) { return rng_.below(static_cast<std::uint32_t>(n)); };

  Verb verb;
  verb.kind = given.empty() ? Kind::create : kinds[below(std::size(kinds))];
  verb.step = below(6);
  verb.by_dead_owner = below(8) == 0;
  verb.all_silent = below(4) == 0;
  std::int64_t created = 0;
  for (const Claim& claim : given) created = std::max(created, claim.trial + 1);
  verb.number = created > 0 ? std::max<std::int64_t>(0, created - 1 - below(4)) : 0;
  if (verb.kind == Kind::create) verb.number = created + (below(10) == 0 ? 1 : 0);
  if (!given.empty()) {
    verb.claim = below(given.size());
    if (below(10) != 0)  // the latest claim of a recent trial: most likely in order
      for (std::size_t i = 0; i < given.size(); ++i)
        if (given[i].trial == verb.number) verb.claim = i;
  }
  const bool timed = verb.kind == Kind::pause || verb.kind == Kind::release;
  verb.value = timed || below(3) != 0 ? rng_.uniform() : odd_values[below(std::size(odd_values))];
  verb.lacks_value = below(12) == 0;
  if (verb.kind == Kind::create && below(4) == 0) verb.cost_budget = 2 * rng_.uniform();
  verb.outcome.state = static_cast<TrialState>(3 + below(3));
  verb.outcome.seconds = rng_.uniform();
  if (verb.outcome.state == TrialState::complete)
    verb.outcome.values = {below(12) == 0 ? odd_values[below(std::size(odd_values))] : rng_.uniform()};
  else
    verb.outcome.reason = fmt::format("reason {}", below(3));
  if (below(3) == 0) verb.outcome.constraints = {odd_values[below(std::size(odd_values))], rng_.uniform()};
  if (verb.kind == Kind::tell) {
    if (told_ && below(4) == 0) return last_tell_;  // the same tell again
    last_tell_ = verb;
    told_ = true;
  }
  return verb;
}

}  // namespace hone

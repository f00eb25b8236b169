#include "engine/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/files.hpp"
#include "base/text.hpp"
#include "engine/decision_line.hpp"
#include "engine/journal_player.hpp"
#include "engine/replay_check.hpp"
#include "engine/study.hpp"
#include "engine/study_open.hpp"
#include "engine/study_rules.hpp"
#include "space/study_file.hpp"
#include "storage/journal_text.hpp"

namespace hone {
namespace {

/// Sampler and pruner of one set of options.
struct Tools {
  bool deterministic = true;
  double audit = 0;
  std::optional<std::int64_t> trials;
  std::unique_ptr<Sampler> sampler;
  std::unique_ptr<Memo> memo;
  std::unique_ptr<Pruner> pruner;
};

/// Something to be derived from the prefix `seen`.
struct Question {
  Revision seen = 0;
  const Event* line = nullptr;
  Tools* tools = nullptr;  ///< of the last option line before `line`
};

std::string point_difference(const Configuration& stored, const Configuration& derived) {
  for (const auto& [name, value] : stored.entries()) {
    const Value* other = derived.find(name);
    if (!other) return fmt::format("'{}' is {} in the study, absent as derived", name, value_text(value));
    if (*other != value)
      return fmt::format("'{}' is {} in the study, {} as derived", name, value_text(value), value_text(*other));
  }
  for (const auto& [name, value] : derived.entries())
    if (!stored.find(name)) return fmt::format("'{}' is absent in the study, {} as derived", name, value_text(value));
  return "the point differs in coordinates that make no difference to the values";
}

class Replayer {
 public:
  Replayer(const ReplayInput& input, const ReplayOptions& options, std::vector<bool> maximize)
      : in_(input),
        options_(options),
        space_(input.space),
        open_(input.space->axes().empty()),
        history_(space_, maximize, open_),
        player_(maximize.size(), space_->axes().size()),
        derived_(input.trials) {}

  Result<ReplayOutcome> run() {
    HONE_TRY_VOID(make_tools());
    HONE_TRY_VOID(collect_questions());
    auto question = questions_.begin();
    for (std::size_t i = 0;; ++i) {
      for (; question != questions_.end() && question->seen == player_.revision(); ++question)
        HONE_TRY_VOID(answer(*question));
      if (i == in_.journal.size()) break;
      HONE_TRY_VOID(play(in_.journal[i]));
    }
    return std::move(out_);
  }

 private:
  Result<void> make_tools() {
    for (const Event& line : in_.journal) {
      if (line.kind != "option") continue;
      HONE_TRY(const StudyOptions options, options_from(line.detail));
      Tools& tools = tools_[hash_text(line.detail)];
      if (tools.sampler) continue;
      const auto values = [&](const std::string& name) {
        const auto found = options.options.find(name);
        return found == options.options.end() ? std::map<std::string, double>{} : found->second;
      };
      HONE_TRY(tools.sampler, make_sampler(options.sampler, values(options.sampler)));
      HONE_TRY(tools.pruner,
               make_pruner(options.pruner, values(options.pruner), {in_.record.max_step, history_.maximize().front()}));
      tools.memo = tools.sampler->make_memo();
      tools.deterministic = options.deterministic;
      tools.audit = options.audit;
      tools.trials = options.trials;
    }
    return {};
  }

  /// Reports without a "decided" line before the next line of their trial were judged too, from the prefix that ends
  /// with them; unless the worker was lost, or handed the trial back, before it could ask, or said the same step again
  /// because the answer of the store had been lost; or lines were lost since. Imported trials were given, up to where
  /// they are claimed here.
  Result<void> collect_questions() {
    std::vector<const Event*> after(in_.journal.size(), nullptr);  // by line, the next one about the same trial
    std::vector<const Event*> next(in_.trials.size(), nullptr);
    for (std::size_t i = in_.journal.size(); i-- > 0;) {
      const Event& line = in_.journal[i];
      if (line.trial < 0 || !(is_trial_line(line) || line.kind == decision_kind)) continue;
      after[i] = std::exchange(next[static_cast<std::size_t>(line.trial)], &line);
    }
    std::size_t complete_from = in_.journal.size();
    while (complete_from > 0 && in_.journal[complete_from - 1].kind != reread_kind) --complete_from;
    Tools* tools = nullptr;
    std::vector<bool> given(in_.trials.size(), false);  // as far as the journal has come
    for (std::size_t i = 0; i < in_.journal.size(); ++i) {
      const Event& line = in_.journal[i];
      if (line.kind == "option") tools = &tools_.at(hash_text(line.detail));
      const auto number = static_cast<std::size_t>(line.trial);  // of lines about a trial
      if (line.kind == "asked" && in_.trials[number].origin == Origin::imported) {
        given[number] = true;
        ++out_.imported;
      } else if (line.kind == "claimed") {
        given[number] = false;
      } else if (line.kind == "asked") {
        questions_.push_back({in_.trials[static_cast<std::size_t>(line.trial)].seen, &line, tools});
      } else if (line.kind == decision_kind) {
        HONE_TRY(const DecisionLine decision, read_decision(line.detail));
        questions_.push_back({decision.seen, &line, tools});
      } else if (line.kind == "reported" && i >= complete_from && !given[number] && after[i] &&
                 (after[i]->kind == "told" || (after[i]->kind == "reported" && after[i]->step != line.step))) {
        questions_.push_back({line.revision, &line, tools});
      }
    }
    std::ranges::stable_sort(questions_, {}, &Question::seen);
    return {};
  }

  Result<void> play(const Event& line) {
    std::shared_ptr<const Space> grown;
    if (line.kind == "configured") {
      HONE_TRY(grown, configure(line));
    }
    const TrialRecord* proposed = trial_of(in_, line) ? &derived_[static_cast<std::size_t>(line.trial)] : nullptr;
    HONE_TRY(const TrialRecord* const changed, player_.play(line, proposed));
    if (grown) {
      space_ = std::move(grown);
      history_ = History(space_, history_.maximize(), true);
      for (const TrialRecord& trial : player_.trials()) history_.put(trial);
    } else if (changed) {
      history_.put(*changed);
    }
    history_.set_revision(line.revision);
    return {};
  }

  Result<void> answer(const Question& question) {
    const Event& line = *question.line;
    if (line.kind == "asked") {
      HONE_TRY_VOID(suggestion(line));
      if (options_.progress && !options_.progress(out_.suggestions, std::ssize(in_.trials)))
        return fail(Error::Kind::interrupted, "interrupted");
      return {};
    }
    if (line.kind == decision_kind) {
      HONE_TRY(const DecisionLine decision, read_decision(line.detail));
      return this->decision(question, decision.what);
    }
    // As the engine asks: not at the end, not before the rung.
    const TrialRecord& trial = player_.trials()[static_cast<std::size_t>(line.trial)];
    if (line.step >= in_.record.max_step && in_.record.max_step > 0) return {};
    if (line.step < trial.until_step) return {};
    return decision(question, DecisionLine::What::go_on);
  }

  Result<void> suggestion(const Event& line) {
    const auto number = static_cast<std::size_t>(line.trial);
    const TrialRecord& stored = in_.trials[number];
    const Provenance& from = in_.provenance[number];
    const View view = history_.view();
    const auto found = tools_.find(from.options_hash);
    if (found == tools_.end()) {
      differs(line, "it was proposed with options that the journal does not have: an option line was changed or lost");
      return {};
    }
    if (view.size() != number) {
      differs(line, fmt::format("there were {} trials when it was proposed (revision {})", view.size(), stored.seen));
      return {};
    }
    ++out_.suggestions;
    if (is_foreign(line) && out_.foreign++ == 0) out_.foreign_id = from.kernel_id;
    HONE_TRY(const Configuration given, read_given(line.detail));
    if (!given.empty()) ++out_.given;
    Tools& tools = found->second;
    auto proposed = derive(view, tools, given);
    if (!proposed) {
      differs(line, "nothing can be derived: " + proposed.error().message);
      return {};
    }
    const NewTrial derived = new_trial(line.trial, std::move(*proposed), given.empty() ? nullptr : &given);
    if (compare(line, stored, derived)) {
      TrialRecord& known = derived_[number];  // else the stored one stands in for it, or all later ones would differ
      known.point = derived.point;
      known.configuration = derived.configuration;
    }
    rung(line, tools, view, !given.empty());
    return {};
  }

  Result<Proposed> derive(const View& view, Tools& tools, const Configuration& given) {
    if (open_) return nothing_proposed();
    for (; seen_rows_ < view.size(); ++seen_rows_) seen_.add(view[seen_rows_].point);
    ProposalContext context;
    context.study_seed = in_.record.seed;
    context.trial = static_cast<std::int64_t>(view.size());
    context.deterministic = tools.deterministic;
    context.given = given.empty() ? nullptr : &given;
    return propose(view, seen_, *tools.sampler, tools.memo.get(), context);
  }

  /// True if they are the same.
  bool compare(const Event& line, const TrialRecord& stored, const NewTrial& derived) {
    std::string what;
    if (!open_ && (stored.point != derived.point || !(stored.configuration == derived.configuration)))
      what = point_difference(stored.configuration, derived.configuration);
    else if (stored.arm != derived.arm || stored.origin != derived.origin)
      what = fmt::format("'{}' proposed it, '{}' as derived", stored.arm, derived.arm);
    else if (stored.why != derived.why)
      what = fmt::format("the reason is '{}', '{}' as derived", stored.why, derived.why);
    else if (stored.attempt != derived.attempt)
      what = fmt::format("it is draw {} of the proposal, {} as derived", stored.attempt, derived.attempt);
    else if (stored.runs.front().seed != run_seed(in_.record.seed, line.trial, 0))
      what = "the seed of its run is not the one that the study gives it";
    if (what.empty()) return true;
    differs(line, std::move(what));
    return false;
  }

  void rung(const Event& line, const Tools& tools, const View& view, bool given) {
    ++out_.decisions;
    const bool allowed = !tools.trials || static_cast<std::int64_t>(view.size()) < *tools.trials;
    const NextStep step = tools.pruner->next(view, Asker{allowed});
    const auto* fresh = std::get_if<StartNew>(&step);
    if (!fresh && !given) {
      differs(line, "the pruner wanted no new trial then");
      return;
    }
    const std::int64_t until = fresh ? fresh->until_step : first_rung(*tools.pruner, view);
    if (until != line.step) differs(line, fmt::format("it was sent to step {}, {} as derived", line.step, until));
  }

  Result<void> decision(const Question& question, DecisionLine::What stored) {
    using enum DecisionLine::What;
    const Event& line = *question.line;
    const View view = history_.view();
    if (line.trial < 0 || line.trial >= static_cast<std::int64_t>(view.size()) || !question.tools) {
      differs(line, "a decision about a trial that there was not yet");
      return {};
    }
    if (stored == suggest) return open_suggestion(question, view);
    ++out_.decisions;
    if (stored == resume || stored == finish) {
      resumption(question, view, stored == finish);
      return {};
    }
    const Tools& tools = *question.tools;
    const auto derived = judge(*tools.pruner, view, line.trial, line.step, in_.record.seed, tools.audit);
    if (derived != stored)
      differs(line, fmt::format("the decision at step {} was to {}, {} as derived", line.step, decision_name(stored),
                                decision_name(derived)));
    return {};
  }

  void resumption(const Question& question, const View& view, bool finishing) {
    const Event& line = *question.line;
    const Tools& tools = *question.tools;
    std::optional<ResumeTrial> derived;
    if (finishing) {
      derived = last_to_finish(view, in_.record.max_step);
    } else {
      const bool allowed = !tools.trials || static_cast<std::int64_t>(view.size()) < *tools.trials;
      const NextStep step = tools.pruner->next(view, Asker{allowed});
      if (const auto* resumed = std::get_if<ResumeTrial>(&step)) derived = *resumed;
    }
    if (derived && derived->trial == line.trial && derived->until_step == line.step) return;
    differs(line, derived ? fmt::format("it went on to step {}; as derived trial {} was due, to step {}", line.step,
                                        derived->trial, derived->until_step)
                          : fmt::format("it went on to step {}; as derived nothing was due", line.step));
  }

  /// What the sampler proposed for a trial of an open study.
  Result<void> open_suggestion(const Question& question, const View& view) {
    const std::int64_t trial = question.line->trial;
    HONE_TRY(Proposal proposal, question.tools->sampler->suggest(view, {in_.record.seed, trial, 0}, nullptr));
    proposed_[trial] = std::move(proposal.point);
    return {};
  }

  /// One more parameter of a trial of an open study; returns the space with it, if it is new.
  Result<std::shared_ptr<const Space>> configure(const Event& line) {
    const auto number = static_cast<std::size_t>(line.trial);
    Configuration& known = derived_[number].configuration;
    const std::size_t position = player_.trials()[number].configuration.entries().size();
    if (position == 0) known = {};
    const auto& [name, stored] = in_.trials[number].configuration.entries()[position];
    const auto axis = space_->find_axis(name);
    std::shared_ptr<const Space> grown;
    if (!line.detail.empty()) {
      HONE_TRY(const Parameter parameter, parameter_in(line));
      if (!axis) {
        HONE_TRY(grown, with_parameter(*space_, parameter));
      }
    }
    const Space& space = grown ? *grown : *space_;
    const auto parameter = std::ranges::find(space.parameters(), name, &Parameter::name);
    if (parameter == space.parameters().end())
      return fail(Error::Kind::corrupt, fmt::format("revision {}: nobody said what '{}' is", line.revision, name));
    const auto proposal = proposed_.find(line.trial);
    const double unit = axis && proposal != proposed_.end() && *axis < proposal->second.size()
                            ? proposal->second[*axis]
                            : unit_of_new_parameter(in_.record.seed, line.trial, name);
    HONE_TRY(Value derived, value_at(*parameter, unit));
    const bool is_given = in_.trials[number].origin == Origin::imported &&
                          player_.trials()[number].runs.front().attempt == 1;  // not yet claimed here
    if (derived != stored && !is_given)
      differs(line,
              fmt::format("'{}' is {} in the study, {} as derived", name, value_text(stored), value_text(derived)));
    known.set(name, stored);
    return grown;
  }

  bool is_foreign(const Event& line) const {
    if (line.trial < 0 || line.trial >= std::ssize(in_.provenance)) return false;
    const std::string& id = in_.provenance[static_cast<std::size_t>(line.trial)].kernel_id;
    return std::ranges::find(options_.kernel_ids, id) == options_.kernel_ids.end();
  }

  void differs(const Event& line, std::string what) {
    if (is_foreign(line))
      ++out_.foreign_differences;
    else
      out_.differences.push_back({line.trial, line.revision, std::move(what)});
  }

  const ReplayInput& in_;
  const ReplayOptions& options_;
  std::shared_ptr<const Space> space_;
  bool open_;
  History history_;
  JournalPlayer player_;
  std::vector<TrialRecord> derived_;  // what the replay believes; the stored proposal only where it differed
  std::map<std::string, Tools> tools_;
  std::vector<Question> questions_;
  SeenPoints seen_;
  std::size_t seen_rows_ = 0;
  std::map<std::int64_t, Point> proposed_;  // of an open study
  ReplayOutcome out_;
};

}  // namespace

Result<ReplayInput> read_replay_input(Store& store, const StudyRecord& record) {
  ReplayInput input;
  input.record = record;
  HONE_TRY(auto changes, store.changed_since(record.id, 0));
  HONE_TRY(input.journal, store.journal(record.id));
  HONE_TRY(input.provenance, store.provenance(record.id));
  input.trials = std::move(changes.trials);
  // Somebody may be at work on it: only what was there at the first of the three questions.
  while (!input.journal.empty() && input.journal.back().revision > changes.revision) input.journal.pop_back();
  input.provenance.resize(input.trials.size());
  HONE_TRY(StudyFile file, parse_study_file(record.study_file, "the study file in the store"));
  if (!file.space) {
    HONE_TRY(file.space, Space::make({}));
  }
  input.space = std::make_shared<const Space>(std::move(*file.space));
  return input;
}

Result<ReplayOutcome> replay(const ReplayInput& input, const ReplayOptions& options) {
  ReplayOutcome contradicting;
  contradicting.differences = contradictions(input);
  if (!contradicting.differences.empty()) {
    contradicting.contradicts_itself = true;
    return contradicting;
  }
  std::vector<bool> maximize;
  for (const std::string& direction : input.record.directions) maximize.push_back(direction == "maximize");
  return Replayer(input, options, std::move(maximize)).run();
}

}  // namespace hone

// The checks that every sampler is held to.
#include "conformance.hpp"

#include <fmt/format.h>

#include <limits>
#include <set>

#include "base/rng.hpp"
#include "lab.hpp"

namespace hone {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// "" if the proposal is a point of the space.
std::string judge(const Space& space, const Result<Proposal>& proposal) {
  if (!proposal)
    return proposal.error().kind == Error::Kind::unavailable && proposal.error().message.starts_with("exhausted")
               ? ""
               : "refused: " + proposal.error().message;
  if (proposal->point.size() != space.axes().size())
    return fmt::format("{} coordinates for {} axes", proposal->point.size(), space.axes().size());
  for (const double u : proposal->point)
    if (!(u >= 0 && u <= 1)) return fmt::format("coordinate {} is outside [0, 1]", u);
  if (proposal->arm.empty()) return "no arm";
  Point canonical = proposal->point;
  space.canonicalize(canonical);
  const auto again = space.point(space.configuration(canonical));
  if (!again) return "not a configuration: " + again.error().message;
  return "";
}

Point must_ask(const Lab& lab, const Sampler& sampler, Memo* memo = nullptr) {
  const auto proposal = lab.ask(sampler, memo);
  return proposal ? proposal->point : Point{};
}

/// A study in which everything happens: trials overlap, fail, pause, are pruned, diverge; four asks between two ends.
/// Calls `ask` for each proposal and stops at the first text that it returns.
std::string eventful(Lab& lab, int trials, const std::function<std::string(Lab&, Proposal&)>& ask) {
  Rng fate(lab.seed(), RngPurpose::simulation, 7);
  std::vector<std::size_t> running;
  for (int i = 0; i < trials; ++i) {
    Proposal proposal;
    if (std::string wrong = ask(lab, proposal); !wrong.empty()) return fmt::format("trial {}: {}", i, wrong);
    if (proposal.point.empty()) return "";  // exhausted
    running.push_back(lab.start(proposal));
    while (running.size() > 4 || (!running.empty() && fate.below(2) == 0)) {
      const std::size_t at = fate.below(static_cast<std::uint32_t>(running.size()));
      const std::size_t trial = running[at];
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(at));
      const double value = bowl(lab[trial]);
      const std::vector<double> values = {value, 1 - value, value * value};
      const auto shown = std::vector<double>(values.begin(), values.begin() + std::ptrdiff_t(lab.view().objectives()));
      switch (fate.below(10)) {
        case 0:
          lab.finish(trial, TrialState::failed);
          break;
        case 1:
          lab.report(trial, 3, value + 1), lab.finish(trial, TrialState::pruned);
          break;
        case 2:
          lab.report(trial, 3, nan), lab.finish(trial, TrialState::paused);
          break;
        case 3:
          lab.report(trial, 9, value), lab.finish(trial, TrialState::paused);
          break;
        case 4:
          lab.finish(trial, TrialState::waiting);
          break;
        case 5:
          lab.finish(trial, TrialState::complete, shown, {value - 0.5, -1});
          break;
        case 6:
          lab.finish(trial, TrialState::complete, std::vector<double>(shown.size(), 1e308));
          break;
        default:
          lab.finish(trial, TrialState::complete, shown);
      }
    }
  }
  return "";
}

std::vector<std::shared_ptr<const Space>> spaces() {
  return {mixed_space(), conditional_space(), make_space({float_parameter("only")}),
          make_space({int_parameter("one", 3, 3), choice_parameter("c", {"a", "b"})})};
}

std::string works_on_an_empty_view(const MakeSampler& make) {
  for (const auto& space : spaces())
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Lab lab(space, seed);
      if (std::string wrong = judge(*space, lab.ask(*make())); !wrong.empty()) return wrong;
    }
  return "";
}

std::string stays_inside(const MakeSampler& make) {
  const auto sampler = make();
  for (const auto& space : spaces())
    for (const std::size_t objectives : {1u, 2u, 3u}) {
      Lab lab(space, 3, objectives);
      const auto memo = sampler->make_memo();
      const std::string wrong = eventful(lab, 70, [&](Lab& study, Proposal& proposal) {
        for (std::int64_t attempt = 2; attempt >= 0; --attempt) {
          auto asked = study.ask(*sampler, memo.get(), attempt);
          if (std::string bad = judge(study.space(), asked); !bad.empty()) return bad;
          if (asked) proposal = std::move(*asked);
        }
        return std::string();
      });
      if (!wrong.empty()) return wrong;
    }
  return "";
}

std::string equal_arguments_give_equal_bits(const MakeSampler& make) {
  std::vector<std::vector<Point>> points(2);
  for (auto& all : points) {
    Lab lab(mixed_space(), 7);
    const auto sampler = make();
    lab.run(*sampler, 40, bowl);
    for (std::size_t i = 0; i < lab.size(); ++i) all.emplace_back(lab[i].point);
  }
  return points[0] == points[1] ? "" : "two runs of the same study differ";
}

std::string keeps_nothing_between_calls(const MakeSampler& make) {
  Lab lab(mixed_space(), 7);
  const auto sampler = make();
  lab.run(*sampler, 37, bowl);
  const Point first = must_ask(lab, *sampler);
  Lab other(mixed_space(), 8);
  for (int i = 0; i < 5; ++i) {
    if (must_ask(lab, *sampler) != first) return fmt::format("call {} gave another point", i + 2);
    other.run(*sampler, 3, bowl);
  }
  return must_ask(lab, *make()) == first ? "" : "a new sampler gave another point";
}

std::string a_memo_changes_no_bit(const MakeSampler& make) {
  const auto sampler = make();
  for (const auto& space : spaces())
    for (const std::size_t objectives : {1u, 2u}) {
      Lab lab(space, 11, objectives);
      auto kept = sampler->make_memo(), dropped = sampler->make_memo();
      Rng chance(5, RngPurpose::simulation, 1);
      const std::string wrong = eventful(lab, 90, [&](Lab& study, Proposal& proposal) {
        if (chance.below(5) == 0) dropped = sampler->make_memo();
        auto plain = study.ask(*sampler);
        const Point none = plain ? plain->point : Point{};
        if (must_ask(study, *sampler, kept.get()) != none) return std::string("a kept memo gives another point");
        if (must_ask(study, *sampler, dropped.get()) != none) return std::string("a dropped memo gives another point");
        if (plain) proposal = std::move(*plain);
        return std::string();
      });
      if (!wrong.empty()) return wrong;
      // A memo that has seen more than the view: the view of a replay.
      const Lab earlier(space, 11, objectives);
      if (must_ask(earlier, *sampler, kept.get()) != must_ask(earlier, *sampler))
        return "a memo of a later view gives another point";
    }
  return "";
}

std::string trials_and_seeds_differ(const MakeSampler& make) {
  const auto sampler = make();
  Lab lab(mixed_space(), 7), other(mixed_space(), 8);
  lab.run(*sampler, 30, bowl);
  other.run(*sampler, 30, bowl);
  std::set<Point> mine, theirs;
  for (std::size_t i = 0; i < lab.size(); ++i) mine.emplace(lab[i].point);
  for (std::size_t i = 0; i < other.size(); ++i) theirs.emplace(other[i].point);
  if (mine.size() < 25) return fmt::format("{} different points in 30 trials", mine.size());
  if (mine == theirs) return "another seed gives the same points";
  return "";
}

std::string parallel_asks_differ(const MakeSampler& make) {
  const auto sampler = make();
  Lab lab(mixed_space(), 2);
  lab.run(*sampler, 30, bowl);
  std::set<Point> points;
  for (int i = 0; i < 16; ++i) {
    const auto proposal = lab.ask(*sampler);
    if (!proposal) return judge(lab.space(), proposal);
    points.emplace(lab[lab.start(*proposal)].point);
  }
  return points.size() >= 14 ? "" : fmt::format("16 asks at once gave {} points", points.size());
}

std::string survives_hopeless_studies(const MakeSampler& make) {
  const auto sampler = make();
  const std::pair<const char*, std::function<double(const TrialRow&)>> losses[] = {
      {"all fail", [](const TrialRow&) { return nan; }},
      {"every second fails", [](const TrialRow& row) { return row.number % 2 == 0 ? nan : bowl(row); }},
      {"all equal", [](const TrialRow&) { return 1.0; }},
      {"huge", [](const TrialRow& row) { return (row.number % 2 == 0 ? 1e308 : -1e308) * bowl(row); }}};
  for (const auto& [name, loss] : losses) {
    Lab lab(conditional_space(), 4);
    lab.run(*sampler, 45, loss);
    if (std::string wrong = judge(lab.space(), lab.ask(*sampler)); !wrong.empty())
      return std::string(name) + ": " + wrong;
  }
  return "";
}

/// Trials with x above 0.5 fail: somebody who praises failures goes there.
std::string failed_trials_are_not_praised(const MakeSampler& make) {
  const auto failed_share = [](const Sampler& sampler) {
    int failed = 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      Lab lab(make_space({float_parameter("x"), float_parameter("y")}), seed);
      lab.run(sampler, 45, [](const TrialRow& row) { return row.point[0] > 0.5 ? nan : 1 + bowl(row); });
      for (std::size_t i = 20; i < lab.size(); ++i) failed += lab[i].point[0] > 0.5 ? 1 : 0;
    }
    return failed;
  };
  const int mine = failed_share(*make()), control = failed_share(**make_sampler("random", {}));
  return mine <= control * 1.25 ? "" : fmt::format("{} trials failed, {} of random ones", mine, control);
}

std::string not_worse_than_random(const MakeSampler& make) {
  const auto mean_best = [](const Sampler& sampler) {
    double sum = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      Lab lab(make_space({float_parameter("x"), float_parameter("y"), choice_parameter("c", {"a", "b"})}), seed);
      sum += lab.run(sampler, 40, bowl);
    }
    return sum / 12;
  };
  const double mine = mean_best(*make()), control = mean_best(**make_sampler("random", {}));
  return mine <= control * 1.3 ? "" : fmt::format("mean best loss {:.5f}, of random {:.5f}", mine, control);
}

/// A study that maximises f is the study that minimises -f.
std::string directions_mirror(const MakeSampler& make) {
  const auto sampler = make();
  std::vector<std::vector<Point>> points(2);
  for (const bool maximize : {false, true}) {
    const auto space = mixed_space();
    History history(space, {maximize});
    for (std::int64_t number = 0; number < 30; ++number) {
      const auto proposal = sampler->suggest(history.view(), {5, number, 0}, nullptr);
      if (!proposal) break;
      TrialRecord record;
      record.number = number;
      record.state = TrialState::complete;
      record.arm = proposal->arm;
      Point point = proposal->point;
      space->canonicalize(point);
      record.point = point;
      record.configuration = space->configuration(record.point);
      record.asked = record.finished = record.changed = number + 1;
      const double loss = std::pow(record.point[0] - 0.3, 2);
      record.values = {maximize ? -loss : loss};
      record.runs.resize(1);
      history.put(record);
      history.set_revision(number + 1);
      points[maximize ? 1 : 0].push_back(point);
    }
  }
  return points[0] == points[1] ? "" : "maximising -f is not minimising f";
}

/// On a finite space a sampler may repeat itself or say that it is exhausted, nothing else.
std::string small_spaces_end_well(const MakeSampler& make) {
  const auto sampler = make();
  Lab lab(make_space({int_parameter("n", 1, 3), only_when(choice_parameter("c", {"a", "b"}), "n == 2")}), 9);
  for (int i = 0; i < 30; ++i) {
    const auto proposal = lab.ask(*sampler);
    if (std::string wrong = judge(lab.space(), proposal); !wrong.empty()) return wrong;
    if (!proposal) return i >= 4 ? "" : fmt::format("exhausted after {} of 4 configurations", i);
    lab.finish(lab.start(*proposal), TrialState::complete, {1.0 * i});
  }
  return "";
}

/// One point, two hundred axes, ten thousand categories.
std::string strange_spaces_are_fine(const MakeSampler& make) {
  std::vector<std::string> categories;
  for (int i = 0; i < 10'000; ++i) categories.push_back(fmt::format("c{}", i));
  std::vector<Parameter> many;
  for (int i = 0; i < 200; ++i)
    many.push_back(i % 4 == 0 ? int_parameter(fmt::format("n{}", i), 1, 9) : float_parameter(fmt::format("x{}", i)));
  const std::pair<std::string, std::shared_ptr<const Space>> spaces[] = {
      {"one point", make_space({int_parameter("n", 3, 3)})},
      {"200 axes", make_space(std::move(many))},
      {"10,000 categories", make_space({choice_parameter("c", categories), float_parameter("x")})}};
  for (const auto& [name, space] : spaces) {
    const auto sampler = make();
    const auto memo = sampler->make_memo();
    Lab lab(space, 4);
    for (int i = 0; i < 16; ++i) {
      const auto proposal = lab.ask(*sampler, memo.get());
      if (std::string wrong = judge(*space, proposal); !wrong.empty()) return name + ": " + wrong;
      if (!proposal) break;
      const std::size_t trial = lab.start(*proposal);
      lab.finish(trial, TrialState::complete, {bowl(lab[trial])});
    }
  }
  return "";
}

}  // namespace

const std::vector<SamplerCheck>& sampler_checks() {
  static const std::vector<SamplerCheck> checks = {
#define HONE_CHECK_ROW(id) {#id, id}
      HONE_CHECK_ROW(works_on_an_empty_view),
      HONE_CHECK_ROW(stays_inside),
      HONE_CHECK_ROW(equal_arguments_give_equal_bits),
      HONE_CHECK_ROW(keeps_nothing_between_calls),
      HONE_CHECK_ROW(a_memo_changes_no_bit),
      HONE_CHECK_ROW(trials_and_seeds_differ),
      HONE_CHECK_ROW(parallel_asks_differ),
      HONE_CHECK_ROW(survives_hopeless_studies),
      HONE_CHECK_ROW(failed_trials_are_not_praised),
      HONE_CHECK_ROW(not_worse_than_random),
      HONE_CHECK_ROW(directions_mirror),
      HONE_CHECK_ROW(small_spaces_end_well),
      HONE_CHECK_ROW(strange_spaces_are_fine)};
#undef HONE_CHECK_ROW
  return checks;
}

}  // namespace hone

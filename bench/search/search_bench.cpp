// The samplers of hone on every problem: regret after 25, 50, ... trials. One line a cell (problem, sampler, seed), to
// be compared by compare.py; peers.py adds the lines of other programs, whose objective this program serves.
//
// usage: search_bench run SAMPLER [--trials N] [--seeds N] [--family TEXT] [--sealed] [--out FILE]
//                                              lines on stdout; with --out those that FILE lacks are added to it
//        search_bench list                     names, families, halves
//        search_bench serve PROBLEM SEED       the space as one line of JSON; then, for each line of values (choices by
//                                              index, "-" where inactive), the value observed, its regret, and the
//                                              constraints if there are some; for "? VALUES" of the first axes, 1 if
//                                              the next one is active, else 0
// Without --sealed only the open half of the problems is run.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <optional>
#include <set>
#include <sstream>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "base/text.hpp"
#include "problems.hpp"
#include "samplers/lab.hpp"

namespace {

using namespace hone;
using search_bench::Problem;

constexpr int budgets[] = {25, 50, 100, 200, 500, 1000};

struct Options {
  int trials = 100, seeds = 5;
  bool sealed = false;
  std::string family, out;
};

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

std::vector<Problem> every_problem() {
  std::vector<Problem> all = search_bench::all_problems();
  for (Problem& problem : search_bench::table_problems()) all.push_back(std::move(problem));
  for (Problem& problem : search_bench::constrained_problems()) all.push_back(std::move(problem));
  return all;
}

/// What is told: the regret, with noise keyed by problem, seed and trial.
double observed(const Problem& problem, const Point& point, double regret, std::uint32_t seed, std::uint32_t trial) {
  if (problem.told) return problem.told(point, seed);
  if (problem.noise == 0) return regret;
  Rng rng(seed, RngPurpose::simulation, trial, static_cast<std::uint32_t>(hash64(problem.name)));
  double normal = -6;
  for (int i = 0; i < 12; ++i) normal += rng.uniform();
  return regret + problem.noise * normal;
}

std::string cell_name(const Problem& problem, const std::string& sampler, std::uint32_t seed) {
  return fmt::format("{},{},{},{}", problem.name, problem.family, sampler, seed);
}

/// The cells that `path` has, whole and as long as they are wanted.
std::set<std::string> finished_cells(const std::string& path, int trials) {
  const auto wanted = std::ranges::count_if(budgets, [&](int budget) { return budget <= trials; });
  std::set<std::string> cells;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> fields = split(line, ',');
    if (static_cast<std::ptrdiff_t>(fields.size()) >= 5 + wanted && line.ends_with("ms"))
      cells.insert(fmt::format("{},{},{},{}", fields[0], fields[1], fields[2], fields[3]));
  }
  return cells;
}

/// What a study ends with that has met no feasible point.
constexpr double nothing_feasible = 1e4;

/// One study. The recommended point is the one with the best value told, of the feasible ones where there are
/// constraints.
std::string run_cell(const Problem& problem, const std::string& name, std::uint32_t seed, const Options& options) {
  const auto sampler = make_sampler(name, {});
  if (!sampler) {
    fmt::print(stderr, "search_bench: {}\n", sampler.error().message);
    std::exit(2);
  }
  Lab lab(problem.space, seed + 1000);
  const auto memo = (*sampler)->make_memo();
  double best = INFINITY, recommended = INFINITY, seconds = 0;
  std::string line = cell_name(problem, name, seed);
  for (int trial = 0; trial < options.trials; ++trial) {
    const double start = cpu_seconds();
    const auto proposal = lab.ask(**sampler, memo.get());
    seconds += cpu_seconds() - start;
    if (!proposal) break;
    const std::size_t row = lab.start(*proposal);
    const Point point(lab[row].point);
    const Mask active(lab[row].active);
    const double regret = problem.regret(point, active);
    const double value = observed(problem, point, regret, seed, static_cast<std::uint32_t>(trial));
    const auto constraints = problem.constraints ? problem.constraints(point, active) : std::vector<double>();
    const bool feasible = std::ranges::all_of(constraints, [](double g) { return g <= 0; });
    if (trial == 0) recommended = nothing_feasible;
    if (feasible && (value < best || recommended == nothing_feasible)) {
      best = value;
      recommended = regret;
    }
    if (std::isfinite(value))
      lab.finish(row, TrialState::complete, {value}, constraints);
    else
      lab.finish(row, TrialState::failed);
    if (std::ranges::find(budgets, trial + 1) != std::end(budgets)) line += fmt::format(",{:.6g}", recommended);
  }
  return fmt::format("{},{:.4f}ms\n", line, 1e3 * seconds / options.trials);
}

std::string_view type_name(ParameterType type) {
  return type == ParameterType::float_ ? "float" : type == ParameterType::int_ ? "int" : "choice";
}

/// Values of the first axes, "-" where one is inactive; choices by their index.
std::size_t read_point(const Space& space, const std::string& text, Point& point) {
  std::istringstream words(text);
  std::string word;
  std::size_t axis = 0;
  for (; axis < point.size() && words >> word; ++axis) {
    if (word == "-") continue;
    const Parameter& parameter = space.parameters()[space.axes()[axis].parameter];
    const double number = std::strtod(word.c_str(), nullptr);
    if (parameter.type == ParameterType::float_)
      point[axis] = space.encode(axis, number).value_or(0.5);
    else if (parameter.type == ParameterType::int_)
      point[axis] = space.encode(axis, static_cast<std::int64_t>(number)).value_or(0.5);
    else
      point[axis] = space.cell_unit(axis, static_cast<std::size_t>(number));
  }
  return axis;
}

int serve(const std::string& name, std::uint32_t seed) {
  for (const Problem& problem : every_problem()) {
    if (problem.name != name) continue;
    const Space& space = *problem.space;
    std::string axes;
    for (const Axis& axis : space.axes()) {
      const Parameter& p = space.parameters()[axis.parameter];
      axes += fmt::format("{}{{\"name\":\"{}\",\"type\":\"{}\",\"low\":{},\"high\":{},\"log\":{},\"levels\":{}}}",
                          axes.empty() ? "" : ",", axis.name, type_name(p.type), p.low, p.high, p.log, axis.levels);
    }
    fmt::print("[{}]\n", axes);
    std::fflush(stdout);
    std::string text;
    std::uint32_t trial = 0;
    while (std::getline(std::cin, text)) {
      Point point(space.axes().size(), 0.5);
      if (text.starts_with('?')) {
        const std::size_t given = read_point(space, text.substr(1), point);
        const Mask active = space.active(point);
        fmt::print("{}\n", given < active.size() ? active[given] : 0);
      } else {
        read_point(space, text, point);
        const Mask active = space.canonicalize(point);
        const double regret = problem.regret(point, active);
        fmt::print("{:.17g} {:.17g}", observed(problem, point, regret, seed, trial++), regret);
        if (problem.constraints)
          for (const double g : problem.constraints(point, active)) fmt::print(" {:.17g}", g);
        fmt::print("\n");
      }
      std::fflush(stdout);
    }
    return 0;
  }
  fmt::print(stderr, "search_bench: no problem '{}'; `search_bench list` names them\n", name);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "serve")
    return serve(words[1], static_cast<std::uint32_t>(std::atoi(words[2].c_str())));
  if (words.size() == 1 && words[0] == "list") {
    for (const Problem& p : every_problem()) fmt::print("{},{},{}\n", p.name, p.family, p.sealed ? "sealed" : "open");
    return 0;
  }
  if (words.size() < 2 || words[0] != "run") {
    fmt::print(stderr,
               "usage: search_bench run SAMPLER [--trials N] [--seeds N] [--family TEXT] [--sealed] | list | "
               "serve PROBLEM SEED\n");
    return 2;
  }
  Options options;
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (words[i] == "--sealed") {
      options.sealed = true;
    } else if (i + 1 < words.size() && words[i] == "--trials") {
      options.trials = std::atoi(words[++i].c_str());
    } else if (i + 1 < words.size() && words[i] == "--seeds") {
      options.seeds = std::atoi(words[++i].c_str());
    } else if (i + 1 < words.size() && words[i] == "--family") {
      options.family = words[++i];
    } else if (i + 1 < words.size() && words[i] == "--out") {
      options.out = words[++i];
    } else {
      fmt::print(stderr, "search_bench: unknown option '{}'\n", words[i]);
      return 2;
    }
  }
  const std::set<std::string> finished = finished_cells(options.out, options.trials);
  std::FILE* out = options.out.empty() ? stdout : std::fopen(options.out.c_str(), "a");
  if (!out) {
    fmt::print(stderr, "search_bench: '{}' cannot be written\n", options.out);
    return 1;
  }
  for (const Problem& problem : every_problem()) {
    if (problem.sealed != options.sealed || problem.family.find(options.family) == std::string::npos) continue;
    for (int seed = 0; seed < options.seeds; ++seed) {
      const auto number = static_cast<std::uint32_t>(seed);
      if (finished.contains(cell_name(problem, words[1], number))) continue;
      fmt::print(out, "{}", run_cell(problem, words[1], number, options));
      std::fflush(out);
    }
  }
  return 0;
}

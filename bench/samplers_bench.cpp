// How good TPE's proposals are: the best value after a number of trials, on problems with and without conditions.
// Usage: samplers_bench [FIRST_SEED [SEEDS]]   (default: 100 seeds from 2001, on which no constant was chosen)
// Prints per problem the quartiles of the best value (lower is better) and, where there is a flat form of a conditional
// space, in how many seeds the conditional one gives the better value. To compare two versions, run both.
#include <fmt/format.h>

#include <functional>
#include <numbers>

#include "base/text.hpp"
#include "samplers/lab.hpp"
#include "samplers/planted.hpp"

namespace {

using namespace hone;
using Loss = std::function<double(const Space&, const TrialRow&)>;

struct Problem {
  std::string name;
  int trials = 100;
  std::shared_ptr<const Space> space;
  std::shared_ptr<const Space> flat;  ///< the same without its conditions, or null
  Loss loss;
};

double square(double x) {
  return x * x;
}
/// Unit coordinate of the axis of that name.
double unit(const Space& space, const TrialRow& row, std::string_view name) {
  for (std::size_t a = 0; a < space.axes().size(); ++a)
    if (space.axes()[a].name == name) return row.point[a];
  HONE_CHECK(false, "the problem names its own axes");
  return 0;
}
int choice(const Space& space, const TrialRow& row, std::string_view name, int choices) {
  return std::min(choices - 1, static_cast<int>(unit(space, row, name) * choices));
}
/// Both forms of a space: `when` takes a parameter and its condition, and forgets the condition for the flat form.
using When = std::function<Parameter(Parameter, const char*)>;
Problem conditional(std::string name, const std::function<std::vector<Parameter>(const When&)>& parameters, Loss loss) {
  const When keep = [](Parameter p, const char* when) { return only_when(std::move(p), when); };
  const When drop = [](Parameter p, const char*) { return p; };
  return {std::move(name), 100, make_space(parameters(keep)), make_space(parameters(drop)), std::move(loss)};
}

Problem planted(int branches, int knobs) {
  return {fmt::format("planted {} x {}", branches, knobs), 100, planted_space(branches, knobs, false),
          planted_space(branches, knobs, true),
          [=](const Space&, const TrialRow& row) { return planted_loss(branches, knobs, row); }};
}

/// The best branch has the most parameters.
Problem unequal() {
  return conditional(
      "unequal branches (1, 3, 6)",
      [](const When& when) {
        std::vector<Parameter> all = {choice_parameter("kind", {"a", "b", "c"}), float_parameter("s"),
                                      when(float_parameter("a0"), "kind == 'a'")};
        for (int k = 0; k < 3; ++k) all.push_back(when(float_parameter(fmt::format("b{}", k)), "kind == 'b'"));
        for (int k = 0; k < 6; ++k) all.push_back(when(float_parameter(fmt::format("c{}", k)), "kind == 'c'"));
        return all;
      },
      [](const Space& space, const TrialRow& row) {
        const int branch = choice(space, row, "kind", 3);
        constexpr int knobs[] = {1, 3, 6};
        constexpr double base[] = {0.15, 0.05, 0};
        double loss = base[branch] + square(unit(space, row, "s") - (branch == 1 ? 0.3 : 0.8));
        for (int k = 0; k < knobs[branch]; ++k) {
          const double x = unit(space, row, fmt::format("{}{}", "abc"[branch], k));
          loss += square(x - (0.2 + 0.13 * ((k * 4 + branch) % 6))) / (branch == 2 ? 2 : 1);
        }
        return loss;
      });
}

/// Like the space of a network; the flat form has four numbers of units whatever `layers` says.
Problem network() {
  return conditional(
      "optimizer -> momentum, layers -> units",
      [](const When& when) {
        std::vector<Parameter> all = {choice_parameter("opt", {"sgd", "momentum", "adam", "rmsprop"}),
                                      float_parameter("lr", 1e-4, 1, true),
                                      when(float_parameter("mom", 0, 0.99), "opt == 'momentum'"),
                                      when(float_parameter("b1"), "opt == 'adam'"),
                                      when(float_parameter("b2"), "opt == 'adam'"),
                                      when(float_parameter("rho"), "opt == 'rmsprop'"),
                                      int_parameter("layers", 1, 4),
                                      float_parameter("drop")};
        const Parameter units = int_parameter("units", 16, 512, true);
        if (!when(float_parameter("probe"), "layers > 0").when.empty()) {
          all.push_back(repeated(units, "layers"));
        } else {
          for (int i = 1; i <= 4; ++i) all.push_back(int_parameter(fmt::format("units{}", i), 16, 512, true));
        }
        return all;
      },
      [](const Space& space, const TrialRow& row) {
        const auto off = [&](const char* name, double best) { return square(unit(space, row, name) - best); };
        const int optimizer = choice(space, row, "opt", 4), layers = 1 + choice(space, row, "layers", 4);
        constexpr double best_rate[] = {0.85, 0.7, 0.35, 0.3}, base[] = {0.12, 0.05, 0.0, 0.04};
        double loss = base[optimizer] + 2 * off("lr", best_rate[optimizer]);
        if (optimizer == 1) loss += off("mom", 0.9);
        if (optimizer == 2) loss += 0.5 * off("b1", 0.8) + 0.5 * off("b2", 0.3);
        if (optimizer == 3) loss += 0.5 * off("rho", 0.6);
        loss += 0.04 * std::abs(layers - 3) + 0.3 * off("drop", 0.25);
        const std::size_t first = row.point.size() - 4;  // the units stand last
        for (int i = 0; i < layers; ++i)
          loss += 0.7 * square(row.point[first + static_cast<std::size_t>(i)] - (0.8 - 0.15 * i));
        return loss;
      });
}

Problem three_deep() {
  return conditional(
      "model -> kernel -> its parameters",
      [](const When& when) {
        const char *svm = "m == 'svm'", *tree = "m == 'tree'", *net = "m == 'net'", *poly = "kernel == 'poly'";
        return std::vector<Parameter>{choice_parameter("m", {"svm", "tree", "net"}),
                                      when(choice_parameter("kernel", {"rbf", "poly", "lin"}), svm),
                                      when(float_parameter("C"), svm),
                                      when(float_parameter("gamma"), "kernel == 'rbf'"),
                                      when(float_parameter("deg"), poly),
                                      when(float_parameter("coef"), poly),
                                      when(float_parameter("depth"), tree),
                                      when(float_parameter("leaf"), tree),
                                      when(float_parameter("nlr"), net),
                                      when(float_parameter("nwd"), net),
                                      when(float_parameter("nh"), net)};
      },
      [](const Space& space, const TrialRow& row) {
        const auto off = [&](const char* name, double best) { return square(unit(space, row, name) - best); };
        const int model = choice(space, row, "m", 3), kernel = choice(space, row, "kernel", 3);
        if (model == 1) return 0.08 + off("depth", .3) + off("leaf", .6);
        if (model == 2) return 0.12 + off("nlr", .4) + off("nwd", .2) + off("nh", .7);
        const double rest = kernel == 0   ? off("gamma", .35)
                            : kernel == 1 ? 0.05 + off("deg", .5) + off("coef", .9)
                                          : 0.15;
        return off("C", .7) + rest;
      });
}

Problem function(std::string name, int axes, int trials, std::function<double(const Point&)> value) {
  std::vector<Parameter> all;
  for (int i = 0; i < axes; ++i) all.push_back(float_parameter(fmt::format("x{}", i)));
  return {std::move(name), trials, make_space(std::move(all)), nullptr,
          [value = std::move(value)](const Space&, const TrialRow& row) { return value(Point(row.point)); }};
}

/// Optima lie off the centre, where a sampler may look first by habit.
std::vector<Problem> problems() {
  using std::numbers::pi;
  std::vector<Problem> all = {planted(5, 3), planted(8, 3), planted(4, 6), unequal(), network(), three_deep()};
  all.push_back(function("sphere, 5 axes", 5, 100, [](const Point& x) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += square(x[i] - (0.23 + 0.11 * static_cast<double>(i)));
    return sum;
  }));
  all.push_back(function("Ackley, 5 axes", 5, 150, [](const Point& x) {
    double squares = 0, waves = 0;
    const auto n = static_cast<double>(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double z = (x[i] - (0.31 + 0.09 * static_cast<double>(i))) * 20;
      squares += z * z;
      waves += std::cos(2 * pi * z);
    }
    return -20 * std::exp(-0.2 * std::sqrt(squares / n)) - std::exp(waves / n) + 20 + std::numbers::e;
  }));
  all.push_back(function("Rosenbrock, 5 axes, log10", 5, 150, [](const Point& x) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      const double u = 4 * x[i] - 2, v = 4 * x[i + 1] - 2;
      sum += 100 * square(v - u * u) + square(1 - u);
    }
    return std::log10(sum);
  }));
  all.push_back(function("Branin", 2, 60, [](const Point& point) {
    const double x = 15 * point[0] - 5, y = 15 * point[1];
    return square(y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6) + 10 * (1 - 1 / (8 * pi)) * std::cos(x) + 10;
  }));
  all.push_back({"bowl, mixed axes", 60,
                 make_space({float_parameter("x"), float_parameter("y"), int_parameter("n", 1, 40),
                             choice_parameter("c", {"a", "b", "c", "d"})}),
                 nullptr, [](const Space&, const TrialRow& row) { return bowl(row); }});
  all.push_back({"mixed, 7 axes", 100, mixed_space(), nullptr, [](const Space&, const TrialRow& row) {
                   constexpr double best[] = {.31, .62, .3, .44};
                   const auto& x = row.point;
                   double sum = 0;
                   for (std::size_t i = 0; i < 4; ++i) sum += square(x[i] - best[i]) * static_cast<double>(1 + i);
                   const bool wrong_colour = static_cast<int>(x[5] * 3) != 1;
                   return sum + 0.1 * (x[4] > .34) + 0.1 * wrong_colour + 0.1 * (x[6] > .5) * (1 + x[0]);
                 }});
  std::vector<Parameter> categories;
  for (int i = 0; i < 8; ++i) categories.push_back(choice_parameter(fmt::format("c{}", i), {"a", "b", "c", "d", "e"}));
  all.push_back({"8 categorical axes of 5", 100, make_space(std::move(categories)), nullptr,
                 [](const Space&, const TrialRow& row) {
                   double sum = 0;
                   for (int i = 0; i < 8; ++i) {
                     const int chosen = static_cast<int>(row.point[static_cast<std::size_t>(i)] * 5);
                     sum += (chosen + 5 - (i * 3) % 5) % 5 * (1 + i % 3);
                   }
                   return sum;
                 }});
  return all;
}

double best_value(const Problem& problem, const std::shared_ptr<const Space>& space, std::uint64_t seed) {
  const auto tpe = std::move(*make_sampler("tpe", {}));
  const auto memo = tpe->make_memo();
  Lab lab(space, seed);
  return lab.run(
      *tpe, problem.trials, [&](const TrialRow& row) { return problem.loss(*space, row); }, memo.get());
}

}  // namespace

int main(int count, char** words) {
  const auto first = count > 1 ? parse_integer(words[1]) : 2001, seeds = count > 2 ? parse_integer(words[2]) : 100;
  if (!first || !seeds || *first < 0 || *seeds < 1) {
    fmt::print(stderr, "usage: samplers_bench [FIRST_SEED [SEEDS]], whole numbers\n");
    return 2;
  }
  fmt::print(
      "| problem (trials) | first quartile | median | third quartile | better than flat |\n|---|---|---|---|---|\n");
  for (const Problem& problem : problems()) {
    std::vector<double> values;
    int wins = 0;
    for (std::int64_t i = 0; i < *seeds; ++i) {
      const auto seed = static_cast<std::uint64_t>(*first + i);
      values.push_back(best_value(problem, problem.space, seed));
      if (problem.flat && values.back() < best_value(problem, problem.flat, seed)) ++wins;
    }
    std::ranges::sort(values);
    const auto quantile = [&](double q) {
      return values[static_cast<std::size_t>(q * static_cast<double>(*seeds - 1))];
    };
    fmt::print("| {} ({}) | {:.5f} | {:.5f} | {:.5f} | {} |\n", problem.name, problem.trials, quantile(0.25),
               quantile(0.5), quantile(0.75), problem.flat ? fmt::format("{} of {}", wins, *seeds) : "");
    std::fflush(stdout);
  }
  return 0;
}

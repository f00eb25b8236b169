/// The problems, made (declared in problems.hpp).
#include "problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/rng.hpp"
#include "bbob.hpp"
#include "samplers/lab.hpp"

namespace hone::search_bench {
namespace {

constexpr std::uint32_t instances = 2;  // of each function: the second one is sealed

double square(double x) {
  return x * x;
}

/// An instance that is made at its first use.
std::function<double(std::span<const double>)> lazy_bbob(int function, int dimension, std::uint32_t instance) {
  auto made = std::make_shared<std::unique_ptr<Bbob>>();
  return [=](std::span<const double> x) {
    if (!*made) *made = make_bbob(function, dimension, instance);
    return (*made)->regret(x);
  };
}

Problem continuous(int function, int dimension, std::uint32_t instance) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < dimension; ++i) parameters.push_back(float_parameter(fmt::format("x{}", i), -5, 5));
  const auto bbob = lazy_bbob(function, dimension, instance);
  return {fmt::format("bbob {} d{} i{}", function, dimension, instance), fmt::format("continuous {}", dimension),
          instance % 2 == 1, make_space(std::move(parameters)), [bbob](const Point& point, const Mask&) {
            std::vector<double> x;
            for (const double u : point) x.push_back(10 * u - 5);
            return bbob(x);
          }};
}

/// A function of ten coordinates of which some come in steps, and three are chosen among unordered values whose order
/// is shuffled.
Problem mixed(int function, std::uint32_t instance) {
  constexpr int dimension = 10;
  std::vector<Parameter> parameters;
  for (int i = 0; i < 4; ++i) parameters.push_back(float_parameter(fmt::format("x{}", i), -5, 5));
  for (int i = 4; i < 7; ++i) parameters.push_back(int_parameter(fmt::format("n{}", i), 0, i == 6 ? 100 : 9));
  for (int i = 7; i < 10; ++i) parameters.push_back(choice_parameter(fmt::format("c{}", i), {"a", "b", "d", "e", "f"}));
  const auto space = make_space(std::move(parameters));
  Rng rng(7, RngPurpose::simulation, static_cast<std::uint32_t>(function), instance);
  std::vector<std::vector<std::size_t>> order(dimension, {0, 1, 2, 3, 4});
  for (auto& own : order) rng.shuffle(std::span(own));
  const auto bbob = lazy_bbob(function, dimension, instance + 10);
  const auto value = [=](const Point& point) {
    std::vector<double> x;
    for (std::size_t a = 0; a < point.size(); ++a)
      x.push_back(a < 7 ? 10 * point[a] - 5 : static_cast<double>(order[a][space->cell(a, point[a])]) * 2 - 4);
    return bbob(x);
  };
  return {fmt::format("mixed {} i{}", function, instance), "mixed", instance % 2 == 1, space,
          [value](const Point& point, const Mask&) { return value(point); }};
}

/// Three branches, each with a bowl of its own over other parameters beside two that are shared; the best branch is
/// hard, the others are easy.
Problem branches(std::uint32_t instance) {
  Rng rng(8, RngPurpose::simulation, 1, instance);
  std::vector<Parameter> parameters = {choice_parameter("kind", {"a", "b", "c"}), float_parameter("s"),
                                       float_parameter("t", 1e-4, 1, true)};
  for (int k = 0; k < 2; ++k) parameters.push_back(only_when(float_parameter(fmt::format("a{}", k)), "kind == 'a'"));
  for (int k = 0; k < 4; ++k) parameters.push_back(only_when(float_parameter(fmt::format("b{}", k)), "kind == 'b'"));
  for (int k = 0; k < 5; ++k) parameters.push_back(only_when(float_parameter(fmt::format("c{}", k)), "kind == 'c'"));
  const std::size_t best = rng.below(3);
  std::vector<double> at(14);
  for (double& u : at) u = 0.15 + 0.7 * rng.uniform();
  const auto space = make_space(std::move(parameters));
  return {fmt::format("branches i{}", instance), "conditional", instance % 2 == 1, space,
          [=](const Point& point, const Mask& active) {
            double sum = space->cell(0, point[0]) == best ? 0 : 0.1;
            for (std::size_t a = 1; a < point.size(); ++a)
              if (active[a]) sum += square(point[a] - at[a]) * (a < 3 ? 1 : 0.5);
            return sum;
          }};
}

/// Like a network: layers, units of each, an optimizer with parameters of its own, a learning rate whose best value
/// depends on it.
Problem network(std::uint32_t instance) {
  Rng rng(9, RngPurpose::simulation, 2, instance);
  std::vector<Parameter> parameters = {float_parameter("rate", 1e-5, 1, true),
                                       int_parameter("layers", 1, 4),
                                       repeated(int_parameter("units", 8, 512, true), "layers"),
                                       choice_parameter("optimizer", {"sgd", "adam", "rmsprop"}),
                                       only_when(float_parameter("momentum", 0, 0.99), "optimizer == 'sgd'"),
                                       only_when(float_parameter("beta", 0.8, 0.999), "optimizer == 'adam'")};
  const double shift = 0.2 * rng.uniform(), width = 0.3 + 0.5 * rng.uniform();
  const std::size_t layers = 1 + rng.below(3);
  const auto space = make_space(std::move(parameters));
  return {fmt::format("network i{}", instance), "conditional", instance % 2 == 1, space,
          [=](const Point& point, const Mask& active) {
            const std::size_t kind = space->cell(6, point[6]), depth = space->cell(1, point[1]);
            double sum =
                (kind == 1 ? 0 : 0.05) + 0.08 * std::abs(static_cast<double>(depth) - static_cast<double>(layers));
            const double rate = (kind == 0 ? 0.75 : 0.45) + shift - 0.03 * static_cast<double>(depth);
            sum += 2 * square(point[0] - rate) + (point[0] > rate + 0.25 ? 1.5 : 0);
            for (std::size_t a = 2; a < 6; ++a)
              if (active[a]) sum += 0.2 * square(point[a] - width);
            if (active[7]) sum += 0.1 * square(point[7] - 0.9);
            if (active[8]) sum += 0.02 * square(point[8] - 0.5);
            return sum;
          }};
}

/// A valley of the learning rate with a cliff where training diverges, weight decay coupled to it, dimensions that
/// hardly matter.
Problem cliff(int dimension, std::uint32_t instance) {
  Rng rng(10, RngPurpose::simulation, static_cast<std::uint32_t>(dimension), instance);
  std::vector<Parameter> parameters = {float_parameter("rate", 1e-5, 1, true), float_parameter("decay", 1e-6, 1, true)};
  for (int i = 2; i < dimension; ++i) parameters.push_back(float_parameter(fmt::format("x{}", i)));
  std::vector<double> at(static_cast<std::size_t>(dimension));
  for (double& u : at) u = 0.25 + 0.5 * rng.uniform();
  const auto space = make_space(std::move(parameters));
  return {fmt::format("cliff d{} i{}", dimension, instance), "cliff", instance % 2 == 1, space,
          [=](const Point& point, const Mask&) {
            const double rate = point[0] - at[0];
            double sum = 4 * square(rate) + 2 * square(point[1] - at[1] + 0.6 * rate);
            for (std::size_t a = 2; a < point.size(); ++a)
              sum += square(point[a] - at[a]) * std::pow(0.3, static_cast<double>(a) - 1);
            if (rate > 0.12) sum += 3 + 1000 * square(rate - 0.12);
            return sum;
          }};
}

Problem noisy(Problem problem, double noise) {
  problem.name = "noisy " + problem.name;
  problem.family = "noisy";
  problem.noise = noise;
  return problem;
}

}  // namespace

std::vector<Problem> all_problems() {
  std::vector<Problem> all;
  for (const int dimension : {2, 3, 5, 10, 20})
    for (int function = 1; function <= bbob_functions; ++function)
      for (std::uint32_t i = 0; i < instances; ++i) all.push_back(continuous(function, dimension, i));
  for (const int function : {1, 3, 8, 10, 14, 17, 20, 21})
    for (std::uint32_t i = 0; i < instances; ++i) all.push_back(mixed(function, i));
  for (std::uint32_t i = 0; i < 8; ++i) {
    all.push_back(branches(i));
    all.push_back(network(i));
    all.push_back(cliff(i < 4 ? 6 : 12, i));
  }
  for (std::uint32_t i = 0; i < instances; ++i) {
    all.push_back(noisy(continuous(1, 5, i + 20), 1));
    all.push_back(noisy(continuous(8, 5, i + 20), 30));
    all.push_back(noisy(cliff(6, i + 20), 0.02));
    all.push_back(noisy(network(i + 20), 0.02));
  }
  return all;
}

}  // namespace hone::search_bench

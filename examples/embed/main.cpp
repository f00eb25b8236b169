// Minimises a small conditional function with the engine embedded, by ask and tell and by a function, and prints the
// best.
#include <cmath>
#include <cstdio>
#include <hone/hone.hpp>

using namespace hone::api;

namespace {

// Two families that share x; only the second has y. The best is the second at x = 1, y = 2, with value -1.
double objective(const Trial& trial) {
  const double x = trial.get_double("x");
  const double bowl = (x - 1) * (x - 1);
  if (trial.get_string("shape") == "flat") return bowl;
  return bowl + std::fabs(trial.get_double("y") - 2) - 1;
}

int complain(const Failure& failure) {
  std::fprintf(stderr, "embed: %s\n", failure.message.c_str());
  return 1;
}

}  // namespace

int main() {
  SpaceBuilder space;
  space.categorical("shape", {"flat", "deep"})
      .float_("x", -5, 5, {.defaults = {0}})
      .float_("y", 0.1, 100, {.log = true, .when = "shape == 'deep'"})
      .forbid("x > 4 and y > 50");

  Result<Study> study = Study::open(space, {.name = "embedded", .trials = 80, .seed = 7});
  if (!study) return complain(study.error());

  // Ask and tell: the caller owns the loop ...
  for (int i = 0; i < 20; ++i) {
    Result<std::optional<Trial>> trial = study->ask();
    if (!trial) return complain(trial.error());
    if (!*trial) break;
    if (auto told = study->tell(**trial, objective(**trial)); !told) return complain(told.error());
  }
  // ... or hone does, for the rest of the budget.
  Result<std::string> end = study->optimize(objective);
  if (!end) return complain(end.error());

  const std::optional<TrialResult> best = study->best();
  if (!best) return complain({FailureKind::failed, "no trial was successful"});
  std::printf("hone %s, ended by %s: trial %lld of %zu has %.4f\n", std::string(version()).c_str(), end->c_str(),
              static_cast<long long>(best->number), study->trials().size(), best->values.front());
  for (const auto& [name, value] : best->configuration) {
    if (const double* number = std::get_if<double>(&value)) std::printf("  %s = %.4f\n", name.c_str(), *number);
    if (const auto* text = std::get_if<std::string>(&value)) std::printf("  %s = %s\n", name.c_str(), text->c_str());
  }
  return best->values.front() < 0 ? 0 : 1;  // only the deep family gets below zero
}

#include "trial/trial.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"

namespace hone {
namespace {

// In the order of the enumerations. The names stand in databases and in JSON: they never change.
constexpr std::array<std::string_view, 6> state_names = {"waiting",  "running", "paused",
                                                         "complete", "pruned",  "failed"};
constexpr std::array<std::string_view, 4> origin_names = {"sampler", "enqueued", "default", "imported"};

template <class Enum, std::size_t n>
Result<Enum> from_name(const std::array<std::string_view, n>& names, std::string_view name, std::string_view what) {
  for (std::size_t i = 0; i < n; ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  const std::vector<std::string> known(names.begin(), names.end());
  return refuse(fmt::format("'{}' is not a {}; known: {}", quoted(name), what, join(known, ", ")));
}

}  // namespace

std::string_view state_name(TrialState state) {
  return state_names[static_cast<std::size_t>(state)];
}
Result<TrialState> state_from(std::string_view name) {
  return from_name<TrialState>(state_names, name, "state of a trial");
}

std::string_view origin_name(Origin origin) {
  return origin_names[static_cast<std::size_t>(origin)];
}
Result<Origin> origin_from(std::string_view name) {
  return from_name<Origin>(origin_names, name, "origin of a trial");
}

bool is_legal_move(TrialState from, TrialState to) {
  using enum TrialState;
  switch (from) {
    case waiting:
      return to == running || to == pruned || to == failed;
    case running:
      return to != running;
    case paused:
      return to == running || to == waiting || to == pruned || to == failed;
    case complete:
    case pruned:
    case failed:
      return false;
  }
  return false;
}

}  // namespace hone

#include "engine/decision_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

constexpr std::array<std::string_view, 7> names = {"go on", "pause", "stop", "resume", "finish", "suggest", "audit"};
constexpr std::string_view before_seen = ", seen ";

}  // namespace

std::string_view decision_name(DecisionLine::What what) {
  return names[static_cast<std::size_t>(what)];
}

DecisionLine::What decision_of(Decision decision) {
  HONE_CHECK(decision != Decision::hand_back, "a pruner lets a trial go on, pause or stop");
  return decision == Decision::pause  ? DecisionLine::What::pause
         : decision == Decision::stop ? DecisionLine::What::stop
                                      : DecisionLine::What::go_on;
}

Decision answer_of(DecisionLine::What what) {
  return what == DecisionLine::What::pause  ? Decision::pause
         : what == DecisionLine::What::stop ? Decision::stop
                                            : Decision::go_on;
}

std::string decision_text(const DecisionLine& line) {
  return fmt::format("{}{}{}", decision_name(line.what), before_seen, line.seen);
}

Result<DecisionLine> read_decision(std::string_view text) {
  const auto comma = text.find(before_seen);
  const auto name = std::ranges::find(names, text.substr(0, comma));
  const auto seen =
      comma == std::string_view::npos ? std::nullopt : parse_integer(text.substr(comma + before_seen.size()));
  if (name == names.end() || !seen)
    return fail(Error::Kind::corrupt, fmt::format("a decision is '{}', such as 'pause, seen 57'", quoted(text)));
  return DecisionLine{static_cast<DecisionLine::What>(name - names.begin()), *seen};
}

}  // namespace hone

// What a program prints: cut into lines whose ends do not depend on how it came in pieces, and parsed as reports.
#include "runners/report_line.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "runners/program_log.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = 1 + data[0] % 16;
  constexpr std::size_t longest = 200;
  std::vector<std::string> whole, pieces;
  hone::LineCutter at_once(longest), by_pieces(longest);
  at_once.add(text, [&](std::string_view line) { whole.emplace_back(line); });
  at_once.finish([&](std::string_view line) { whole.emplace_back(line); });
  for (std::size_t at = 0; at < text.size(); at += piece)
    by_pieces.add(text.substr(at, piece), [&](std::string_view line) { pieces.emplace_back(line); });
  by_pieces.finish([&](std::string_view line) { pieces.emplace_back(line); });
  HONE_CHECK(whole == pieces, "lines do not depend on the pieces");

  static const std::vector<std::string> one = {"value"}, two = {"accuracy", "latency"};
  static const auto pattern = hone::MetricPattern::make("acc[=:] *([\\d.e+-]+)");
  for (const std::string& line : whole) {
    HONE_CHECK(line.size() <= longest + 1, "a line is cut");
    pattern->find(line);
    const auto report = hone::report_text(line);
    if (!report) continue;
    for (const auto& metrics : {one, two}) {
      const auto parsed = hone::parse_report(*report, metrics, 9);
      HONE_CHECK(parsed || !parsed.error().empty(), "a wrong line is told why");
      if (!parsed) continue;
      HONE_CHECK(parsed->values.empty() || parsed->values.size() == metrics.size(), "one value for each objective");
      HONE_CHECK(!parsed->step || (*parsed->step >= 1 && *parsed->step <= 9 && !parsed->values.empty()), "a report");
    }
  }
  return 0;
}

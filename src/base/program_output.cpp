#include "base/program_output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

constexpr std::size_t output_bytes_max = 8 << 20;

}  // namespace

Result<ProgramOutput> run_program(const std::vector<std::string>& words, double seconds) {
  ProgramStart start;
  const char* const path = std::getenv("PATH");
  HONE_TRY(start.program, find_program(words.at(0), path ? path : "/usr/bin:/bin", ""));
  start.words = words;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) start.environment.emplace_back(*entry);
  HONE_TRY(const auto running, system_programs().start(start));
  ProgramOutput output;
  const auto sink = [&](OutputStream stream, std::string_view piece) {
    std::string& text = stream == OutputStream::out ? output.out : output.err;
    text += piece.substr(0, output_bytes_max - std::min(output_bytes_max, text.size()));
  };
  const double until = system_clock().monotonic_seconds() + seconds;
  for (;;) {
    const auto end = running->wait(0.1, sink);
    if (end && end->start_error != 0)
      return fail(Error::Kind::unavailable, fmt::format("'{}' cannot be started: {}", quoted(start.program.string()),
                                                        std::strerror(end->start_error)));
    if (end) {
      output.exit_code = end->exit_code ? *end->exit_code : 128 + end->signal;
      return output;
    }
    if (system_clock().monotonic_seconds() > until)
      return fail(Error::Kind::unavailable,
                  fmt::format("`{}` did not answer within {}", quoted(join(words, " "), 200), duration_text(seconds)));
  }
}

}  // namespace hone

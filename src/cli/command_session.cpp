/// `hone session`.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "cli/common_flags.hpp"
#include "session/session.hpp"

namespace hone {
namespace {

/// Lines from stdin. A signal ends the waiting; so a blocking read would not do.
class LineSource {
 public:
  enum class Got { line, end, interrupted };

  /// `tick` is called about every second.
  explicit LineSource(std::function<void()> tick) : tick_(std::move(tick)) {}

  Got next(std::string& line) {
    for (;;) {
      if (const auto end = buffer_.find('\n', searched_); end != std::string::npos) {
        line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        searched_ = 0;
        return Got::line;
      }
      if (buffer_.size() > json_line_max) {  // will be refused by its length: the rest is not kept
        buffer_.resize(json_line_max + 1);
        overlong_ = true;
      }
      searched_ = buffer_.size();
      if (ended_) {
        line.swap(buffer_);
        buffer_.clear();
        searched_ = 0;
        return line.empty() ? Got::end : Got::line;
      }
      if (signalled()) return Got::interrupted;
      read_more();
    }
  }

 private:
  void read_more() {
    if (const double now = system_clock().monotonic_seconds(); now - ticked_ >= 1) {
      ticked_ = now;
      tick_();
    }
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, 200) <= 0) return;  // nothing yet, or a signal
    std::array<char, 65536> piece;
    const ssize_t got = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) ended_ = true;
    std::string_view rest(piece.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    if (overlong_) {
      rest.remove_prefix(std::min(rest.find('\n'), rest.size()));
      overlong_ = rest.empty();
    }
    buffer_ += rest;
  }

  std::function<void()> tick_;
  double ticked_ = 0;
  std::string buffer_;
  std::size_t searched_ = 0;  // so far there is no line end
  bool overlong_ = false;     // the line that is being read has been cut
  bool ended_ = false;
};

Result<SessionSetup> read_setup(const Arguments& arguments) {
  const std::string& path = arguments.positional("STUDY.toml");
  HONE_TRY(const std::string text, read_file(path));
  HONE_TRY(const StudyFile file, parse_study_file(text, path));
  SessionWishes wishes;
  HONE_TRY(wishes.name, arguments.text("--study"));
  HONE_TRY(wishes.sampler, arguments.text("--sampler"));
  HONE_TRY(wishes.pruner, arguments.text("--pruner"));
  HONE_TRY(wishes.trials, arguments.integer("--trials", 1, 1'000'000'000));
  HONE_TRY(wishes.seed, arguments.seed("--seed"));
  HONE_TRY(wishes.time_seconds, arguments.duration("--time"));
  return session_setup(file, std::filesystem::path(path).stem().string(), wishes);
}

Result<int> talk(const Arguments& arguments) {
  HONE_TRY(const SessionSetup setup, read_setup(arguments));
  HONE_TRY(const auto store, open_storage(arguments, true));
  HONE_TRY(const auto session, Session::open(*store, setup));
  install_interrupt_handler();
  LineSource source([&] { (void)session->tick(); });  // what lasts will be met by the next line
  std::string line;
  auto got = LineSource::Got::line;
  bool heard = true;
  while (heard && (got = source.next(line)) == LineSource::Got::line) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;  // an empty line asks for nothing
    const std::string answer = session->answer(line);
    heard = std::fwrite(answer.data(), 1, answer.size(), stdout) == answer.size() && std::fputc('\n', stdout) != EOF &&
            std::fflush(stdout) == 0;
  }
  HONE_TRY_VOID(session->close());
  if (got == LineSource::Got::interrupted)
    return fail(Error::Kind::interrupted,
                "interrupted; everything is saved, the same command goes on where it stopped");
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = talk(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {
    PositionalRow{"STUDY.toml", true, "study file: [study], [space], [search]; [run] max_step if trials have steps"}};
constexpr std::array flags = {
    FlagRow{.name = "--trials",
            .value_name = "N",
            .help = "trials of the study in total",
            .otherwise = "the file's; else no limit"},
    FlagRow{.name = "--time",
            .value_name = "TIME",
            .help = "time of the study in total, such as 90s, 10m, 2h",
            .otherwise = "the file's; else no limit"},
    FlagRow{.name = "--sampler",
            .value_name = "NAME",
            .help = "what proposes configurations; `hone samplers` lists them",
            .otherwise = "the file's; else auto"},
    FlagRow{.name = "--pruner",
            .value_name = "NAME",
            .help = "what stops trials early; `hone pruners` lists them",
            .otherwise = "the file's; else none"},
    FlagRow{.name = "--seed", .value_name = "N", .help = "seed of the study", .otherwise = "the file's; else 0"},
    FlagRow{.name = "--study",
            .value_name = "NAME",
            .help = "name of the study; one that exists goes on",
            .otherwise = "the file's; else made from the file"},
    storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone session study.toml --trials 100", "Waits for lines such as {\"ask\": {}} on standard input."},
    ExampleRow{"hone session study.toml --storage memory://", "The same; nothing is kept."}};

}  // namespace

constinit const CommandInfo session_command_info{
    .name = "session",
    .summary = "ask for values and tell results as lines of JSON, from any program",
    .description =
        "One object a line in, one a line out. {\"ask\": {}} gives a trial with its parameters, {\"report\": 0, "
        "\"step\": 1, "
        "\"value\": 0.5} a decision to continue, pause or stop, {\"tell\": 0, \"value\": 0.4} stores the result. "
        "docs/formats/session.md has the whole protocol. When standard input ends, trials that were not told go back "
        "to waiting; the same command goes on with the study.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone

#include "base/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "base/process_keeper.hpp"
#include "base/process_table.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

/// A file descriptor of ours, above 2 and closed on exec.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int file) : file_(file) {
    if (file_ < 0 || file_ > STDERR_FILENO) return;  // hone was started with a standard stream closed
    const int higher = ::fcntl(file_, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    ::close(file_);
    file_ = higher;
  }
  Descriptor(Descriptor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~Descriptor() { close(); }
  int get() const { return file_; }
  void close() {
    if (file_ >= 0) ::close(std::exchange(file_, -1));
  }

 private:
  int file_ = -1;
};

struct Channel {
  Descriptor ours, theirs;
};

/// What the keeper writes to `theirs` is read from `ours`, which never blocks.
std::optional<Channel> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  Channel channel{Descriptor(ends[0]), Descriptor(ends[1])};
  if (channel.ours.get() < 0 || channel.theirs.get() < 0) return std::nullopt;
  ::fcntl(channel.ours.get(), F_SETFL, O_NONBLOCK);
  return channel;
}

std::optional<Channel> make_control() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return std::nullopt;
  Channel channel{Descriptor(ends[0]), Descriptor(ends[1])};
  return channel.ours.get() < 0 || channel.theirs.get() < 0 ? std::nullopt : std::optional(std::move(channel));
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

ProgramEnd end_of(const KeeperReport& report) {
  ProgramEnd end;
  end.start_error = report.start_error;
  if (WIFSIGNALED(report.status))
    end.signal = WTERMSIG(report.status);
  else
    end.exit_code = WEXITSTATUS(report.status);
  end.cpu_seconds = report.cpu_seconds;
  end.peak_bytes = report.peak_bytes;
  end.swept = report.swept;
  return end;
}

class SystemProgram final : public RunningProgram {
 public:
  SystemProgram(pid_t keeper, Descriptor out, Descriptor err, Descriptor control)
      : keeper_(keeper), out_(std::move(out)), err_(std::move(err)), control_(std::move(control)) {}
  SystemProgram(const SystemProgram&) = delete;
  SystemProgram& operator=(const SystemProgram&) = delete;
  ~SystemProgram() override {
    control_.close();  // the keeper kills what is left
    reap();
  }

  std::optional<ProgramEnd> wait(double seconds, const OutputSink& sink) override {
    std::array<pollfd, 3> files = {pollfd{control_.get(), POLLIN, 0}, pollfd{out_.get(), POLLIN, 0},
                                   pollfd{err_.get(), POLLIN, 0}};
    if (::poll(files.data(), files.size(), static_cast<int>(std::ceil(std::max(seconds, 0.0) * 1e3))) <= 0)
      return std::nullopt;
    if (files[0].revents == 0) {
      if (files[1].revents != 0) read_piece(out_, OutputStream::out, sink);
      if (files[2].revents != 0) read_piece(err_, OutputStream::err, sink);
      return std::nullopt;
    }
    KeeperReport report;
    const ssize_t got = ::recv(control_.get(), &report, sizeof report, 0);
    if (got < 0 && errno == EINTR) return std::nullopt;
    // Nobody writes any more. (Whoever was given the pipe by other ways, and lives on, is not waited for.)
    while (read_piece(out_, OutputStream::out, sink)) {
    }
    while (read_piece(err_, OutputStream::err, sink)) {
    }
    reap();
    if (got == sizeof report) return end_of(report);
    ProgramEnd end;
    end.lost = true;
    return end;
  }
  void terminate() override { order(KeeperOrder::terminate); }
  void kill() override { order(KeeperOrder::kill); }
  std::int64_t memory_bytes(bool exact) override {
    const auto processes = descendants_of(keeper_);
    return exact ? proportional_bytes(processes) : resident_bytes(processes);
  }

 private:
  void order(KeeperOrder what) {
    const char order = static_cast<char>(what);
    ::send(control_.get(), &order, 1, MSG_NOSIGNAL | MSG_DONTWAIT);  // where nobody listens nobody is left
  }
  /// False if nothing was there.
  static bool read_piece(Descriptor& from, OutputStream stream, const OutputSink& sink) {
    if (from.get() < 0) return false;
    std::array<char, 65536> piece;
    const ssize_t got = ::read(from.get(), piece.data(), piece.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (got <= 0) {
      from.close();
      return false;
    }
    sink(stream, {piece.data(), static_cast<std::size_t>(got)});
    return true;
  }
  void reap() {
    if (keeper_ <= 0) return;
    while (::waitpid(keeper_, nullptr, 0) < 0 && errno == EINTR) {
    }
    keeper_ = -1;
  }

  pid_t keeper_;
  Descriptor out_, err_, control_;
};

class SystemPrograms final : public ProgramStarter {
 public:
  Result<std::unique_ptr<RunningProgram>> start(const ProgramStart& what) override {
    // Should a keeper be killed, its orphans come to us, where kill_processes_with finds them.
    static const int once = ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    (void)once;
    auto out = make_pipe(), err = make_pipe(), control = make_control();
    if (!out || !err || !control) return unavailable("connected to");
    const std::vector<char*> words = pointers(what.words), environment = pointers(what.environment);
    KeeperTask task;
    task.program = what.program.c_str();
    task.words = words.data();
    task.environment = environment.data();
    task.folder = what.folder.empty() ? nullptr : what.folder.c_str();
    task.out = out->theirs.get();
    task.err = err->theirs.get();
    task.control = control->theirs.get();
    const pid_t keeper = ::fork();
    if (keeper < 0) return unavailable("started");
    if (keeper == 0) keep_program(task);
    return std::make_unique<SystemProgram>(keeper, std::move(out->ours), std::move(err->ours),
                                           std::move(control->ours));
  }

 private:
  static std::unexpected<Error> unavailable(std::string_view what) {
    return fail(Error::Kind::unavailable,
                fmt::format("a further program cannot be {} ({}): run fewer at once (-j), or raise `ulimit -u` and "
                            "`ulimit -n`",
                            what, std::strerror(errno)));
  }
};

/// Why the file cannot be run, or nothing.
std::optional<Error> refusal(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0)
    return Error{Error::Kind::not_found, fmt::format("there is no program '{}'", quoted(file.string()))};
  if (S_ISDIR(info.st_mode))
    return Error{Error::Kind::invalid_argument, fmt::format("'{}' is a folder, not a program", quoted(file.string()))};
  if (::access(file.c_str(), X_OK) != 0)
    return Error{
        Error::Kind::invalid_argument,
        fmt::format("'{0}' may not be run: `chmod +x '{0}'`, or name its interpreter first", quoted(file.string()))};
  return std::nullopt;
}

}  // namespace

ProgramStarter& system_programs() {
  static SystemPrograms programs;
  return programs;
}

Result<std::filesystem::path> find_program(const std::string& word, std::string_view path,
                                           const std::filesystem::path& folder) {
  if (word.empty()) return refuse("the program's name is empty");
  const std::filesystem::path here = folder.empty() ? std::filesystem::path(".") : folder;
  if (word.find('/') != std::string::npos) {
    const std::filesystem::path file = word.front() == '/' ? std::filesystem::path(word) : here / word;
    std::error_code ignored;
    if (auto no = refusal(file)) return std::unexpected(std::move(*no));
    return std::filesystem::absolute(file, ignored).lexically_normal();
  }
  std::optional<Error> nearly;
  for (const std::string& each : split(path, ':')) {
    const std::filesystem::path file = (each.empty() ? here : std::filesystem::path(each)) / word;
    const auto no = refusal(file);
    std::error_code ignored;
    if (!no) return std::filesystem::absolute(file, ignored);
    if (no->kind != Error::Kind::not_found && !nearly) nearly = no;
  }
  if (nearly) return std::unexpected(std::move(*nearly));
  std::error_code ignored;
  const bool is_here = std::filesystem::is_regular_file(here / word, ignored);
  return fail(Error::Kind::not_found,
              fmt::format("there is no program '{0}' along $PATH; {1}", quoted(word),
                          is_here ? fmt::format("the one of this folder is './{}'", quoted(word))
                                  : "install it, or write its path with a '/'"));
}

std::string signal_text(int signal) {
  const char* name = ::sigabbrev_np(signal);
  const char* what = ::sigdescr_np(signal);
  if (name == nullptr) return fmt::format("signal {}", signal);
  return fmt::format("SIG{} ({})", name, what ? what : "");
}

}  // namespace hone

#include "base/process_keeper.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/process_table.hpp"

namespace hone {
namespace {

constexpr int tick_ms = 20;

void reset_signals() {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &standard, nullptr);  // some refuse: they stay
}

/// Only hone ends a keeper: neither Ctrl-C in the terminal nor a program's kill(0, ..) does.
void ignore_signals() {
  reset_signals();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGTSTP})
    ::signal(signal, SIG_IGN);
}

/// Closes everything but these, and lets 0, 1, 2 be /dev/null: what hone's own output is connected to must not stay
/// open on our account.
void keep_only(std::array<int, 3> files) {
  const int null = ::open("/dev/null", O_RDWR);
  for (int file = 0; file <= 2; ++file) ::dup2(null, file);
  std::ranges::sort(files);
  unsigned first = 3;
  for (const int file : files) {
    if (static_cast<unsigned>(file) > first) ::syscall(SYS_close_range, first, static_cast<unsigned>(file) - 1, 0);
    first = static_cast<unsigned>(file) + 1;
  }
  ::syscall(SYS_close_range, first, ~0u, 0);
}

/// When memory is short, the kernel is to end a trial rather than hone.
void volunteer_for_the_oom_killer() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  [[maybe_unused]] const auto written = ::write(file, "500", 3);
  ::close(file);
}

/// The program's own side; returns errno.
int become_program(const KeeperTask& task, pid_t keeper) {
  ::setsid();
  reset_signals();
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != keeper) return ESRCH;
  volunteer_for_the_oom_killer();
  if (::dup2(task.out, STDOUT_FILENO) < 0 || ::dup2(task.err, STDERR_FILENO) < 0) return errno;
  if (task.folder != nullptr && ::chdir(task.folder) != 0) return errno;
  ::syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
  ::execve(task.program, task.words, task.environment);
  return errno;
}

class Keeper {
 public:
  explicit Keeper(const KeeperTask& task) : task_(task), self_(::getpid()) {}

  KeeperReport run() {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    ::sigprocmask(SIG_SETMASK, &child, nullptr);
    changes_ = ::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    start();
    ::close(task_.out);
    ::close(task_.err);
    while (program_ > 0 && look()) {
      if (killing_) kill_children();
      wait();
    }
    rusage used{};
    ::getrusage(RUSAGE_CHILDREN, &used);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    report_.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    // Before it became the program, the child had our memory, and that counts as its own: below it nothing is known.
    rusage own{};
    ::getrusage(RUSAGE_SELF, &own);
    if (used.ru_maxrss > own.ru_maxrss) report_.peak_bytes = std::int64_t{used.ru_maxrss} * 1024;
    return report_;
  }

 private:
  void start() {
    // Closed once the child has become the program. It would share our memory until then, but where vfork is fork
    // (under ThreadSanitizer, say) it does not, and has no group of its own yet when we go on.
    int started[2];
    if (::pipe2(started, O_CLOEXEC) != 0) {
      report_.start_error = errno;
      return;
    }
    program_ = ::vfork();
    if (program_ == 0) {
      const int error = become_program(task_, self_);
      [[maybe_unused]] const auto written = ::write(started[1], &error, sizeof error);
      ::_exit(127);
    }
    if (program_ < 0) report_.start_error = errno;
    ::close(started[1]);
    int error = 0;
    if (::read(started[0], &error, sizeof error) == sizeof error) report_.start_error = error;
    ::close(started[0]);
  }

  /// Takes note of who has ended; false once nobody is left.
  bool look() {
    signalfd_siginfo ignored;
    while (::read(changes_, &ignored, sizeof ignored) > 0) {
    }
    for (;;) {
      int status = 0;
      const pid_t ended = ::waitpid(-1, &status, WNOHANG);
      if (ended < 0) return false;
      if (ended == 0) break;
      if (ended != program_) {
        report_.swept += killing_;
        continue;
      }
      over_ = true;
      report_.status = status;
    }
    if (over_ && !terminating_) killing_ = true;  // what it left running
    if (over_ && terminating_ && !group_lives()) killing_ = true;
    return true;
  }

  void wait() {
    std::array<pollfd, 2> files = {pollfd{task_.control, POLLIN, 0}, pollfd{changes_, POLLIN, 0}};
    // Members of the group that are not our children end without telling us.
    const int patience = killing_ || (over_ && terminating_) ? tick_ms : -1;
    if (::poll(files.data(), files.size(), patience) <= 0 || files[0].revents == 0) return;
    char order = 0;
    const ssize_t got = ::recv(task_.control, &order, 1, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got == 1 && order == static_cast<char>(KeeperOrder::terminate)) {
      terminating_ = true;
      if (!over_) ::kill(-program_, SIGTERM);
    } else {
      killing_ = true;
      if (got <= 0) task_.control = -1;  // hone is gone: poll leaves it out
    }
  }

  /// Our children cannot vanish before we have looked, so that their ids are theirs. Their children become ours when
  /// they end.
  void kill_children() {
    if (!over_) ::kill(-program_, SIGKILL);
    visit_processes(
        [](const ProcessStatus& status, void* context) {
          const auto& keeper = *static_cast<Keeper*>(context);
          if (status.parent != keeper.self_ || status.state == 'Z') return;
          ::kill(status.process, SIGKILL);
        },
        this);
  }

  /// The group is not asked by its id, which could be another group's by now.
  bool group_lives() {
    group_lives_ = false;
    visit_processes(
        [](const ProcessStatus& status, void* context) {
          auto& keeper = *static_cast<Keeper*>(context);
          if (status.group == keeper.program_ && status.state != 'Z') keeper.group_lives_ = true;
        },
        this);
    return group_lives_;
  }

  KeeperTask task_;
  pid_t self_, program_ = -1;
  int changes_ = -1;
  bool over_ = false;  // the program itself has ended
  bool terminating_ = false, killing_ = false, group_lives_ = false;
  KeeperReport report_;
};

}  // namespace

void keep_program(const KeeperTask& task) {
  ignore_signals();
  ::setsid();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_NAME, "hone-keeper");
  keep_only({task.out, task.err, task.control});
  const KeeperReport report = Keeper(task).run();
  ::send(task.control, &report, sizeof report, MSG_NOSIGNAL);
  ::_exit(0);
}

}  // namespace hone

// The first Ctrl-C asks to stop, the second ends the process at once.
#include "base/interrupt.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace hone {
namespace {

/// Exit code of a child process that runs `what`.
template <class What>
int in_child(What&& what) {
  const pid_t child = ::fork();
  if (child == 0) {
    install_interrupt_handler();
    _exit(what());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Interrupt, OnceAsksToStop) {
  EXPECT_EQ(in_child([] {
              const bool before = interrupted();
              std::raise(SIGINT);
              return !before && interrupted() && signalled() ? 7 : 1;
            }),
            7);
}

TEST(Interrupt, TwiceEndsAtOnce) {
  EXPECT_EQ(in_child([] {
              std::raise(SIGINT);
              std::this_thread::sleep_for(std::chrono::milliseconds(300));
              std::raise(SIGINT);
              return 7;
            }),
            130);
  EXPECT_EQ(in_child([] {  // `timeout` sends it to the process and to its group: that is once
              std::raise(SIGINT);
              std::raise(SIGINT);
              return 7;
            }),
            7);
  EXPECT_EQ(in_child([] {  // what a service manager sends is no impatient user
              std::raise(SIGTERM);
              std::raise(SIGTERM);
              return 7;
            }),
            7);
}

TEST(Interrupt, AClosedPipeAndALimitOnFileSizesAreErrorsOfTheWrite) {
  EXPECT_EQ(in_child([] {
              std::raise(SIGPIPE);
              std::raise(SIGXFSZ);
              return 7;
            }),
            7);
}

}  // namespace
}  // namespace hone

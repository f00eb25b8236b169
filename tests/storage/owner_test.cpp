// Who holds a trial, and whether they may still be alive.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "storage/store.hpp"

namespace hone {
namespace {

TEST(Owner, KnowsThisProcess) {
  const Owner me = Owner::this_process();
  EXPECT_EQ(me.process, ::getpid());
  EXPECT_GT(me.process_start, 0);
  EXPECT_EQ(me.boot_id.size(), 36u);
  EXPECT_TRUE(me.same_host());
  EXPECT_TRUE(me.may_be_alive());
  EXPECT_NE(me.text().find(me.boot_id), std::string::npos);
}

TEST(Owner, AnEndedThreadIsNoEndedProcess) {
  Owner owner;
  std::thread([&] { owner = Owner::this_process(); }).join();
  EXPECT_TRUE(owner.may_be_alive());
}

TEST(Owner, IsDeadOnlyIfThatIsCertain) {
  Owner other = Owner::this_process();
  ++other.process_start;
  EXPECT_FALSE(other.may_be_alive());  // the number was given to another process
  other = Owner::this_process();
  other.boot_id[0] = other.boot_id[0] == '0' ? '1' : '0';
  EXPECT_FALSE(other.may_be_alive());
  other.boot_id.clear();
  EXPECT_TRUE(other.may_be_alive());
  other = Owner::this_process();
  other.host += "-not";
  other.process = 1 << 22;  // above every process id
  EXPECT_FALSE(other.same_host());
  EXPECT_TRUE(other.may_be_alive());
  other.host = Owner::this_process().host;
  EXPECT_FALSE(other.may_be_alive());
}

TEST(Owner, ReadsNamesThatLookLikeTheRestOfTheLine) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_NAME, "a) Z 1 (b c");
    const std::int64_t start = Owner::this_process().process_start;
    (void)!::write(ends[1], &start, sizeof start);
    for (;;) ::pause();
  }
  Owner owner = Owner::this_process();
  owner.process = child;
  ASSERT_EQ(::read(ends[0], &owner.process_start, sizeof owner.process_start),
            static_cast<ssize_t>(sizeof owner.process_start));
  EXPECT_TRUE(owner.may_be_alive());
  ::kill(child, SIGKILL);
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  EXPECT_FALSE(owner.may_be_alive());  // ended, though nobody has taken note yet
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(owner.may_be_alive());
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace hone

// Who is at work in a folder, seen from other processes.
#include "base/presence.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/files.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

/// A child process that is present in the folder until it is killed.
class Other {
 public:
  Other(const std::filesystem::path& folder, bool alone) {
    int ready[2] = {};
    if (::pipe(ready) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
      const auto presence = alone ? Presence::enter_alone(folder) : Presence::enter(folder);
      const char answer = presence ? 'y' : 'n';
      if (::write(ready[1], &answer, 1) != 1) _exit(1);
      for (;;) ::pause();
    }
    is_in_ = ::read(ready[0], &answer_, 1) == 1 && answer_ == 'y';
    ::close(ready[0]);
    ::close(ready[1]);
  }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;
  ~Other() { kill(); }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  bool is_in() const { return is_in_; }
  pid_t process() const { return process_; }

 private:
  pid_t process_ = -1;
  char answer_ = 0;
  bool is_in_ = false;
};

TEST(Presence, ManyMayBePresentOneMayBeAlone) {
  const TemporaryFolder folder;
  Other first(folder.path(), false), second(folder.path(), false);
  EXPECT_TRUE(first.is_in() && second.is_in());
  const auto refused = Presence::enter_alone(folder.path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::conflict);
  EXPECT_TRUE(refused.error().message.starts_with("process ")) << refused.error().message;
  first.kill();
  const auto still = Presence::enter_alone(folder.path());
  ASSERT_FALSE(still);
  EXPECT_TRUE(still.error().message.starts_with(fmt::format("process {} (", second.process())))
      << still.error().message;
  second.kill();  // no word of goodbye is needed
  EXPECT_TRUE(Presence::enter_alone(folder.path()));
}

TEST(Presence, WhoIsAloneLetsNobodyIn) {
  const TemporaryFolder folder;
  Other other(folder.path(), true);
  ASSERT_TRUE(other.is_in());
  EXPECT_FALSE(Presence::enter(folder.path()));
  other.kill();
  EXPECT_TRUE(Presence::enter(folder.path()));
}

TEST(Presence, WithoutAFolderNobodyCanBePresent) {
  const TemporaryFolder folder;
  EXPECT_TRUE(Presence::enter_alone(folder.path() / "none"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "none"));
  EXPECT_FALSE(Presence::enter(folder.path() / "none"));
}

TEST(Files, WhatKilledProcessesLeftIsRemoved) {
  const TemporaryFolder folder;
  const pid_t dead = ::fork();
  if (dead == 0) _exit(0);
  ::waitpid(dead, nullptr, 0);
  const auto path = [&](const std::string& name) { return folder.path() / name; };
  const std::string left = fmt::format("model.hone.tmp{}", dead), ours = fmt::format("model.hone.tmp{}", ::getpid());
  for (const std::string& name : {left, ours, std::string("notes.tmp"), std::string("notes.tmp2x")})
    ASSERT_TRUE(write_file(path(name), "x"));
  remove_abandoned(folder.path());
  EXPECT_FALSE(std::filesystem::exists(path(left)));
  for (const std::string& name : {ours, std::string("notes.tmp"), std::string("notes.tmp2x")})
    EXPECT_TRUE(std::filesystem::exists(path(name))) << name;
  remove_abandoned(path("none"));
}

}  // namespace
}  // namespace hone

// Programs under a keeper: their ends, their output, and that nothing of them is left.
#include "base/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>

#include "base/process_table.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

struct Finished {
  ProgramEnd end;
  std::string out, err;
};

ProgramStart shell(const std::string& text) {
  ProgramStart start;
  start.program = "/bin/sh";
  start.words = {"sh", "-c", text};
  start.environment = {"PATH=/usr/bin:/bin", "A=1"};
  return start;
}

Finished finish(RunningProgram& program) {
  Finished all;
  std::optional<ProgramEnd> end;
  while (!end)
    end = program.wait(10, [&](OutputStream stream, std::string_view piece) {
      (stream == OutputStream::out ? all.out : all.err) += piece;
    });
  all.end = *end;
  return all;
}

Finished run(const ProgramStart& start) {
  auto program = system_programs().start(start);
  EXPECT_TRUE(program.has_value());
  return finish(**program);
}

TEST(Process, OutputAndExitCode) {
  ProgramStart start = shell("echo $A $(pwd); echo oops >&2; exit 7");
  const TemporaryFolder folder;
  start.folder = folder.path();
  const Finished all = run(start);
  EXPECT_EQ(all.out, "1 " + std::filesystem::canonical(folder.path()).string() + "\n");
  EXPECT_EQ(all.err, "oops\n");
  EXPECT_EQ(all.end.exit_code, 7);
  EXPECT_EQ(all.end.start_error, 0);
  EXPECT_EQ(all.end.swept, 0);
  EXPECT_GT(all.end.cpu_seconds, 0);
}

TEST(Process, WhatCannotBeStarted) {
  ProgramStart start = shell("");
  start.program = "/no/such/program";
  EXPECT_EQ(run(start).end.start_error, ENOENT);
  start = shell("");
  start.folder = "/no/such/folder";
  EXPECT_EQ(run(start).end.start_error, ENOENT);
}

TEST(Process, Signals) {
  EXPECT_EQ(run(shell("kill -TERM $$")).end.signal, SIGTERM);
  auto program = system_programs().start(shell("sleep 1000 & wait"));
  (*program)->terminate();
  EXPECT_EQ(finish(**program).end.signal, SIGTERM);
  auto deaf = system_programs().start(shell("trap '' TERM; echo on; sleep 1000; sleep 1000"));
  std::string heard;
  while (heard.empty()) (*deaf)->wait(10, [&](OutputStream, std::string_view piece) { heard += piece; });
  (*deaf)->terminate();
  EXPECT_FALSE((*deaf)->wait(0.05, [](OutputStream, std::string_view) {}).has_value());
  (*deaf)->kill();
  EXPECT_EQ(finish(**deaf).end.signal, SIGKILL);
}

TEST(Process, ADestroyedOneIsGoneWithAllItStarted) {
  {
    auto program = system_programs().start(shell("(setsid sleep 1000 &) ; sleep 1000 & echo on; wait"));
    std::string heard;
    while (heard.empty()) (*program)->wait(10, [&](OutputStream, std::string_view piece) { heard += piece; });
    EXPECT_GE(descendants_of(::getpid()).size(), 3u);
    EXPECT_GT((*program)->memory_bytes(false), 100'000);
    EXPECT_GT((*program)->memory_bytes(true), 10'000);
  }
  EXPECT_TRUE(descendants_of(::getpid()).empty());
}

TEST(Process, WhatIsLeftRunningIsCounted) {
  const Finished all = run(shell("sleep 1000 & sleep 1000 & (setsid sleep 1000 &); exit 0"));
  EXPECT_EQ(all.end.exit_code, 0);
  EXPECT_GE(all.end.swept, 2);
  EXPECT_TRUE(descendants_of(::getpid()).empty());
}

TEST(Process, ManyAtOnceDoNotHoldEachOthersPipes) {
  std::vector<std::unique_ptr<RunningProgram>> programs;
  for (int i = 0; i < 20; ++i) programs.push_back(std::move(*system_programs().start(shell("read x; echo done"))));
  for (auto& program : programs) EXPECT_EQ(finish(*program).out, "done\n");
}

TEST(Process, FindsPrograms) {
  EXPECT_EQ(*find_program("sh", "/nowhere:/bin", ""), "/bin/sh");
  EXPECT_EQ(*find_program("./sh", "", "/bin"), "/bin/sh");
  EXPECT_FALSE(find_program("sh", "/nowhere", "").has_value());
  EXPECT_FALSE(find_program("", "/bin", "").has_value());
  EXPECT_FALSE(find_program("/bin", "/bin", "").has_value());
}

TEST(ProcessTable, KnowsThisProcess) {
  const auto self = process_status(::getpid());
  ASSERT_TRUE(self.has_value());
  EXPECT_EQ(self->parent, ::getppid());
  EXPECT_EQ(self->group, ::getpgrp());
  EXPECT_GT(self->page_count, 100);
  EXPECT_FALSE(process_status(0).has_value());
  EXPECT_EQ(kill_processes_with(std::vector<std::string>{"HONE_TEST_NOBODY=has this"}), 0);
}

}  // namespace
}  // namespace hone

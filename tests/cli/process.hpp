// Runs the program as a user would: arguments, folder, output, exit code; and can kill it.
#pragma once
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/files.hpp"

namespace hone {

/// A running `hone`, its two outputs going to files in `folder`.
class Process {
 public:
  /// `before`: a command that runs the program, such as a shell that sets limits first.
  Process(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
          const std::vector<std::string>& before = {})
      : out_(folder / "stdout.txt"), err_(folder / "stderr.txt") {
    std::error_code ignored;  // what an earlier process wrote must not be taken for this one's
    std::filesystem::remove(out_, ignored);
    std::filesystem::remove(err_, ignored);
    std::vector<std::string> words = before;
    words.emplace_back(HONE_BINARY);
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      if (::chdir(folder.c_str()) != 0) _exit(126);
      const int out = ::open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
      const int err = ::open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
      const int in = ::open("/dev/null", O_RDONLY);
      ::dup2(in, 0);
      ::dup2(out, 1);
      ::dup2(err, 2);
      ::execv(argv[0], argv.data());
      _exit(127);
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (pid_ > 0 && !ended_) {
      ::kill(pid_, SIGKILL);
      wait();
    }
  }

  pid_t id() const { return pid_; }
  void signal(int number) { ::kill(pid_, number); }
  /// Exit code, or 128 + signal.
  int wait() {
    while (!ended_) poll(0);
    return code_;
  }
  /// True if it ended within the time.
  bool wait_for(std::chrono::microseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (!ended_ && std::chrono::steady_clock::now() < until) {
      poll(WNOHANG);
      if (!ended_) std::this_thread::sleep_for(std::min(time, std::chrono::microseconds(1000)));
    }
    return ended_;
  }
  std::string out() const { return read_file(out_).value_or(""); }
  std::string err() const { return read_file(err_).value_or(""); }

 private:
  void poll(int options) {
    int status = 0;
    if (::waitpid(pid_, &status, options) != pid_) return;
    ended_ = true;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::filesystem::path out_, err_;
  pid_t pid_ = -1;
  bool ended_ = false;
  int code_ = -1;
};

struct Ran {
  int code = -1;
  std::string out, err;
};

inline Ran run_hone(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
                    const std::vector<std::string>& before = {}) {
  Process process(folder, arguments, before);
  Ran ran;
  ran.code = process.wait();
  ran.out = process.out();
  ran.err = process.err();
  return ran;
}

}  // namespace hone

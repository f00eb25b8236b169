#include "storage/postgres_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace hone {
namespace {

const std::filesystem::path programs = "/usr/lib/postgresql/15/bin";

/// Runs `words` as `user` (null: as this process); never returns. After a fork: calls nothing that takes a lock.
[[noreturn]] void become(const passwd* user, char* const* words, const char* log) {
  const int file = ::open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, 0);
  ::dup2(file, 1);
  ::dup2(file, 2);
  if (user && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
    ::_exit(126);
  // After the change of user, which clears it. An immediate shutdown, however the tests end.
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() == 1) ::_exit(125);  // too late: they have ended already
  ::execv(words[0], words);
  ::_exit(127);
}

int start_program(const passwd* user, const std::vector<std::string>& words, const std::string& log) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  const int child = ::fork();
  if (child == 0) become(user, pointers.data(), log.c_str());
  return child;
}

int wait_for(int child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

}  // namespace

PostgresServer* PostgresServer::instance() {
  static PostgresServer server;
  static const bool started = server.start();
  return started ? &server : nullptr;
}

const std::string& PostgresServer::why_not() {
  static const std::string text =
      fmt::format("there is no PostgreSQL server in {}: apt-get install postgresql-15", programs.string());
  return text;
}

bool PostgresServer::start() {
  if (!std::filesystem::exists(programs / "initdb")) return false;
  std::string pattern = (std::filesystem::temp_directory_path() / "hone-pg-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
  log_ = (folder_ / "log").string();
  if (::getuid() == 0) {  // it refuses to be run by root
    user_ = ::getpwnam("postgres");
    if (!user_) user_ = ::getpwnam("nobody");
    if (!user_ || ::chown(folder_.c_str(), user_->pw_uid, user_->pw_gid) != 0) return false;
  }
  const std::vector<std::string> words = {(programs / "initdb").string(),
                                          "-D",
                                          (folder_ / "data").string(),
                                          "--no-sync",
                                          "--auth=trust",
                                          "-U",
                                          "hone",
                                          "-E",
                                          "UTF8",
                                          "--locale=C"};
  if (wait_for(start_program(user_, words, log_)) != 0) {
    std::fprintf(stderr, "initdb failed, see %s\n", log_.c_str());
    return false;
  }
  return start_process();
}

bool PostgresServer::start_process() {
  // No TCP. What is not written when it is stopped is lost; what is written survives here, as the machine goes on.
  process_ = start_program(user_,
                           {(programs / "postgres").string(), "-D", (folder_ / "data").string(), "-k", folder_.string(),
                            "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60", "-c",
                            "shared_buffers=32MB", "-c", "autovacuum=off", "-c", "dynamic_shared_memory_type=mmap"},
                           log_);
  for (int i = 0; i < 1500; ++i) {  // 30 s
    if (sql("/postgres" + options(), "SELECT 1") == "1\n") return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  std::fprintf(stderr, "the PostgreSQL server does not start, see %s\n", log_.c_str());
  return false;
}

void PostgresServer::stop_at_once() {
  if (process_ > 0) {
    ::kill(process_, SIGQUIT);
    wait_for(process_);
  }
  process_ = 0;
}

PostgresServer::~PostgresServer() {
  stop_at_once();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

bool PostgresServer::restart_at_once() {
  stop_at_once();
  return start_process();
}

std::string PostgresServer::options() const {
  return fmt::format("?host={}&user=hone", folder_.string());
}

std::string PostgresServer::new_database() {
  const std::string name = fmt::format("test{}", ++databases_);
  sql("/postgres" + options(), fmt::format("CREATE DATABASE {} TEMPLATE template0", name));
  return "/" + name + options();
}

std::string PostgresServer::sql(const std::string& rest, const std::string& text) {
  const std::string command = fmt::format(
      "{}/psql -X -q -A -t -v ON_ERROR_STOP=1 'postgresql://{}' <<'END' 2>&1\n{};\nEND", programs.string(), rest, text);
  std::FILE* const out = ::popen(command.c_str(), "r");
  std::string all;
  char part[4096];
  for (std::size_t size = 0; out && (size = std::fread(part, 1, sizeof part, out)) > 0;) all.append(part, size);
  if (out) ::pclose(out);
  return all;
}

std::string new_store(std::string_view scheme, const std::filesystem::path& folder) {
  if (scheme == "memory") return "";
  if (scheme == "postgresql") return PostgresServer::instance()->new_database();
  return "/" + (folder / "studies").string();
}

}  // namespace hone

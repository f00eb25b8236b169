// A PostgreSQL server for tests: its own, started once per test program in a temporary folder, reached through a socket
// there and by nobody else; gone with the program, however that ends.
#pragma once
#include <pwd.h>

#include <filesystem>
#include <string>

namespace hone {

class PostgresServer {
 public:
  /// Starts it at the first call, which must come from the main thread. Null if this machine has none.
  static PostgresServer* instance();
  /// What to install then.
  static const std::string& why_not();

  /// A new, empty database in it: its URL without "postgresql://".
  std::string new_database();
  /// SQL as the superuser in the database of such a URL: what psql answers, unaligned, errors included.
  std::string sql(const std::string& rest, const std::string& text);
  /// The server forgets what it has not written, and is there again. False if it does not come back.
  bool restart_at_once();

 private:
  PostgresServer() = default;
  ~PostgresServer();
  bool start();
  bool start_process();
  void stop_at_once();
  std::string options() const;

  std::filesystem::path folder_;
  std::string log_;
  const passwd* user_ = nullptr;  // whom it runs as; null: as whoever runs the tests
  int process_ = 0;
  int databases_ = 0;
};

/// The rest of the URL of a new, empty store of `scheme`, in `folder` if it is a file; "" for one in memory. Skips the
/// test where there is no server.
#define HONE_NEW_STORE(rest, scheme, folder)                                                              \
  if ((scheme) == "postgresql" && !PostgresServer::instance()) GTEST_SKIP() << PostgresServer::why_not(); \
  const std::string rest = new_store((scheme), (folder))
std::string new_store(std::string_view scheme, const std::filesystem::path& folder);

}  // namespace hone

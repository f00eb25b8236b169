/// Connections to one server, for any number of threads: a few, opened when needed, opened again when they break.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>

#include "storage/postgres_connection.hpp"

namespace hone {

struct PostgresOptions {
  std::string url;  ///< as libpq takes it
  bool create = false;
  double busy_seconds = 10;        ///< how long a verb waits for locks, and for a server that is away
  const LibPq* library = nullptr;  ///< null: libpq.so.5
  std::size_t connections = 4;     ///< at most so many at once, beside the one that syncs
  bool one_transaction = false;    ///< the verbs are parts of one: none of them is durable by itself
};

class PostgresPool {
 public:
  using Work = std::function<Result<PgRows>(PgConnection&)>;

  /// `options.library` is set.
  explicit PostgresPool(PostgresOptions options) : options_(std::move(options)) {}
  const PostgresOptions& options() const { return options_; }

  /// Runs `work`, on another connection if that one broke, until `busy_seconds` are over: it must be safe to repeat
  /// after it was done. Errors: of opening a connection, of `work`.
  Result<PgRows> run(const Work& work);
  Result<PgRows> run(const PgStatement& statement, const PgParameters& parameters) {
    return run([&](PgConnection& connection) { return connection.run(statement, parameters); });
  }

 private:
  /// Waits for one that is free.
  Result<std::unique_ptr<PgConnection>> take();
  void give_back(std::unique_ptr<PgConnection> connection);

  PostgresOptions options_;
  std::mutex mutex_;  // guards the rest
  std::condition_variable freed_;
  std::vector<std::unique_ptr<PgConnection>> idle_;
  std::size_t open_ = 0;  // idle or in use
};

/// Waits longer each time: nothing, then 10 ms, doubling to 0.5 s. False when `seconds` are over since the beginning.
class Backoff {
 public:
  explicit Backoff(double seconds);
  bool wait();

 private:
  double deadline_, pause_ = 0;
};

/// Brings what others have committed without waiting to the server's disk; threads that wait share one sync.
class PostgresSync {
 public:
  explicit PostgresSync(PostgresOptions options) : options_(std::move(options)) {}

  /// To be asked before the verb that is to be durable: connects if need be. Errors: of opening a connection.
  Result<std::uint64_t> begin();
  /// After it: returns true when all that has been committed since is on the disk. False: the connection broke in
  /// between, so that the server may have forgotten it: the verb must be repeated. Errors: the server is full.
  Result<bool> reach(std::uint64_t begun);
  std::int64_t syncs() const { return syncs_; }

 private:
  PostgresOptions options_;
  std::mutex mutex_;  // guards the rest but the connection, which one thread uses at a time
  std::condition_variable changed_;
  std::unique_ptr<PgConnection> connection_;
  std::uint64_t epoch_ = 0;                   // counts connections: as long as it stays, the server has not crashed
  std::uint64_t started_ = 0, finished_ = 0;  // syncs
  bool syncing_ = false;
  std::int64_t syncs_ = 0;
};

}  // namespace hone

#include "storage/postgres_pool.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/clock.hpp"

namespace hone {
namespace {

constexpr double first_pause = 0.01, longest_pause = 0.5;  // seconds

/// `setting`: SQL for the whole session.
Result<std::unique_ptr<PgConnection>> connect_once(const PostgresOptions& options, const char* setting) {
  HONE_TRY(auto connection, PgConnection::open(*options.library, options.url, options.busy_seconds));
  HONE_TRY_VOID(connection->run(setting));
  return connection;
}

Result<std::unique_ptr<PgConnection>> connect(const PostgresOptions& options, const char* setting) {
  Backoff backoff(options.busy_seconds);
  for (;;) {
    auto connection = connect_once(options, setting);
    if (connection || connection.error().kind != Error::Kind::unavailable || !backoff.wait()) return connection;
  }
}

}  // namespace

Backoff::Backoff(double seconds) : deadline_(system_clock().monotonic_seconds() + seconds) {}

bool Backoff::wait() {
  if (system_clock().monotonic_seconds() + pause_ > deadline_) return false;
  std::this_thread::sleep_for(std::chrono::duration<double>(pause_));
  pause_ = std::clamp(2 * pause_, first_pause, longest_pause);
  return true;
}

Result<std::unique_ptr<PgConnection>> PostgresPool::take() {
  {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [&] { return !idle_.empty() || open_ < options_.connections; });
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    ++open_;
  }
  auto connection = connect(options_, "SET synchronous_commit = off");
  if (!connection) give_back(nullptr);
  return connection;
}

void PostgresPool::give_back(std::unique_ptr<PgConnection> connection) {
  const bool good = connection && !connection->is_broken();
  std::vector<std::unique_ptr<PgConnection>> gone;  // closed without the lock
  {
    const std::scoped_lock lock(mutex_);
    if (good) {
      idle_.push_back(std::move(connection));
    } else {  // the server most likely cut the others as well
      open_ -= 1 + idle_.size();
      gone.swap(idle_);
    }
  }
  if (good)
    freed_.notify_one();
  else
    freed_.notify_all();
}

Result<PgRows> PostgresPool::run(const Work& work) {
  Backoff backoff(options_.busy_seconds);
  for (;;) {
    HONE_TRY(auto connection, take());
    auto rows = work(*connection);
    const bool again = !rows && connection->may_try_again();
    if (!rows && !connection->is_broken()) (void)connection->run("ROLLBACK");  // if it left a transaction open
    give_back(std::move(connection));
    if (!again || !backoff.wait()) return rows;
  }
}

Result<std::uint64_t> PostgresSync::begin() {
  const std::scoped_lock lock(mutex_);
  if (connection_) return epoch_;
  HONE_TRY(connection_, connect(options_, "SET synchronous_commit = on"));
  return ++epoch_;
}

Result<bool> PostgresSync::reach(std::uint64_t begun) {
  std::unique_lock lock(mutex_);
  const std::uint64_t wanted = started_ + 1;  // one that is under way may have begun too early
  while (epoch_ == begun && connection_ && finished_ < wanted) {
    if (syncing_) {
      changed_.wait(lock);
      continue;
    }
    syncing_ = true;
    const std::uint64_t number = ++started_;
    PgConnection& connection = *connection_;
    lock.unlock();
    // The log is flushed in order, and this message comes after all that has been committed. It costs 60 bytes there.
    const auto done = connection.run("SELECT pg_logical_emit_message(true, 'hone', '')");
    lock.lock();
    syncing_ = false;
    ++syncs_;
    const bool final = !done && !connection.may_try_again();
    if (done)
      finished_ = number;
    else
      connection_.reset();
    changed_.notify_all();
    if (final) return std::unexpected(done.error());
  }
  return epoch_ == begun && finished_ >= wanted;
}

}  // namespace hone

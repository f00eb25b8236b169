/// One connection to a PostgreSQL server: statements with parameters, rows, and what is wrong in plain words.
#pragma once
#include <concepts>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/libpq.hpp"
#include "storage/store.hpp"

namespace hone {

/// PostgreSQL keeps no zero byte and nothing but UTF-8 in a text. Such bytes, and the escape itself, are kept as byte
/// 0x10 and two hexadecimal digits; all other text stands for itself.
std::string escaped_text(std::string_view text);
std::string unescaped_text(std::string_view text);

/// The parameters $1, $2, ... of a statement.
class PgParameters {
 public:
  template <class... Values>
  explicit PgParameters(const Values&... values) {
    (add(values), ...);
  }
  void add(std::string_view text) { values_.emplace_back(escaped_text(text)); }
  void add(const char* text) { add(std::string_view(text)); }
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(std::integral auto number) { values_.emplace_back(std::to_string(number)); }
  void add(double number);
  void add(const std::optional<double>& number) { number ? add(*number) : add(nullptr); }
  void add(std::nullptr_t) { values_.emplace_back(std::nullopt); }
  // Arrays.
  void add(std::span<const double> numbers);
  void add(const std::vector<double>& numbers) { add(std::span<const double>(numbers)); }
  void add(const std::vector<std::int64_t>& numbers);
  void add(const std::vector<std::string>& texts);
  void add(const std::vector<bool>& flags);

  const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  std::vector<std::optional<std::string>> values_;
};

/// An answer. Copies share it.
class PgRows {
 public:
  PgRows(const LibPq& library, pg_result* result);
  int count() const { return library_->ntuples(result_.get()); }
  bool is_null(int row, int column) const { return library_->getisnull(result_.get(), row, column) != 0; }
  /// As it came: valid as long as this object.
  std::string_view raw(int row, int column) const;
  std::string text(int row, int column) const { return unescaped_text(raw(row, column)); }
  bool flag(int row, int column) const { return raw(row, column) == "t"; }
  /// 0 if it is no integer.
  std::int64_t integer(int row, int column) const;
  /// Errors: `corrupt`.
  Result<double> real(int row, int column) const;
  /// All numbers of an array of any depth, in order; none of NULL. Errors: `corrupt`.
  Result<std::vector<double>> reals(int row, int column) const;

 private:
  const LibPq* library_;
  std::shared_ptr<pg_result> result_;
};

/// Prepared at its first use on a connection. Both are literals; the address of a statement is its identity.
struct PgStatement {
  const char* name;
  const char* sql;
};

/// Used by one thread at a time.
class PgConnection {
 public:
  /// Waits for locks up to `busy_seconds`. Errors: `invalid_argument` (URL, password, no such database) with the cure;
  /// `unavailable` if nobody answers, or not now.
  static Result<std::unique_ptr<PgConnection>> open(const LibPq& library, const std::string& url, double busy_seconds);
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  /// Errors: `unavailable`, `corrupt`. Then `may_try_again()` says whether the same may work, on this connection or,
  /// if it is broken, on another.
  Result<PgRows> run(const PgStatement& statement, const PgParameters& parameters);
  /// The same, and all that was committed up to it is on the server's disk. Both go in one message: the statement's own
  /// transaction commits without waiting, so that what it locked is free, and a second one waits.
  Result<PgRows> run_durably(const PgStatement& statement, const PgParameters& parameters);
  /// One or several statements without parameters; the rows of the last one.
  Result<PgRows> run(const char* sql);
  bool is_broken() const { return is_broken_; }
  bool may_try_again() const { return may_try_again_; }

 private:
  PgConnection(const LibPq& library, pg_conn* connection, std::string shown)
      : library_(&library), connection_(connection), shown_(std::move(shown)) {}
  Result<void> prepare(const PgStatement& statement, int parameters);
  bool send(const PgStatement& statement, const PgParameters& parameters);
  /// Of the next statement in the pipeline.
  Result<PgRows> receive();
  Result<PgRows> checked(pg_result* result);

  const LibPq* library_;
  pg_conn* connection_;
  std::string shown_;  // the URL without password
  std::set<const PgStatement*> prepared_;
  bool is_broken_ = false, may_try_again_ = false;
};

}  // namespace hone

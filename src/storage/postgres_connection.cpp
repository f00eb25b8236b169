#include "storage/postgres_connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace hone {
namespace {

constexpr char escape = 0x10;  // "data link escape"

/// How many bytes the UTF-8 character at the front of `text` has; 0 if there is none, or it must be escaped.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return first == 0 || first == static_cast<unsigned char>(escape) ? 0 : 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool good = follows(1) && follows(2) && (first != 0xe0 || second >= 0xa0) && (first != 0xed || second < 0xa0);
    return good ? 3 : 0;
  }
  const bool good = first >= 0xf0 && first <= 0xf4 && follows(1) && follows(2) && follows(3) &&
                    (first != 0xf0 || second >= 0x90) && (first != 0xf4 || second < 0x90);
  return good ? 4 : 0;
}

/// As PostgreSQL reads it.
std::string number_parameter(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, number).ptr);
}

template <class List, class Text>
std::string array_parameter(const List& list, Text&& text) {
  std::string all = "{";
  for (const auto& one : list) {
    if (all.size() > 1) all += ',';
    all += text(one);
  }
  return all + '}';
}

std::string quoted_element(const std::string& text) {
  std::string all = "\"";
  for (const char c : escaped_text(text)) {
    if (c == '"' || c == '\\') all += '\\';
    all += c;
  }
  return all + '"';
}

std::unexpected<Error> not_a_number(std::string_view text) {
  return fail(Error::Kind::corrupt, fmt::format("a stored number is '{}'", quoted(text)));
}

/// In one line.
std::string flat(std::string_view message) {
  std::string all;
  for (const char c : trim(message))
    if (const char flat = c == '\n' || c == '\t' ? ' ' : c; flat != ' ' || !all.ends_with(' ')) all += flat;
  return all;
}

/// A failure by its five-character code, whose first two are its class.
struct Failure {
  Error::Kind kind;
  std::string_view cure;
  bool may_try_again = false, breaks = false;
};

Failure failure_of(std::string_view state) {
  using Kind = Error::Kind;
  const std::string_view kind = state.substr(0, 2);
  if (state == "40001" || state == "40P01") return {Kind::unavailable, "try again", true};
  if (state == "55P03") return {Kind::unavailable, "somebody holds the study's lock: try again", false};
  if (kind == "57" || kind == "08") return {Kind::unavailable, "is the server being restarted?", true, true};
  if (state == "25P03") return {Kind::unavailable, "this process was stopped in between", true, true};
  if (kind == "53") return {Kind::unavailable, "see to the server's disk, memory or max_connections, then try again"};
  if (state == "42501")
    return {Kind::invalid_argument, "let the owner of the database type: GRANT CREATE ON DATABASE ... TO ..."};
  if (state == "25006") return {Kind::invalid_argument, "name the primary server, not a read-only copy of it"};
  if (kind == "22" || kind == "23") return {Kind::corrupt, "what is stored contradicts itself"};
  return {Kind::unavailable, "see the server's log"};
}

}  // namespace

std::string escaped_text(std::string_view text) {
  std::string all;
  all.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) all += fmt::format("{}{:02x}", escape, static_cast<unsigned char>(text[0]));
    all.append(text.substr(0, size));
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return all;
}

std::string unescaped_text(std::string_view text) {
  std::string all;
  for (std::size_t at = text.find(escape); at != std::string_view::npos; at = text.find(escape)) {
    unsigned byte = 0;
    const std::string_view digits = text.substr(at + 1, 2);
    std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    all.append(text.substr(0, at)).push_back(static_cast<char>(byte));
    text.remove_prefix(at + 1 + digits.size());
  }
  return all.append(text);
}

void PgParameters::add(double number) {
  values_.emplace_back(number_parameter(number));
}
void PgParameters::add(std::span<const double> numbers) {
  values_.emplace_back(array_parameter(numbers, number_parameter));
}
void PgParameters::add(const std::vector<std::int64_t>& numbers) {
  values_.emplace_back(array_parameter(numbers, [](std::int64_t number) { return std::to_string(number); }));
}
void PgParameters::add(const std::vector<std::string>& texts) {
  values_.emplace_back(array_parameter(texts, quoted_element));
}
void PgParameters::add(const std::vector<bool>& flags) {
  values_.emplace_back(array_parameter(flags, [](bool flag) { return flag ? "t" : "f"; }));
}

PgRows::PgRows(const LibPq& library, pg_result* result) : library_(&library), result_(result, library.clear) {}

std::string_view PgRows::raw(int row, int column) const {
  return {library_->getvalue(result_.get(), row, column),
          static_cast<std::size_t>(library_->getlength(result_.get(), row, column))};
}

std::int64_t PgRows::integer(int row, int column) const {
  const std::string_view text = raw(row, column);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Result<double> PgRows::real(int row, int column) const {
  const std::string_view text = raw(row, column);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return not_a_number(text);
  return number;
}

Result<std::vector<double>> PgRows::reals(int row, int column) const {
  std::vector<double> numbers;
  const std::string_view text = raw(row, column);
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '{' || text[at] == '}' || text[at] == ',') {
      ++at;
      continue;
    }
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), numbers.emplace_back());
    if (error != std::errc()) return not_a_number(text);
    at = static_cast<std::size_t>(end - text.data());
  }
  return numbers;
}

Result<std::unique_ptr<PgConnection>> PgConnection::open(const LibPq& library, const std::string& url,
                                                         double busy_seconds) {
  const std::string shown = without_password(url);
  char* why = nullptr;
  pg_conninfo_option* const parsed = library.conninfoParse(url.c_str(), &why);
  if (why) library.freemem(why);  // it may quote a part of the password
  if (!parsed)
    return refuse(
        fmt::format("'{}' is not a URL of a PostgreSQL database; write postgresql://USER@HOST:PORT/DATABASE "
                    "(special characters as %XX), the password in ~/.pgpass",
                    quoted(shown)));
  library.conninfoFree(parsed);

  // What the URL says itself comes later and wins. A network that swallows everything is noticed, too.
  const auto seconds = std::to_string(std::max(2, static_cast<int>(std::ceil(busy_seconds))));
  const std::string milliseconds = seconds + "000";
  const std::array<const char*, 8> keywords = {
      "connect_timeout",           "tcp_user_timeout", "keepalives_idle", "keepalives_interval",
      "fallback_application_name", "dbname",           "client_encoding", nullptr};
  const std::array<const char*, 8> values = {seconds.c_str(), milliseconds.c_str(), "10",   "5",
                                             "hone",          url.c_str(),          "UTF8", nullptr};
  pg_conn* const handle = library.connectdbParams(keywords.data(), values.data(), 1);
  if (!handle) return fail(Error::Kind::unavailable, fmt::format("no memory for a connection to '{}'", quoted(shown)));
  std::unique_ptr<PgConnection> connection(new PgConnection(library, handle, shown));
  if (library.status(handle) != pg_connection_ok) {
    const std::string message = flat(library.errorMessage(handle));
    // The code of a refused start is in no result: the words tell, in the language of the server.
    const bool known = message.contains("authentication") || message.contains("pg_hba.conf") ||
                       message.contains("no password supplied") ||
                       (message.contains("FATAL") && message.contains("does not exist"));
    if (known)
      return refuse(fmt::format("{}; correct '{}' (createdb makes a database, ~/.pgpass holds the password)", message,
                                quoted(shown)));
    return fail(Error::Kind::unavailable,
                fmt::format("'{}' cannot be reached: {}; start the server, or choose another one with --storage",
                            quoted(shown, 200), message));
  }
  // jit: it would take longer to compile a query than to run it. enable_seqscan: plans are made while tables are empty.
  const std::string settings = fmt::format(
      "SET lock_timeout = {0}; SET idle_in_transaction_session_timeout = {0}; "
      "SET extra_float_digits = 1; SET jit = off; SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; "
      "SET search_path = pg_catalog; SET client_min_messages = error",
      milliseconds);
  HONE_TRY_VOID(connection->run(settings.c_str()));
  return connection;
}

PgConnection::~PgConnection() {
  library_->finish(connection_);
}

namespace {

/// As the library takes them; valid as long as `parameters`.
std::vector<const char*> texts_of(const PgParameters& parameters) {
  std::vector<const char*> texts;
  for (const auto& value : parameters.values()) texts.push_back(value ? value->c_str() : nullptr);
  return texts;
}

}  // namespace

Result<PgRows> PgConnection::run(const char* sql) {
  return checked(library_->exec(connection_, sql));
}

Result<PgRows> PgConnection::run(const PgStatement& statement, const PgParameters& parameters) {
  const auto texts = texts_of(parameters);
  const auto count = static_cast<int>(texts.size());
  HONE_TRY_VOID(prepare(statement, count));
  return checked(library_->execPrepared(connection_, statement.name, count, texts.data(), nullptr, nullptr, 0));
}

Result<void> PgConnection::prepare(const PgStatement& statement, int parameters) {
  if (prepared_.contains(&statement)) return {};
  HONE_TRY_VOID(checked(library_->prepare(connection_, statement.name, statement.sql, parameters, nullptr)));
  prepared_.insert(&statement);
  return {};
}

bool PgConnection::send(const PgStatement& statement, const PgParameters& parameters) {
  const auto texts = texts_of(parameters);
  return library_->sendQueryPrepared(connection_, statement.name, static_cast<int>(texts.size()), texts.data(), nullptr,
                                     nullptr, 0) == 1 &&
         library_->pipelineSync(connection_) == 1;  // ends its transaction
}

Result<PgRows> PgConnection::receive() {
  auto rows = checked(library_->getResult(connection_));
  // What follows is its end, and the end of its transaction.
  for (int ends = 0; !is_broken_;) {
    pg_result* const more = library_->getResult(connection_);
    const int status = more ? library_->resultStatus(more) : 0;
    if (more) library_->clear(more);
    if (status == pg_pipeline_sync) break;
    if (more || ++ends > 1) is_broken_ = true;
  }
  return rows;
}

Result<PgRows> PgConnection::run_durably(const PgStatement& statement, const PgParameters& parameters) {
  // The log is flushed in order, and this message comes after all that has been committed. It costs 60 bytes there.
  static constexpr PgStatement sync{
      "sync", "SELECT set_config('synchronous_commit', 'on', true), pg_logical_emit_message(true, 'hone', '')"};
  HONE_TRY_VOID(prepare(statement, static_cast<int>(parameters.values().size())));
  HONE_TRY_VOID(prepare(sync, 0));
  const bool sent =
      library_->enterPipelineMode(connection_) == 1 && send(statement, parameters) && send(sync, PgParameters());
  if (!sent) {
    is_broken_ = may_try_again_ = true;
    return fail(Error::Kind::unavailable, fmt::format("the connection to '{}' was lost: {}", quoted(shown_, 200),
                                                      flat(library_->errorMessage(connection_))));
  }
  auto rows = receive();
  const bool may_try_again = may_try_again_;
  if (!is_broken_) {
    auto synced = receive();
    if (!synced) return synced;
  }
  if (is_broken_ || library_->exitPipelineMode(connection_) != 1) {
    is_broken_ = may_try_again_ = true;
    if (rows)
      return fail(Error::Kind::unavailable, fmt::format("the connection to '{}' was lost: {}", quoted(shown_, 200),
                                                        flat(library_->errorMessage(connection_))));
    return rows;
  }
  may_try_again_ = may_try_again;
  return rows;
}

Result<PgRows> PgConnection::checked(pg_result* result) {
  PgRows rows(*library_, result);
  const int status = result ? library_->resultStatus(result) : -1;
  may_try_again_ = false;
  if (status == pg_command_ok || status == pg_tuples_ok) return rows;
  const char* const state = result ? library_->resultErrorField(result, pg_sqlstate) : nullptr;
  if (!state || library_->status(connection_) != pg_connection_ok) {
    is_broken_ = may_try_again_ = true;
    return fail(Error::Kind::unavailable, fmt::format("the connection to '{}' was lost: {}", quoted(shown_, 200),
                                                      flat(library_->errorMessage(connection_))));
  }
  const Failure failure = failure_of(state);
  may_try_again_ = failure.may_try_again;
  is_broken_ = failure.breaks;
  const char* const message = library_->resultErrorField(result, pg_message);
  return fail(failure.kind, fmt::format("'{}': {} (code {}); {}", quoted(shown_, 200), message ? message : "it failed",
                                        state, failure.cure));
}

}  // namespace hone

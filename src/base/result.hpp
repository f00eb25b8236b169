/// What a function returns when it may fail for a reason a user can meet.
#pragma once
#include <expected>
#include <string>
#include <utility>

namespace hone {

/// Why an operation could not be done. `kind` is for code, `message` for people: it names the value seen, what is
/// allowed, and the cure; for files, the line and column.
struct Error {
  enum class Kind {
    invalid_argument,  ///< bad input: exit code 2, nothing was changed
    not_found,         ///< no such study, file, column
    conflict,          ///< somebody else was faster, or the same name means something else
    unavailable,       ///< locked, disk full, out of memory: the same call may succeed later
    corrupt,           ///< stored data contradicts itself
    interrupted,       ///< the user asked to stop
    failed,            ///< it ran and failed (a diverged loss)
  };
  Kind kind;
  std::string message;
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(Error::Kind::not_found, fmt::format(...));` from any function that returns a Result.
inline std::unexpected<Error> fail(Error::Kind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}
/// Short for the most frequent kind.
inline std::unexpected<Error> refuse(std::string message) {
  return fail(Error::Kind::invalid_argument, std::move(message));
}

#define HONE_CONCAT_(a, b) a##b
#define HONE_CONCAT(a, b) HONE_CONCAT_(a, b)
/// `HONE_TRY(auto rows, read_rows(path));` declares `rows`, or returns the error from the calling function.
#define HONE_TRY(declaration, expression) HONE_TRY_(declaration, expression, HONE_CONCAT(hone_result_, __LINE__))
#define HONE_TRY_(declaration, expression, name)              \
  auto name = (expression);                                   \
  if (!name) return std::unexpected(std::move(name).error()); \
  declaration = std::move(*name)
/// The same for `Result<void>`, or where the value is not wanted.
#define HONE_TRY_VOID(expression)                                                                              \
  do {                                                                                                         \
    if (auto hone_result = (expression); !hone_result) return std::unexpected(std::move(hone_result).error()); \
  } while (false)

}  // namespace hone

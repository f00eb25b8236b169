/// Checks of what must hold whatever the user does. They stay on in release: a wrong answer costs more than a branch.
#pragma once

namespace hone {

/// Prints where and what, then aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line, const char* why);

}  // namespace hone

/// For programmer errors only; what a user can cause is a Result. `why` is a string literal.
#define HONE_CHECK(condition, why)                               \
  do {                                                           \
    if (!(condition)) [[unlikely]]                               \
      ::hone::check_failed(#condition, __FILE__, __LINE__, why); \
  } while (false)

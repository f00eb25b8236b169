#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace hone {

void check_failed(const char* condition, const char* file, int line, const char* why) {
  std::fprintf(stderr, "hone: internal error at %s:%d: %s (%s). This is a bug in hone; studies on disk are safe.\n",
               file, line, why, condition);
  std::abort();
}

}  // namespace hone

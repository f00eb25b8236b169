#include "storage/sqlite_version.hpp"

#include <sqlite3.h>

namespace hone {

std::string_view sqlite_version() {
  return sqlite3_libversion();
}

}  // namespace hone

/// The SQLite library in use, for `hone doctor`.
#pragma once
#include <string_view>

namespace hone {

std::string_view sqlite_version();  ///< "3.40.1"

}  // namespace hone

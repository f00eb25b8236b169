/// PostgreSQL's client library on this machine, for `hone doctor`.
#pragma once
#include <optional>
#include <string>

namespace hone {

std::optional<std::string> libpq_version();  ///< "15.20", or nothing if it cannot be opened

}  // namespace hone

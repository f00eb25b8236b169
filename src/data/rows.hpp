/// Numbers of rows.
#pragma once
#include <cstdint>

#include "base/mapping.hpp"

namespace hone {

/// Rows of a table or of images, ascending unless said otherwise. Four bytes for each of a hundred million rows need
/// not count as memory of the process.
using Rows = LargeVector<std::uint32_t>;

}  // namespace hone

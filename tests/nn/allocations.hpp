/// Counts what this program allocates through operator new.
#pragma once
#include <cstddef>

namespace hone::test {

std::size_t allocations();

}  // namespace hone::test

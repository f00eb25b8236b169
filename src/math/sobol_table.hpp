/// Direction numbers of the Sobol sequence by Joe and Kuo (2008), dimensions 1 to 511; dimension 0 needs none.
#pragma once
#include <cstdint>
#include <span>

namespace hone {

/// The primitive polynomial of `dimension` >= 1 with all its bits (degree = bit width - 1), then m_1 ... m_degree.
std::span<const std::uint16_t> sobol_table_row(std::size_t dimension);

}  // namespace hone

/// Sobol points with random access: point number i is a pure function of i, so that it does not matter which worker
/// asks.
///
/// Source: Joe and Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput.
/// 30, 2008 (direction numbers new-joe-kuo-6); Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995;
/// Burley, "Practical hash-based Owen scrambling", JCGT 9, 2020.
#pragma once
#include <cstddef>
#include <cstdint>

namespace hone {

constexpr std::size_t sobol_dimensions = 512;

/// Point `index` in `dimension` < sobol_dimensions, as a fraction of 2^32, in the order of Gray codes (as Boost and
/// SciPy). Point 0 is the corner 0. Cost: O(bits of index x degree), about 0.1 us.
std::uint32_t sobol(std::uint32_t index, std::size_t dimension);

/// Owen's nested uniform scrambling of the bits of `x`, by a hash: a bijection that keeps every elementary interval's
/// share of points.
std::uint32_t owen_scramble(std::uint32_t x, std::uint32_t seed);

/// Coordinate of the scrambled point `index` in (0, 1), never 0 or 1; every seed gives another scrambling. Any first
/// 2^k points have one in each of the 2^k equal parts of (0, 1). Dimensions beyond the table reuse it in blocks whose
/// points come in another, scrambled order.
double scrambled_sobol(std::uint64_t seed, std::uint32_t index, std::size_t dimension);

}  // namespace hone

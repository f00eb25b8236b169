#include "math/sobol.hpp"

#include <bit>
#include <span>

#include "base/check.hpp"
#include "base/rng.hpp"
#include "math/sobol_table.hpp"

namespace hone {
namespace {

std::uint32_t reverse_bits(std::uint32_t x) {
  x = ((x >> 1) & 0x55555555u) | ((x & 0x55555555u) << 1);
  x = ((x >> 2) & 0x33333333u) | ((x & 0x33333333u) << 2);
  x = ((x >> 4) & 0x0f0f0f0fu) | ((x & 0x0f0f0f0fu) << 4);
  return __builtin_bswap32(x);
}

/// A seed of 32 bits for (study seed, dimension, what for).
std::uint32_t scramble_seed(std::uint64_t seed, std::size_t dimension, std::uint32_t what) {
  return Rng(seed, RngPurpose::scramble, static_cast<std::uint32_t>(dimension), what).next();
}

}  // namespace

std::uint32_t sobol(std::uint32_t index, std::size_t dimension) {
  HONE_CHECK(dimension < sobol_dimensions, "the table of direction numbers ends there");
  const std::uint32_t gray = index ^ (index >> 1);
  if (dimension == 0) return reverse_bits(gray);  // every direction number is 1
  const std::span<const std::uint16_t> row = sobol_table_row(dimension);
  const std::uint32_t polynomial = row[0];
  const int degree = std::bit_width(polynomial) - 1;
  std::uint32_t direction[32] = {};
  std::uint32_t x = 0;
  for (int k = 0; k < 32 && (gray >> k) != 0; ++k) {
    if (k < degree) {
      direction[k] = std::uint32_t{row[static_cast<std::size_t>(k) + 1]} << (31 - k);
    } else {
      direction[k] = direction[k - degree] ^ (direction[k - degree] >> degree);
      for (int i = 1; i < degree; ++i)
        if ((polynomial >> (degree - i)) & 1u) direction[k] ^= direction[k - i];
    }
    if ((gray >> k) & 1u) x ^= direction[k];
  }
  return x;
}

std::uint32_t owen_scramble(std::uint32_t x, std::uint32_t seed) {
  x = reverse_bits(x);
  x += seed;  // Laine and Karras: each step lets a bit depend on lower ones only
  x ^= x * 0x6c50b47cu;
  x ^= x * 0xb82f1e52u;
  x ^= x * 0xc7afe638u;
  x ^= x * 0x8d22f6e6u;
  return reverse_bits(x);
}

double scrambled_sobol(std::uint64_t seed, std::uint32_t index, std::size_t dimension) {
  const std::size_t block = dimension / sobol_dimensions;
  if (block > 0) index = owen_scramble(index, scramble_seed(seed, block, 1));
  const std::uint32_t x = owen_scramble(sobol(index, dimension % sobol_dimensions), scramble_seed(seed, dimension, 0));
  return (static_cast<double>(x) + 0.5) * 0x1.0p-32;
}

}  // namespace hone

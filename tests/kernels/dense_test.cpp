// Kernels in double precision: every instruction set gives the bits of the plain one, and what they compute is right.
#include "kernels/dense.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/rng.hpp"

namespace hone::test {
namespace {

using Vector = std::vector<double>;

std::vector<const DenseKernels*> available() {
  std::vector<const DenseKernels*> found;
  for (const char* name : {"scalar", "avx2", "avx512"})
    if (const DenseKernels* kernels = find_dense_kernels(name)) found.push_back(kernels);
  return found;
}

Vector random_vector(Rng& rng, std::size_t count) {
  Vector values(count);
  for (double& v : values) v = rng.below(4) == 0 ? 0.5 : 2 * rng.uniform() - 1;  // some are equal
  return values;
}

bool same_bits(const Vector& a, const Vector& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// Everything that the kernels write, one after another.
Vector all_results(const DenseKernels& k, std::size_t count, Rng rng) {
  const Vector x = random_vector(rng, count), y = random_vector(rng, count);
  Vector results, out = y;
  const auto keep = [&](const Vector& values) { results.insert(results.end(), values.begin(), values.end()); };
  k.add_scaled(0.3, x.data(), out.data(), count);
  keep(out);
  k.add_squares(x.data(), out.data(), count);
  keep(out);
  k.divide(0.7, out.data(), count);
  keep(out);
  const DenseColumn columns[] = {{x.data(), 0.5, 1.7, true}, {y.data(), 0.5, 0.9, false}, {y.data(), -0.1, 0.3, true}};
  k.distances(columns, 3, out.data(), count);
  keep(out);
  const Vector triangle = random_vector(rng, 8 * count);
  for (const std::size_t rows : {3, 8}) {
    if (rows < 8 && count > 8) continue;  // fewer rows have nothing behind them
    Vector upper = triangle;
    for (std::size_t r = 0; r < 8; ++r) upper[r * count + r] = 1.5 + upper[r * count + r];
    Vector solution = y;
    k.forward_eight(upper.data(), count, rows, solution.data(), count - 8);
    keep(solution);
    k.backward_eight(upper.data(), count, rows, solution.data(), count - 8);
    keep(solution);
  }
  Vector squares(count), value(count), slope(count);
  for (std::size_t i = 0; i < count; ++i) squares[i] = i % 5 == 0 ? 0 : 40 * x[i] * x[i] * std::abs(y[i]);
  k.matern(squares.data(), value.data(), slope.data(), count);
  keep(value);
  keep(slope);
  keep({k.dot(x.data(), y.data(), count), k.weighted_squares(y.data(), 0.5, x.data(), count),
        k.weighted_mismatches(y.data(), 0.5, x.data(), count), k.weighted_differences(y.data(), 0.5, x.data(), count)});
  return results;
}

TEST(DenseKernels, GiveTheSameBitsOnEveryInstructionSet) {
  Rng rng(1, RngPurpose::simulation, 30);
  for (const std::size_t count : {8, 16, 40, 104}) {
    const Vector expected = all_results(*find_dense_kernels("scalar"), count, rng);
    for (const DenseKernels* k : available())
      EXPECT_TRUE(same_bits(all_results(*k, count, rng), expected)) << k->name << " " << count;
    rng.next();
  }
}

TEST(DenseKernels, SumsAreWhatTheySay) {
  Rng rng(2, RngPurpose::simulation, 30);
  const std::size_t count = 48;
  const Vector x = random_vector(rng, count), w = random_vector(rng, count);
  double dot = 0, squares = 0, mismatches = 0, differences = 0;
  for (std::size_t i = 0; i < count; ++i) {
    dot += x[i] * w[i];
    squares += w[i] * (x[i] - 0.5) * (x[i] - 0.5);
    mismatches += x[i] == 0.5 ? 0 : w[i];
    differences += w[i] * (0.5 - x[i]);
  }
  for (const DenseKernels* k : available()) {
    EXPECT_NEAR(k->dot(x.data(), w.data(), count), dot, 1e-13) << k->name;
    EXPECT_NEAR(k->weighted_squares(w.data(), 0.5, x.data(), count), squares, 1e-13) << k->name;
    EXPECT_NEAR(k->weighted_mismatches(w.data(), 0.5, x.data(), count), mismatches, 1e-13) << k->name;
    EXPECT_NEAR(k->weighted_differences(w.data(), 0.5, x.data(), count), differences, 1e-13) << k->name;
    Vector out(count, 1.0);
    const DenseColumn columns[] = {{x.data(), 0.5, 2, false}, {w.data(), 0.25, 3, true}};
    k->distances(columns, 2, out.data(), count);
    for (std::size_t i = 0; i < count; ++i)
      EXPECT_NEAR(out[i], (x[i] == 0.5 ? 0 : 2) + 3 * (w[i] - 0.25) * (w[i] - 0.25), 1e-15) << k->name;
  }
}

TEST(DenseKernels, EightRowsAreSubstitutedAsOneAfterTheOther) {
  Rng rng(4, RngPurpose::simulation, 30);
  const std::size_t count = 40;
  Vector u = random_vector(rng, 8 * count);
  const Vector b = random_vector(rng, count);
  for (std::size_t r = 0; r < 8; ++r) u[r * count + r] += 2;
  Vector forward = b, backward = b;
  const DenseKernels& plain = *find_dense_kernels("scalar");
  for (std::size_t r = 0; r < 8; ++r) {
    forward[r] /= u[r * count + r];
    for (std::size_t j = r + 1; j < count; ++j) forward[j] = std::fma(-forward[r], u[r * count + j], forward[j]);
  }
  for (std::size_t r = 8; r-- > 0;) {
    double sum = plain.dot(u.data() + r * count + 8, backward.data() + 8, count - 8);
    for (std::size_t j = r + 1; j < 8; ++j) sum = std::fma(u[r * count + j], backward[j], sum);
    backward[r] = (backward[r] - sum) / u[r * count + r];
  }
  for (const DenseKernels* k : available()) {
    Vector x = b;
    k->forward_eight(u.data(), count, 8, x.data(), count - 8);
    EXPECT_TRUE(same_bits(x, forward)) << k->name;
    x = b;
    k->backward_eight(u.data(), count, 8, x.data(), count - 8);
    EXPECT_TRUE(same_bits(x, backward)) << k->name;
  }
}

TEST(DenseKernels, MaternIsPrecise) {
  Vector r2, value(64), slope(64);
  for (int i = 0; i < 64; ++i) r2.push_back(i == 0 ? 0 : std::pow(10, -12 + 0.27 * i));  // up to 1e5
  for (const DenseKernels* k : available()) {
    k->matern(r2.data(), value.data(), slope.data(), 64);
    for (std::size_t i = 0; i < 64; ++i) {
      const long double q = std::sqrt(5.0L * static_cast<long double>(r2[i])), e = std::exp(-q);
      const long double expected = (1 + q + q * q / 3) * e, slant = -5.0L / 6 * (1 + q) * e;
      const auto allowed = 2e-15 * static_cast<double>(1 + q);
      EXPECT_NEAR(value[i], static_cast<double>(expected), static_cast<double>(expected) * allowed + 1e-300);
      EXPECT_NEAR(slope[i], static_cast<double>(slant), static_cast<double>(-slant) * allowed + 1e-300);
    }
  }
}

TEST(DenseKernels, ProductsTakeTheirTermsInOrder) {
  Rng rng(3, RngPurpose::simulation, 30);
  for (const std::size_t rows : {1, 4, 7, 16, 70})
    for (const std::size_t columns : {8, 24, 32})
      for (const std::size_t depth : {1, 5, 33, 130}) {
        const Vector a = random_vector(rng, depth * 72), b = random_vector(rng, depth * 32),
                     start = random_vector(rng, rows * 32);
        Vector expected = start;
        for (std::size_t i = 0; i < rows; ++i)
          for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t k = 0; k < depth; ++k)
              expected[i * 32 + j] = std::fma(-a[k * 72 + i], b[k * 32 + j], expected[i * 32 + j]);
        for (const DenseKernels* k : available()) {
          Vector c = start;
          k->subtract_product({a.data(), 72, b.data(), 32, c.data(), 32, depth, rows, columns});
          EXPECT_TRUE(same_bits(c, expected)) << k->name << " " << rows << " " << columns << " " << depth;
        }
      }
}

}  // namespace
}  // namespace hone::test

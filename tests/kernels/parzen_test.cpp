// Sums over Parzen kernels: right, and the same bits on every instruction set.
#include "support.hpp"

namespace hone::test {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

struct Sums {
  std::vector<float> squares;
  float top;
  double sum;
};

/// A mixture that has every kind of term: near, far, negligible, without weight.
struct Mixture {
  std::size_t axes, candidates, padded;
  std::vector<std::vector<float>> center, scale;
  std::vector<NormalColumn> columns;
  std::vector<float> x, start, weight, before;

  explicit Mixture(Rng& rng) : axes(rng.below(5)), candidates(1 + rng.below(20)), padded((1 + rng.below(12)) * 16) {
    for (std::size_t a = 0; a < axes; ++a) {
      center.push_back(random_floats(rng, padded, 0, 1));
      scale.push_back(random_floats(rng, padded, 0, 30));
    }
    for (std::size_t a = 0; a < axes; ++a) columns.push_back({center[a].data(), scale[a].data()});
    x = random_floats(rng, candidates * axes, 0, 1);
    start = random_floats(rng, padded, -40, 5);
    weight = random_floats(rng, padded, 0, 1);
    before = random_floats(rng, candidates * padded, -9, 9);
  }

  Sums by(const Kernels& k, bool fresh) const {
    Sums sums{fresh ? std::vector<float>(before.size(), NAN) : before, 0, 0};
    k.subtract_squares({columns.data(), axes, x.data(), candidates, padded, start.data(), fresh, sums.squares.data()});
    sums.top = k.largest_weighted(sums.squares.data(), weight.data(), padded);
    sums.sum = k.weighted_exp_sum(sums.squares.data(), weight.data(), sums.top, padded);
    return sums;
  }
};

TEST(ParzenSums, AreTheSameOnEveryInstructionSet) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 0);
    const Mixture mixture(rng);
    for (const bool fresh : {true, false}) {
      const Sums expected = mixture.by(*find_kernels("scalar"), fresh);
      for (const Kernels* k : available_kernels()) {
        const Sums found = mixture.by(*k, fresh);
        EXPECT_TRUE(same_bits(found.squares, expected.squares)) << k->name << " seed " << seed;
        EXPECT_EQ(found.top, expected.top) << k->name << " seed " << seed;
        EXPECT_EQ(found.sum, expected.sum) << k->name << " seed " << seed;
      }
    }
  }
}

TEST(ParzenSums, AgreeWithPlainLoops) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 1);
    const Mixture m(rng);
    const bool fresh = rng.below(2) == 0;
    const Sums found = m.by(kernels(), fresh);
    for (std::size_t c = 0; c < m.candidates; ++c)
      for (std::size_t k = 0; k < m.padded; ++k) {
        double expected = double{m.start[k]} + (fresh ? 0.0 : double{m.before[c * m.padded + k]});
        for (std::size_t a = 0; a < m.axes; ++a) {
          const double z = (double{m.x[c * m.axes + a]} - double{m.center[a][k]}) * double{m.scale[a][k]};
          expected -= z * z;
        }
        EXPECT_NEAR(double{found.squares[c * m.padded + k]}, expected, 2e-6 * (std::abs(expected) + 100));
      }
    float top = -infinity;
    double sum = 0;
    for (std::size_t k = 0; k < m.padded; ++k)
      if (m.weight[k] > 0) top = std::max(top, found.squares[k]);
    EXPECT_EQ(found.top, top);
    for (std::size_t k = 0; k < m.padded; ++k)
      if (m.weight[k] > 0 && found.squares[k] > top - 30)
        sum += double{m.weight[k]} * std::exp(double{found.squares[k]} - double{top});
    EXPECT_NEAR(found.sum, sum, 1e-5 * sum);
  }
}

TEST(ParzenSums, ExtremesOfTerms) {
  for (const Kernels* k : available_kernels()) {
    std::vector<float> terms(32, -infinity), weights(32, 0);
    EXPECT_EQ(k->largest_weighted(terms.data(), weights.data(), 32), -infinity) << k->name;
    terms[20] = 1e30f;  // without weight
    terms[3] = -5;
    weights[3] = 2;
    terms[31] = -5 - 29.5f;
    weights[31] = 1;
    EXPECT_EQ(k->largest_weighted(terms.data(), weights.data(), 32), -5) << k->name;
    EXPECT_NEAR(k->weighted_exp_sum(terms.data(), weights.data(), -5, 32), 2, 1e-6) << k->name;
  }
}

TEST(ParzenSums, Add) {
  Rng rng(1, RngPurpose::simulation, 2);
  const auto a = random_floats(rng, 48), b = random_floats(rng, 48);
  auto expected = b;
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += a[i];
  for (const Kernels* k : available_kernels()) {
    auto found = b;
    k->add(a.data(), found.data(), found.size());
    EXPECT_TRUE(same_bits(found, expected)) << k->name;
  }
}

}  // namespace
}  // namespace hone::test

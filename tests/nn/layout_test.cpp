// Where learned values stand, how they start, how they are packed for the model file.
#include "nn/layout.hpp"

#include <cmath>
#include <cstring>

#include "nn/buffer.hpp"
#include "support.hpp"

namespace hone::test {
namespace {

NetworkSpec spec_of(const char* activation, std::vector<std::size_t> hidden) {
  NetworkSpec s;
  s.dense_width = 30;
  s.hidden = std::move(hidden);
  s.activation = *find_activation(activation);
  s.outputs = 3;
  return s;
}

struct Spread {
  double mean = 0, variance = 0, largest = 0;
};
Spread first_layer(const NetworkSpec& spec) {
  const Layout layout(spec);
  Buffer w(layout.parameters), s(layout.statistics);
  layout.initialise(spec, {3, 4, 5}, w.data(), s.data());
  const std::string packed = layout.pack(w.data(), s.data());
  Spread spread;
  const std::size_t count = spec.dense_width * spec.hidden[0];
  for (std::size_t i = 0; i < count; ++i) {
    float v;
    std::memcpy(&v, packed.data() + i * sizeof v, sizeof v);
    spread.mean += v / static_cast<double>(count);
    spread.variance += static_cast<double>(v) * static_cast<double>(v) / static_cast<double>(count);
    spread.largest = std::max(spread.largest, std::abs(static_cast<double>(v)));
  }
  return spread;
}

TEST(Layout, InitialWeightsHaveTheSpreadOfTheirActivation) {
  const double in = 30, out = 400;
  for (const auto& row : all_activations()) {
    const auto spread = first_layer(spec_of(std::string(row.name).c_str(), {400}));
    const double variance = row.initialisation == Initialisation::he       ? 2 / in
                            : row.initialisation == Initialisation::xavier ? 2 / (in + out)
                                                                           : 1 / in;
    EXPECT_NEAR(spread.variance / variance, 1, 0.05) << row.name;  // 12,000 draws: about 6 standard deviations
    EXPECT_NEAR(spread.mean, 0, 0.05 * std::sqrt(variance)) << row.name;
    EXPECT_LE(spread.largest, std::sqrt(3 * variance) * 1.000001) << row.name;
  }
}

TEST(Layout, PackedValuesReadBack) {
  Rng rng(1, RngPurpose::simulation, 11);
  for (int i = 0; i < 30; ++i) {
    const auto p = random_problem(all_activations()[3], LossKind::softmax_cross_entropy, 4, rng);
    const Layout layout(p.spec);
    Buffer w(layout.parameters), s(layout.statistics), w2(layout.parameters), s2(layout.statistics);
    layout.initialise(p.spec, {1, 2, 3}, w.data(), s.data());
    const std::string packed = layout.pack(w.data(), s.data());
    ASSERT_TRUE(layout.unpack(packed, w2.data(), s2.data()));
    EXPECT_EQ(std::memcmp(w.data(), w2.data(), w.bytes()), 0);
    EXPECT_EQ(layout.pack(w2.data(), s2.data()), packed);
    EXPECT_FALSE(layout.unpack(packed + "1234", w2.data(), s2.data()));
    EXPECT_EQ(layout.parameters % panel_width, 0u);
    std::size_t end = 0;
    for (const LearnedPart& part : layout.parts) {
      EXPECT_EQ(part.begin, end);
      EXPECT_EQ(part.end % panel_width, 0u);
      end = part.end;
    }
    EXPECT_EQ(end, layout.parameters);
  }
}

TEST(Layout, BiasesStartAtZeroAndGammasAtOne) {
  auto spec = spec_of("relu", {20});
  spec.norm = NormKind::batch;
  const Layout layout(spec);
  Buffer w(layout.parameters), s(layout.statistics);
  layout.initialise(spec, {}, w.data(), s.data());
  for (std::size_t j = 0; j < 20; ++j) {
    EXPECT_EQ(w.data()[layout.layers[0].gamma + j], 1);
    EXPECT_EQ(w.data()[layout.layers[0].bias + j], 0);
    EXPECT_EQ(s.data()[layout.layers[0].running + j], 0);
    EXPECT_EQ(s.data()[layout.layers[0].running + 32 + j], 1);
  }
  EXPECT_EQ(spec.parameters(), 30u * 20 + 40 + 20 * 3 + 3);
}

}  // namespace
}  // namespace hone::test

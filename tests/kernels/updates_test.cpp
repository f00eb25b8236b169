// Optimizer steps: every instruction set gives the bits of the plain reference.
#include "kernels/reference.hpp"
#include "support.hpp"

namespace hone::test {
namespace {

struct State {
  std::vector<float> w, m, v, g;
  Update args() {
    Update u{};
    u.w = w.data();
    u.m = m.data();
    u.v = v.data();
    u.g = g.data();
    u.count = w.size();
    u.gradient_scale = 0.75f;
    u.decay = 0.01f;
    u.keep = 0.999f;
    u.rate = 0.05f;
    u.momentum = 0.9f;
    u.one_minus_beta1 = 0.1f;
    u.one_minus_beta2 = 0.01f;
    u.root_correction = 1.5f;
    u.epsilon = 1e-8f;
    return u;
  }
  std::vector<float> all() const {
    auto joined = w;
    joined.insert(joined.end(), m.begin(), m.end());
    joined.insert(joined.end(), v.begin(), v.end());
    return joined;
  }
};

State random_state(std::size_t count) {
  Rng rng(1, RngPurpose::simulation, 4);
  return {random_floats(rng, count), random_floats(rng, count), random_floats(rng, count, 0, 1),
          random_floats(rng, count, -10, 10)};
}

TEST(Updates, GiveTheBitsOfTheReference) {
  for (std::size_t row = 0; row < update_kernels; ++row) {
    auto expected = random_state(160);
    for (int step = 0; step < 3; ++step) reference::update(static_cast<UpdateKernel>(row), expected.args());
    for (const Kernels* k : available_kernels()) {
      auto found = random_state(160);
      for (int step = 0; step < 3; ++step) k->update[row](found.args());
      EXPECT_TRUE(same_bits(found.all(), expected.all())) << k->name << " update " << row;
    }
  }
}

TEST(Updates, DenormalMomentsBecomeZeroAndNanStays) {
  for (const Kernels* k : available_kernels()) {
    State s{std::vector<float>(16, 1.0f), std::vector<float>(16, 1e-31f), std::vector<float>(16, 1e-31f),
            std::vector<float>(16, 0.0f)};
    s.g[1] = NAN;
    auto u = s.args();
    u.decay = 0;
    k->update[static_cast<std::size_t>(UpdateKernel::adam)](u);
    EXPECT_EQ(s.m[0], 0.0f) << k->name;
    EXPECT_EQ(s.v[0], 0.0f) << k->name;
    EXPECT_TRUE(std::isnan(s.m[1]) && std::isnan(s.v[1]) && std::isnan(s.w[1])) << k->name;
  }
}

}  // namespace
}  // namespace hone::test

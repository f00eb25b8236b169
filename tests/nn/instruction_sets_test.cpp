// A whole training run gives the same bits on every instruction set of this machine.
#include <cstdlib>

#include "base/files.hpp"
#include "kernels/kernels.hpp"
#include "trainer_support.hpp"

namespace hone::test {
namespace {

/// Weights, losses and predictions of a few short runs that use everything.
std::string bits_of_runs() {
  std::string bits(kernel_name());
  bits.resize(16);  // the name, so that the test sees that it was obeyed
  Rng rng(1, RngPurpose::simulation, 12);
  for (const auto& activation : all_activations())
    for (int i = 0; i < 4; ++i) {
      const auto p = random_problem(activation, static_cast<LossKind>(i), between(rng, 20, 60), rng);
      auto trainer = make(p, random_options(rng));
      for (int epoch = 0; epoch < 3; ++epoch) bits += std::to_string(trainer->train_epoch().value().loss);
      std::vector<float> out;
      trainer->predict(p.features, out);
      bits += trainer->weights();
      bits.append(reinterpret_cast<const char*>(out.data()), out.size() * sizeof(float));
    }
  return bits;
}

TEST(InstructionSets, TrainToTheSameBits) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";  // fresh processes: kernels are chosen once
  const std::string folder = ::testing::TempDir();
  std::string expected;
  for (const char* name : {"scalar", "avx2", "avx512"}) {
    if (find_kernels(name) == nullptr) continue;
    const std::string path = folder + "hone_bits_" + name;
    EXPECT_EXIT(
        {
          setenv("HONE_KERNELS", name, 1);
          std::exit(write_file(path, bits_of_runs()) ? 0 : 1);
        },
        ::testing::ExitedWithCode(0), "");
    const auto found = read_file(path);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->substr(0, 16).c_str(), std::string(name));
    if (expected.empty()) expected = found->substr(16);
    EXPECT_TRUE(found->substr(16) == expected) << name << " differs from scalar";
    EXPECT_GT(found->size(), 10000u);
  }
}

}  // namespace
}  // namespace hone::test

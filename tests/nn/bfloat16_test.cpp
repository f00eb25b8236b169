// Training with products of bfloat16: what it rounds, and that all else is as in single precision.
#include <bit>
#include <cmath>
#include <functional>

#include "nn/bfloat16_products.hpp"
#include "trainer_support.hpp"

namespace hone::test {
namespace {

/// To 8 bits of fraction, nearest, ties to even.
double rounded(float x) {
  auto bits = std::bit_cast<std::uint32_t>(x);
  bits += 0x7fff + (bits >> 16 & 1);
  return static_cast<double>(std::bit_cast<float>(bits & 0xffff0000));
}

struct Matrix {
  Matrix(std::size_t rows, std::size_t columns, Rng& rng)
      : stride((rows + 3) * panel_width), values(panels_of(columns) * stride) {
    for (float& x : values) x = rng.below(8) == 0 ? 0.0f : static_cast<float>(rng.uniform() * 2 - 1);
  }
  std::size_t at(std::size_t r, std::size_t c) const {
    return c / panel_width * stride + r * panel_width + c % panel_width;
  }
  float operator()(std::size_t r, std::size_t c) const { return values[at(r, c)]; }
  std::size_t stride;
  std::vector<float> values;
};

#define HONE_NEEDS_BFLOAT16 \
  if (!Bfloat16Products::available()) GTEST_SKIP() << check_precision(Precision::bfloat16).error().message

TEST(Bfloat16, RoundsOperandsAndSumsInSinglePrecision) {
  HONE_NEEDS_BFLOAT16;
  Rng rng(1, RngPurpose::simulation, 4);
  for (int i = 0; i < 40; ++i) {
    const std::size_t rows = between(rng, 1, 50), in = between(rng, 1, 90), out = between(rng, 1, 90);
    Bfloat16Products products(rows, in + rng.below(3), out + rng.below(3));
    const Matrix x(rows, in, rng), w(in, out, rng), g(rows, out, rng), bias(1, out, rng), scale(rows, in, rng);
    // `sum` are exact products of rounded numbers: what is left is the rounding of a sum of `depth` terms below 1.
    const auto compare = [&](const char* what, const Matrix& found, std::size_t height, std::size_t width,
                             std::size_t depth, const std::function<double(std::size_t, std::size_t)>& sum) {
      for (std::size_t r = 0; r < height; ++r)
        for (std::size_t c = 0; c < width; ++c)
          ASSERT_NEAR(found(r, c), sum(r, c), 1e-7 * static_cast<double>(depth + 10))
              << what << " " << rows << " rows, " << in << " x " << out << ", element " << r << ", " << c;
    };
    Matrix y(rows, out, rng), dw(in, out, rng), dx(rows, in, rng);
    std::vector<float> biases(panels_of(out) * panel_width);
    for (std::size_t c = 0; c < out; ++c) biases[c] = bias(0, c);
    products.multiply({x.values.data(), x.stride, rows, in, w.values.data(), w.stride, panels_of(out), biases.data(),
                       nullptr, y.values.data(), y.stride, out});
    compare("forward", y, rows, out, in, [&](std::size_t r, std::size_t c) {
      double sum = static_cast<double>(biases[c]);
      for (std::size_t k = 0; k < in; ++k) sum += rounded(x(r, k)) * rounded(w(k, c));
      return sum;
    });
    products.multiply_transposed({x.values.data(), x.stride, in, rows, g.values.data(), g.stride, panels_of(out),
                                  nullptr, nullptr, dw.values.data(), dw.stride, out});
    compare("dW", dw, in, out, rows, [&](std::size_t r, std::size_t c) {
      double sum = 0;
      for (std::size_t k = 0; k < rows; ++k) sum += rounded(x(k, r)) * rounded(g(k, c));
      return sum;
    });
    products.multiply_by_transposed({g.values.data(), g.stride, rows, out, w.values.data(), w.stride, panels_of(in),
                                     nullptr, scale.values.data(), dx.values.data(), dx.stride, in});
    compare("dX", dx, rows, in, out, [&](std::size_t r, std::size_t c) {
      double sum = 0;
      for (std::size_t k = 0; k < out; ++k) sum += rounded(g(r, k)) * rounded(w(c, k));
      return sum * static_cast<double>(scale(r, c));
    });
  }
}

/// Half-moons among numbers that mean nothing, so that layers are wide.
Problem wide_problem(std::vector<std::size_t> hidden) {
  Problem p = moons(600), wide = p;
  Rng rng(8, RngPurpose::simulation, 0);
  wide.spec.dense_width = wide.features.dense_width = 70;
  wide.spec.hidden = std::move(hidden);
  wide.features.dense.clear();
  for (std::size_t r = 0; r < p.features.rows; ++r)
    for (std::size_t c = 0; c < 70; ++c)
      wide.features.dense.push_back(c < 2 ? p.features.dense[r * 2 + c] : static_cast<float>(rng.uniform() - 0.5));
  return wide;
}

TrainOptions in_bfloat16(TrainOptions options = {}) {
  options.precision = Precision::bfloat16;
  return options;
}

TEST(Bfloat16, LearnsWhatFloatsLearn) {
  HONE_NEEDS_BFLOAT16;
  const Problem p = wide_problem({129, 65});
  auto floats = make(p, {}), halves = make(p, in_bfloat16());
  for (int epoch = 0; epoch < 12; ++epoch) {
    const auto one = floats->train_epoch(), other = halves->train_epoch();
    ASSERT_TRUE(one && other);
    EXPECT_NE(one->loss, other->loss) << "nothing was rounded";
    EXPECT_NEAR(one->loss, other->loss, 0.02) << "epoch " << epoch;
  }
}

TEST(Bfloat16, NarrowLayersAndPredictionsKeepTheirBits) {
  HONE_NEEDS_BFLOAT16;
  const Problem narrow = wide_problem({63, 128});  // 70 to 63, 63 to 128, 128 to 2
  auto floats = make(narrow, {}), halves = make(narrow, in_bfloat16());
  EXPECT_EQ(floats->train_epoch()->loss, halves->train_epoch()->loss);
  EXPECT_EQ(floats->weights(), halves->weights());

  const Problem wide = wide_problem({128, 128});
  auto trained = make(wide, in_bfloat16());
  ASSERT_TRUE(trained->train_epoch());
  auto predictor = Predictor::create(wide.spec, trained->weights());
  ASSERT_TRUE(predictor);
  std::vector<float> ours, theirs;
  trained->predict(wide.features, ours);
  (*predictor)->predict(wide.features, theirs);
  EXPECT_EQ(ours, theirs) << "predictions are in single precision";
}

TEST(Bfloat16, RepeatsItselfAndResumes) {
  HONE_NEEDS_BFLOAT16;
  Rng rng(5, RngPurpose::simulation, 4);
  for (int i = 0; i < 12; ++i) {
    Problem p = random_any_problem(80, rng);
    p.spec.hidden = {64 + rng.below(20), 64 + rng.below(20)};
    const TrainOptions o = in_bfloat16(random_options(rng));
    auto whole = make(p, o), broken = make(p, o);
    const auto first = whole->train_epoch();
    ASSERT_TRUE(first) << first.error().message;
    ASSERT_EQ(first->loss, broken->train_epoch()->loss) << describe(p.spec);
    auto again = make(p, o);
    ASSERT_TRUE(again->restore(broken->checkpoint()));
    EXPECT_EQ(whole->train_epoch()->loss, again->train_epoch()->loss) << describe(p.spec);
    EXPECT_EQ(whole->weights(), again->weights()) << describe(p.spec);
    TrainOptions other = o;
    other.precision = Precision::float32;
    EXPECT_FALSE(make(p, other)->restore(broken->checkpoint())) << "of another precision";
  }
}

}  // namespace
}  // namespace hone::test

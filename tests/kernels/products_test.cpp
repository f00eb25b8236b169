// Matrix products, transposition, sums and gathering: every instruction set gives the bits of the plain reference.
#include <algorithm>

#include "kernels/reference.hpp"
#include "support.hpp"

namespace hone::test {
namespace {

struct Shape {
  std::size_t rows, depth, columns;
};

std::vector<Shape> shapes() {
  std::vector<Shape> all = {{1, 1, 1},   {6, 16, 16},   {7, 17, 33}, {8, 15, 48},  {9, 32, 16},
                            {10, 1, 64}, {128, 20, 10}, {16, 48, 5}, {23, 50, 100}};
  Rng rng(11, RngPurpose::simulation, 0);
  for (int i = 0; i < 25; ++i) all.push_back({1 + rng.below(40), 1 + rng.below(70), 1 + rng.below(70)});
  return all;
}

class ProductCase {
 public:
  explicit ProductCase(Shape s, Rng& rng) : shape(s), a_stride((s.rows + 3) * panel_width) {
    b_stride = (s.depth + 1) * panel_width;
    a = random_floats(rng, panels_of(s.depth) * a_stride);
    b = random_floats(rng, panels_of(s.columns) * b_stride);
    bias = random_floats(rng, panels_of(s.columns) * panel_width);
    scale = random_floats(rng, panels_of(s.columns) * a_stride);
  }
  /// C starts with a mark that must stay wherever nothing is to be written.
  std::vector<float> run(void (*multiply)(const Product&), bool with_bias, bool with_scale) const {
    std::vector<float> c(panels_of(shape.columns) * a_stride, 77.0f);
    multiply({a.data(), a_stride, shape.rows, shape.depth, b.data(), b_stride, panels_of(shape.columns),
              with_bias ? bias.data() : nullptr, with_scale ? scale.data() : nullptr, c.data(), a_stride});
    return c;
  }

  Shape shape;
  std::size_t a_stride, b_stride;
  std::vector<float> a, b, bias, scale;
};

TEST(Products, GiveTheBitsOfTheReference) {
  Rng rng(1, RngPurpose::simulation, 1);
  for (const Shape& shape : shapes()) {
    const ProductCase c(shape, rng);
    for (const bool with_bias : {false, true})
      for (const bool with_scale : {false, true}) {
        const auto expected = c.run(reference::multiply, with_bias, with_scale);
        for (const Kernels* k : available_kernels())
          EXPECT_TRUE(same_bits(c.run(k->multiply, with_bias, with_scale), expected))
              << k->name << " " << shape.rows << "x" << shape.depth << "x" << shape.columns;
      }
  }
}

TEST(Products, TransposedGiveTheBitsOfTheReference) {
  Rng rng(2, RngPurpose::simulation, 1);
  for (const Shape& shape : shapes()) {
    // A is stored as (depth, rows).
    const std::size_t a_stride = (shape.depth + 1) * panel_width, b_stride = (shape.depth + 2) * panel_width;
    const std::size_t c_stride = shape.rows * panel_width;
    const auto a = random_floats(rng, panels_of(shape.rows) * a_stride);
    const auto b = random_floats(rng, panels_of(shape.columns) * b_stride);
    const auto run = [&](void (*multiply)(const Product&)) {
      std::vector<float> c(panels_of(shape.columns) * c_stride, 77.0f);
      multiply({a.data(), a_stride, shape.rows, shape.depth, b.data(), b_stride, panels_of(shape.columns), nullptr,
                nullptr, c.data(), c_stride});
      return c;
    };
    const auto expected = run(reference::multiply_transposed);
    for (const Kernels* k : available_kernels())
      EXPECT_TRUE(same_bits(run(k->multiply_transposed), expected))
          << k->name << " " << shape.rows << "x" << shape.depth << "x" << shape.columns;
  }
}

TEST(Products, ANarrowTransposedOneGivesTheSameBits) {
  Rng rng(4, RngPurpose::simulation, 1);
  for (const std::size_t columns : {1, 2, 3, 4, 5})
    for (const Shape& shape : shapes()) {
      const std::size_t a_stride = (shape.depth + 1) * panel_width, c_stride = (shape.rows + 1) * panel_width;
      const auto a = random_floats(rng, panels_of(shape.rows) * a_stride);
      auto b = random_floats(rng, (shape.depth + 2) * panel_width);
      for (std::size_t i = 0; i < b.size(); ++i)
        if (i % panel_width >= columns) b[i] = 0;
      const auto run = [&](void (*multiply)(const Product&), std::size_t known_columns) {
        std::vector<float> c(c_stride, 77.0f);
        multiply({a.data(), a_stride, shape.rows, shape.depth, b.data(), b.size(), 1, nullptr, nullptr, c.data(),
                  c_stride, known_columns});
        return c;
      };
      const auto expected = run(reference::multiply_transposed, 0);
      for (const Kernels* k : available_kernels())
        EXPECT_TRUE(same_bits(run(k->multiply_transposed, columns), expected))
            << k->name << " " << shape.rows << "x" << shape.depth << "x" << columns;
    }
}

TEST(Products, AgreeWithDoublePrecision) {
  Rng rng(3, RngPurpose::simulation, 1);
  const ProductCase c({13, 200, 20}, rng);
  const auto found = c.run(kernels().multiply, true, false);
  for (std::size_t r = 0; r < 13; ++r)
    for (std::size_t j = 0; j < 20; ++j) {
      double sum = c.bias[j];
      for (std::size_t k = 0; k < 200; ++k)
        sum += static_cast<double>(c.a[k / 16 * c.a_stride + r * 16 + k % 16]) *
               static_cast<double>(c.b[j / 16 * c.b_stride + k * 16 + j % 16]);
      EXPECT_NEAR(found[j / 16 * c.a_stride + r * 16 + j % 16], sum, 2e-5);
    }
}

TEST(Products, NanReachesTheResult) {
  for (const Kernels* k : available_kernels()) {
    std::vector<float> a(16, 1.0f), b(16, 1.0f), c(16, 0.0f);
    a[0] = NAN;
    k->multiply({a.data(), 16, 1, 1, b.data(), 16, 1, nullptr, nullptr, c.data(), 16});
    EXPECT_TRUE(std::isnan(c[3])) << k->name;
  }
}

TEST(Transpose, GivesTheReferenceAndIsItsOwnInverse) {
  Rng rng(4, RngPurpose::simulation, 1);
  for (const Shape& shape : shapes()) {
    const std::size_t rows = shape.rows, columns = shape.depth;
    const std::size_t a_stride = rows * panel_width, b_stride = columns * panel_width;
    const auto a = random_floats(rng, panels_of(columns) * a_stride);
    std::vector<float> expected(panels_of(rows) * b_stride, 5.0f);
    reference::transpose(a.data(), a_stride, rows, columns, expected.data(), b_stride);
    for (const Kernels* k : available_kernels()) {
      std::vector<float> b(panels_of(rows) * b_stride, 5.0f), back = a;
      k->transpose(a.data(), a_stride, rows, columns, b.data(), b_stride);
      EXPECT_TRUE(same_bits(b, expected)) << k->name << " " << rows << "x" << columns;
      k->transpose(b.data(), b_stride, columns, rows, back.data(), a_stride);
      EXPECT_TRUE(same_bits(back, a)) << k->name;
    }
  }
}

TEST(ColumnSums, GiveTheBitsOfTheReference) {
  Rng rng(5, RngPurpose::simulation, 1);
  for (const Shape& shape : shapes()) {
    const std::size_t stride = shape.rows * panel_width, panels = panels_of(shape.columns);
    const auto a = random_floats(rng, panels * stride);
    std::vector<float> expected(panels * panel_width);
    reference::column_sums(a.data(), stride, shape.rows, panels, expected.data());
    for (const Kernels* k : available_kernels()) {
      std::vector<float> sums(panels * panel_width);
      k->column_sums(a.data(), stride, shape.rows, panels, sums.data());
      EXPECT_TRUE(same_bits(sums, expected)) << k->name;
    }
  }
}

TEST(Gather, PicksRowsAndScalesBytes) {
  Rng rng(6, RngPurpose::simulation, 1);
  for (const std::size_t width :
       {std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{37}, std::size_t{784}}) {
    const std::size_t source_rows = 20, rows = 13, stride = rows * panel_width;
    std::vector<std::uint8_t> bytes(source_rows * width);
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(rng.below(256)); });
    const auto floats = random_floats(rng, source_rows * width);
    std::vector<std::uint32_t> order(rows);
    std::generate(order.begin(), order.end(), [&] { return rng.below(source_rows); });
    const std::size_t size = panels_of(width) * stride;
    std::vector<float> expected_bytes(size, 9.0f), expected_floats(size, 9.0f);
    reference::gather_bytes(
        {bytes.data(), width, order.data(), rows, 1 / 255.0f, -0.5f, expected_bytes.data(), stride});
    reference::gather_floats({floats.data(), width, order.data(), rows, 1, 0, expected_floats.data(), stride});
    for (const Kernels* k : available_kernels()) {
      std::vector<float> out(size, 9.0f);
      k->gather_bytes({bytes.data(), width, order.data(), rows, 1 / 255.0f, -0.5f, out.data(), stride});
      EXPECT_TRUE(same_bits(out, expected_bytes)) << k->name << " bytes " << width;
      std::fill(out.begin(), out.end(), 9.0f);
      k->gather_floats({floats.data(), width, order.data(), rows, 1, 0, out.data(), stride});
      EXPECT_TRUE(same_bits(out, expected_floats)) << k->name << " floats " << width;
    }
  }
}

}  // namespace
}  // namespace hone::test

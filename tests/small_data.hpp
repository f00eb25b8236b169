// Small data sets that tests write themselves.
#pragma once
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "base/files.hpp"
#include "base/rng.hpp"

namespace hone {

/// Two classes divided by a circle in (a, b), a category that shifts it, and noise.
inline void write_small_classification(const std::filesystem::path& path, int rows) {
  Rng rng(7, RngPurpose::simulation, 1);
  std::string csv = "a,b,noise,colour,label\n";
  for (int i = 0; i < rows; ++i) {
    const double a = 4 * rng.uniform() - 2, b = 4 * rng.uniform() - 2, noise = rng.uniform();
    const std::uint32_t colour = rng.below(3);
    const bool inside = a * a + b * b < 1.5 + 0.5 * colour;
    csv += fmt::format("{:.4f},{:.4f},{:.4f},{},{}\n", a, b, noise,
                       colour == 0   ? "red"
                       : colour == 1 ? "green"
                                     : "blue",
                       inside ? "in" : "out");
  }
  (void)write_file(path, csv);
}

/// y = sin(2 a) + b^2 + noise.
inline void write_small_regression(const std::filesystem::path& path, int rows) {
  Rng rng(8, RngPurpose::simulation, 2);
  std::string csv = "a,b,y\n";
  for (int i = 0; i < rows; ++i) {
    const double a = 4 * rng.uniform() - 2, b = 4 * rng.uniform() - 2;
    csv += fmt::format("{:.4f},{:.4f},{:.4f}\n", a, b, std::sin(2 * a) + b * b + 0.1 * rng.uniform());
  }
  (void)write_file(path, csv);
}

}  // namespace hone

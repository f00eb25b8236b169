// A C++ program without any library: values from the environment, two objectives back.
//
// Approximates sin on [0, pi] by a polynomial fitted at equidistant points; more terms are more accurate and slower.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

double variable(const char* name, double otherwise) {
  const char* text = std::getenv(name);
  return text ? std::atof(text) : otherwise;
}

}  // namespace

int main() {
  const int terms = static_cast<int>(variable("HONE_PARAM_TERMS", 3));
  const double ridge = variable("HONE_PARAM_RIDGE", 1e-6);
  constexpr int points = 50, iterations = 100;
  constexpr double pi = 3.14159265358979323846;
  std::vector<double> weights(static_cast<std::size_t>(terms), 0.0);
  double error = 0;
  for (int iteration = 0; iteration < iterations; ++iteration) {  // coordinate descent
    for (int k = 0; k < terms; ++k) {
      double numerator = 0, denominator = ridge;
      for (int i = 0; i < points; ++i) {
        const double x = i * 1.0 / (points - 1);
        double others = 0;
        for (int j = 0; j < terms; ++j)
          if (j != k) others += weights[static_cast<std::size_t>(j)] * std::pow(x, j);
        numerator += (std::sin(pi * x) - others) * std::pow(x, k);
        denominator += std::pow(x, 2 * k);
      }
      weights[static_cast<std::size_t>(k)] = numerator / denominator;
    }
    if (iteration % 50 == 0) std::fprintf(stderr, "iteration %d\n", iteration);
  }
  for (int i = 0; i < points; ++i) {
    const double x = i * 1.0 / (points - 1);
    double y = 0;
    for (int j = 0; j < terms; ++j) y += weights[static_cast<std::size_t>(j)] * std::pow(x, j);
    error = std::fmax(error, std::fabs(y - std::sin(pi * x)));
  }
  std::printf("hone: {\"values\": {\"error\": %.17g, \"terms\": %d}, \"constraints\": [%.17g]}\n", error, terms,
              error - 0.5);
}

// The table of activations in double precision: the readable formulas. The vector kernels in
// kernels/body_activations.hpp compute the same rows in float; a test holds them against each other.
#include "nn/activation.hpp"

#include <cmath>
#include <string>

#include "base/text.hpp"
#include "kernels/kernels.hpp"

namespace hone {
namespace {

constexpr double leaky_slope = 0.01;
constexpr double selu_scale = 1.0507009873554805, selu_alpha = 1.6732632423543772;

double sigmoid(double z) {
  if (z >= 0) return 1 / (1 + std::exp(-z));
  const double e = std::exp(z);
  return e / (1 + e);
}
double softplus(double z) {
  return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
}
/// Area and density of the standard normal distribution.
double normal_area(double z) {
  return 0.5 * std::erfc(-z * std::sqrt(0.5));
}
double normal_density(double z) {
  return std::exp(-0.5 * z * z) / std::sqrt(2 * 3.141592653589793);
}
/// tanh(softplus z), and how fast it changes, without cancellation: e = e^-|z|.
double mish_factor(double z) {
  const double e = std::exp(-std::abs(z));
  const double n = z >= 0 ? 1 + 2 * e : e * (e + 2);
  return n / (n + 2 * (z >= 0 ? e * e : 1));
}
double mish_bend(double z) {  // sech^2(softplus z) sigmoid z
  const double e = std::exp(-std::abs(z));
  if (z >= 0) {
    const double q = 1 + 2 * e + 2 * e * e;
    return 4 * e * e * (1 + e) / (q * q);
  }
  const double q = e * e + 2 * e + 2;
  return 4 * e * (1 + e) / (q * q);
}

std::vector<double> none() {
  return {};
}
std::vector<double> at_zero() {
  return {0};
}

constexpr auto index_of(ActivationKernel kernel) {
  return static_cast<std::uint32_t>(kernel);
}

const Activation table[] = {
    {"identity", "z", [](double z) { return z; }, [](double) { return 1.0; }, Initialisation::xavier, none,
     index_of(ActivationKernel::identity)},
    {"sigmoid", "1 / (1 + e^-z)", sigmoid, [](double z) { return sigmoid(z) * sigmoid(-z); }, Initialisation::xavier,
     none, index_of(ActivationKernel::sigmoid)},
    {"tanh", "(e^z - e^-z) / (e^z + e^-z)", [](double z) { return std::tanh(z); },
     [](double z) { return 4 * sigmoid(2 * z) * sigmoid(-2 * z); }, Initialisation::xavier, none,
     index_of(ActivationKernel::tanh)},
    {"relu", "max(0, z); slope 0 at 0 (Nair, Hinton 2010)", [](double z) { return z > 0 ? z : 0; },
     [](double z) { return z > 0 ? 1.0 : 0.0; }, Initialisation::he, at_zero, index_of(ActivationKernel::relu)},
    {"leaky_relu", "z, or 0.01 z below 0; slope 1 at 0 (Maas, Hannun, Ng 2013)",
     [](double z) { return z < 0 ? leaky_slope * z : z; }, [](double z) { return z < 0 ? leaky_slope : 1.0; },
     Initialisation::he, at_zero, index_of(ActivationKernel::leaky_relu)},
    {"elu", "z, or e^z - 1 below 0 (Clevert, Unterthiner, Hochreiter 2016)",
     [](double z) { return z < 0 ? std::expm1(z) : z; }, [](double z) { return z < 0 ? std::exp(z) : 1.0; },
     Initialisation::he, at_zero,  // the slope bends there
     index_of(ActivationKernel::elu)},
    {"selu", "1.0507 z, or 1.0507 * 1.6733 (e^z - 1) below 0; slope 1.0507 at 0 (Klambauer et al. 2017)",
     [](double z) { return selu_scale * (z < 0 ? selu_alpha * std::expm1(z) : z); },
     [](double z) { return selu_scale * (z < 0 ? selu_alpha * std::exp(z) : 1.0); }, Initialisation::lecun, at_zero,
     index_of(ActivationKernel::selu)},
    {"gelu", "z Phi(z), Phi the normal distribution function, not its tanh approximation (Hendrycks, Gimpel 2016)",
     [](double z) { return z * normal_area(z); }, [](double z) { return normal_area(z) + z * normal_density(z); },
     Initialisation::he, none, index_of(ActivationKernel::gelu)},
    {"silu", "z sigmoid(z) (Elfwing, Uchibe, Doya 2018; swish)", [](double z) { return z * sigmoid(z); },
     [](double z) { return sigmoid(z) * (1 + z * sigmoid(-z)); }, Initialisation::he, none,
     index_of(ActivationKernel::silu)},
    {"softplus", "ln(1 + e^z) (Dugas et al. 2001)", softplus, sigmoid, Initialisation::he, none,
     index_of(ActivationKernel::softplus)},
    {"mish", "z tanh(softplus z) (Misra 2019)", [](double z) { return z * mish_factor(z); },
     [](double z) { return mish_factor(z) + z * mish_bend(z); }, Initialisation::he, none,
     index_of(ActivationKernel::mish)},
};
static_assert(std::size(table) == activation_kernels);

}  // namespace

std::span<const Activation> all_activations() {
  return table;
}

Result<const Activation*> find_activation(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& row : table) {
    if (row.name == name) return &row;
    known.emplace_back(row.name);
  }
  return refuse("unknown activation " + quoted(name) + ": " + suggest_name(name, known));
}

}  // namespace hone

/// Activations. One row each: name, value, derivative; the forward pass stores the row it used, and backward can only
/// take the derivative from there.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hone {

/// Which spread initial weights get: He for relu-like, Xavier for saturating, LeCun for selu.
enum class Initialisation { he, xavier, lecun };

struct Activation {
  std::string_view name;
  std::string_view summary;  ///< formula and source
  double (*value)(double z);
  /// df/dz at z. At a kink the documented subgradient (0 for relu at 0; the right-hand slope elsewhere).
  double (*derivative)(double z);
  Initialisation initialisation;
  std::vector<double> (*kinks)();  ///< where the derivative jumps or bends; tests take one-sided differences there
  std::uint32_t kernel;            ///< index of the vector kernel that computes the same row in float
};

/// identity, sigmoid, tanh, relu, leaky_relu, elu, selu, gelu, silu, softplus, mish.
std::span<const Activation> all_activations();
/// Errors: `invalid_argument` naming the nearest known one. The pointer lives as long as the program.
Result<const Activation*> find_activation(std::string_view name);

}  // namespace hone

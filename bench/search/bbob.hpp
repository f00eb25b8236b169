/// The 24 noiseless functions of BBOB (Hansen, Finck, Ros, Auger, "Real-parameter black-box optimization benchmarking
/// 2009: noiseless functions definitions", INRIA RR-6829), written from their formulas, with shifts and rotations of
/// our own: values differ from those of COCO's instances, the landscapes are of the same kind.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

namespace hone::search_bench {

constexpr int bbob_functions = 24;

/// One instance of a function over [-5, 5]^d.
class Bbob {
 public:
  virtual ~Bbob() = default;
  /// How far above the smallest value; 0 at the optimum, up to rounding.
  virtual double regret(std::span<const double> x) const = 0;
  virtual std::span<const double> optimum() const = 0;
};

/// `function` 1 .. 24; `dimension` at least 2. The same arguments give the same instance.
std::unique_ptr<Bbob> make_bbob(int function, int dimension, std::uint32_t instance);
/// "sphere", "ellipsoid separable", ...
const char* bbob_name(int function);

}  // namespace hone::search_bench

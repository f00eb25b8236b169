// The kernels for any machine: one float at a time.
#include "kernels/simd_scalar.hpp"

// After the line above, because the body is compiled for the Simd it defines.
#include "kernels/body.hpp"
#include "kernels/body_dense.hpp"
#include "kernels/tables.hpp"

namespace hone {

constinit const Kernels scalar_kernels = make_kernels("scalar");
constinit const DenseKernels scalar_dense_kernels = make_dense_kernels("scalar");

}  // namespace hone

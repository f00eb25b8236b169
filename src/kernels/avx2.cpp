// The kernels for AVX2 with FMA; cmake/Rooms.cmake gives this file its compiler flags.
#include "kernels/simd_avx2.hpp"

// After the line above, because the body is compiled for the Simd it defines.
#include "kernels/body.hpp"
#include "kernels/body_dense.hpp"
#include "kernels/tables.hpp"

namespace hone {

constinit const Kernels avx2_kernels = make_kernels("avx2");
constinit const DenseKernels avx2_dense_kernels = make_dense_kernels("avx2");

}  // namespace hone

// The kernels for AVX-512; cmake/Rooms.cmake gives this file its compiler flags.
#include "kernels/simd_avx512.hpp"

// After the line above, because the body is compiled for the Simd it defines.
#include "kernels/body.hpp"
#include "kernels/body_dense.hpp"
#include "kernels/tables.hpp"

namespace hone {

constinit const Kernels avx512_kernels = make_kernels("avx512");
constinit const DenseKernels avx512_dense_kernels = make_dense_kernels("avx512");

}  // namespace hone

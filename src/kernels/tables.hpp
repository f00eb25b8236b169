/// The tables that dispatch.cpp chooses from, one per instruction set.
#pragma once
#include "kernels/bfloat16.hpp"
#include "kernels/dense.hpp"
#include "kernels/kernels.hpp"

namespace hone {

extern const Kernels scalar_kernels;
extern const Kernels avx2_kernels;    ///< needs AVX2 and FMA
extern const Kernels avx512_kernels;  ///< needs AVX-512 F, DQ, VL, BW
extern const DenseKernels scalar_dense_kernels, avx2_dense_kernels, avx512_dense_kernels;
extern const Bfloat16Kernels avx512_bfloat16_kernels;  ///< needs AVX512_BF16 besides

}  // namespace hone

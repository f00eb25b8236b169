/// The tables that dispatch.cpp chooses from, one per instruction set.
#pragma once
#include "kernels/kernels.hpp"

namespace hone {

extern const Kernels scalar_kernels;
extern const Kernels avx2_kernels;    ///< needs AVX2 and FMA
extern const Kernels avx512_kernels;  ///< needs AVX-512 F, DQ, VL, BW

}  // namespace hone

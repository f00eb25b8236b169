/// Losses of values, for the table in loss.cpp.
#pragma once
#include "nn/loss.hpp"

namespace hone {

double squared_error(const Kernels& kernels, const LossBatch& batch);
double huber(const Kernels& kernels, const LossBatch& batch);
double pinball(const Kernels& kernels, const LossBatch& batch);
/// With value = mean (1 + ratio v) and rate = mean e^z: e^z - (1 + ratio v) z, the mean divided out.
double poisson(const Kernels& kernels, const LossBatch& batch);
/// v = (e^z - 1) / ratio.
void poisson_link(const Kernels& kernels, const NetworkSpec& spec, const OutputMatrix& outputs, float* scratch);

}  // namespace hone

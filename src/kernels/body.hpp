/// The table of kernels, drawn from the bodies. `Simd` is defined by the including file; everything has internal
/// linkage.
#pragma once
#include "kernels/body_activations.hpp"
#include "kernels/body_layers.hpp"
#include "kernels/body_parzen.hpp"
#include "kernels/body_rows.hpp"
#include "kernels/body_updates.hpp"

namespace hone {
namespace {

constexpr Kernels make_kernels(const char* name) {
  return {name,
          multiply,
          multiply_transposed,
          transpose,
          column_sums,
          gather_bytes,
          gather_floats,
          {activate<identity_of>, activate<sigmoid_of>, activate<tanh_of>, activate<relu_of>, activate<leaky_relu_of>,
           activate<elu_of>, activate<selu_of>, activate<gelu_of>, activate<silu_of>, activate<softplus_of>,
           activate<mish_of>},
          scale_each,
          exp_each,
          log_each,
          softmax,
          piecewise,
          dropout,
          norm_train,
          norm_predict,
          norm_backward,
          layer_norm,
          layer_norm_backward,
          affine_columns,
          affine_gradients,
          blend,
          column_products,
          waves,
          add_columns,
          mix_rows,
          {update<UpdateKernel::sgd>, update<UpdateKernel::momentum>, update<UpdateKernel::nesterov>,
           update<UpdateKernel::rmsprop>, update<UpdateKernel::adam>},
          add_each,
          approach_each,
          subtract_squares_of,
          largest_weighted,
          weighted_exp_sum};
}

}  // namespace
}  // namespace hone

/// The kernels written plainly, one number at a time, for reading and for tests: the fast ones must give the same bits.
/// exp, log, waves and the activations have their reference in the double-precision functions instead.
#pragma once
#include "kernels/kernels.hpp"

namespace hone::reference {

void multiply(const Product& p);
void multiply_transposed(const Product& p);
void transpose(const float* a, std::size_t a_stride, std::size_t rows, std::size_t columns, float* b,
               std::size_t b_stride);
void column_sums(const float* a, std::size_t stride, std::size_t rows, std::size_t panels, float* out);
void gather_bytes(const Gather<std::uint8_t>& g);
void gather_floats(const Gather<float>& g);
void softmax(const Softmax& s);
void piecewise(const Piecewise& p);
void dropout(const Dropout& d);
void norm_train(const BatchNorm& n);
void norm_predict(const BatchNorm& n);
void norm_backward(const BatchNorm& n);
void layer_norm(const LayerNorm& n);
void layer_norm_backward(const LayerNorm& n);
void affine_columns(const AffineColumns& p);
void affine_gradients(const AffineGradients& p);
void blend(const Blend& b);
void column_products(const float* a, const float* b, std::size_t stride, std::size_t rows, std::size_t panels,
                     float* out);
void add_columns(const float* a, float* out, std::size_t stride, std::size_t rows, std::size_t columns);
void mix_rows(float* a, std::size_t stride, std::size_t rows, std::size_t panels, float share);
void update(UpdateKernel kind, const Update& u);

}  // namespace hone::reference

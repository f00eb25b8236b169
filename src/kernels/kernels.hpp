/// One interface to the numeric kernels of the trainer, chosen at run time: scalar, AVX2 or AVX-512.
///
/// Every result is the same bits on every instruction set: sums over k run strictly in order with fused multiply-add
/// and are never split, lanes never mix except in one fixed 16-lane tree, and exp, log and friends are our own
/// polynomials.
///
/// Matrices are kept in *column panels*: 16 columns side by side, so that element (r, c) of a matrix stands at
/// data[(c / 16) * stride + r * 16 + c % 16] with stride >= rows * 16 (floats). A panel row is one cache line; no
/// kernel needs a mask, and the layout does not depend on the instruction set. Columns that pad the last panel are
/// written like the others and never read as depth. All pointers are 64-byte aligned unless said otherwise.
///
/// This header declares no inline functions: it is read by files compiled for different instruction sets, and the
/// linker keeps one copy of an inline function, perhaps one that this machine cannot run.
#pragma once
#include <cstddef>
#include <cstdint>

namespace hone {

constexpr std::size_t panel_width = 16;

/// C = A B (+ bias per column) (times `scale`, element by element), for `panels` panels of B and C.
/// A: (rows, depth), B: (depth, 16 panels), C: (rows, 16 panels). Each element: bias, then k = 0 .. depth-1 by fma,
/// then the product with scale. With `multiply_transposed` A is stored as (depth, rows) and there is neither bias nor
/// scale. Cost: rows * depth * 16 * panels multiply-adds.
struct Product {
  const float* a;
  std::size_t a_stride;
  std::size_t rows, depth;
  const float* b;
  std::size_t b_stride;
  std::size_t panels;
  const float* bias;   ///< (16 panels), or null
  const float* scale;  ///< layout of C, or null
  float* c;
  std::size_t c_stride;
  std::size_t columns = 0;  ///< of B and C without padding, which is 0 in B; a hint for narrow ones, 0: not known
};

/// Rows of a byte or float matrix, picked by `order`, as panels: the minibatch. `source` needs no alignment.
template <class T>
struct Gather {
  const T* source;
  std::size_t width;           ///< columns = floats or bytes from one source row to the next
  const std::uint32_t* order;  ///< (rows) which source rows
  std::size_t rows;
  float scale, shift;  ///< bytes become fma(scale, byte, shift); floats are copied
  float* out;
  std::size_t stride;
};

/// One number per row as components of bins: component t is min(max((x - low[t]) * inverse_width[t], 0), 1).
struct Piecewise {
  const float* x;                    ///< of row r at x[r * 16]: a column of a panel
  std::size_t rows, bins;            ///< bins: a multiple of 16
  const float *low, *inverse_width;  ///< (bins); a width of infinity (inverse 0): a bin that is not used
  float* out;
  std::size_t stride;
};

/// Row-wise softmax of the first `classes` columns; the padding of the last panel becomes 0. `probabilities` may be
/// `logits`. Also the largest logit and the sum of exp(logit - largest) of each row.
struct Softmax {
  const float* logits;
  float* probabilities;
  std::size_t stride, rows, classes;
  float *largest, *sum;  ///< (rows)
};

/// Batch normalisation of one layer. Reading order: the kernels below say what they read and write.
struct BatchNorm {
  std::size_t stride, rows, panels;
  float* z;                         ///< in: products; out: gamma * normalised + beta
  float* normalised;                ///< kept for backward
  const float *gamma, *beta;        ///< (16 panels), as are all below
  float *mean, *inverse_deviation;  ///< of this minibatch
  float *running_mean, *running_variance;
  float momentum, epsilon;  ///< running = running + momentum * (batch - running); variance unbiased there
  float* gradient;          ///< backward: in dL/d(output), out dL/dz
  float *gamma_gradient, *beta_gradient;
};

/// Normalisation of each row over its first `columns` columns (Ba, Kiros, Hinton 2016): z becomes gamma * normalised +
/// beta. Sums run over whole panels in order, then through the fixed tree.
struct LayerNorm {
  float* z;  ///< in: sums of the layer; out: gamma * normalised + beta. Padding must be 0 and stays so
  std::size_t stride, rows, columns;
  float* normalised;          ///< kept for backward, padding 0; may be null in prediction
  float* inverse_deviation;   ///< (rows), kept for backward; may be null in prediction
  const float *gamma, *beta;  ///< padding 0
  float epsilon;
  float* gradient;  ///< backward: in dL/d(output), out dL/dz
  float *gamma_gradient, *beta_gradient;
};

/// out = a * factor (+ shift), column by column: what tells the members of an ensemble apart. `out` may be a.
struct AffineColumns {
  const float* a;
  std::size_t a_stride, rows, panels;
  const float* factor;  ///< (16 panels)
  const float* shift;   ///< (16 panels), or null
  float* out;
  std::size_t out_stride;
};
/// Its gradients: of the factor, sums over rows of gradient * a; of the shift, sums of the gradient; then the gradient
/// itself times the factor.
struct AffineGradients {
  const float* a;
  std::size_t a_stride, rows, panels;
  const float* factor;
  float* gradient;  ///< in: dL/d(out); out: dL/da
  std::size_t gradient_stride;
  float *factor_gradient, *shift_gradient;  ///< (16 panels); the latter may be null
};

/// Waves of one number per row: cos(2 pi turns) with turns = frequency[t] * x + phase[t], and -2 pi sin(2 pi turns).
struct Waves {
  const float* x;                  ///< of row r at x[r * 16]: a column of a panel
  std::size_t rows, count;         ///< waves, a multiple of 16
  const float *frequency, *phase;  ///< (count)
  float* out;                      ///< (rows, count) in panels
  float* slope;                    ///< the same layout, or null
  std::size_t stride;
};

/// Inverted dropout: value and slope become 0, or `scale` times themselves. The decision for row r and column c takes
/// 16 bits of a Philox block keyed by (key; first_block + (c / 16 * row_blocks + r) * 2 + c % 16 / 8, counter1..3).
struct Dropout {
  float* value;
  float* slope;
  std::size_t stride, rows, panels, row_blocks;
  std::uint32_t threshold;  ///< of 65536: drop when the 16 bits are below it
  float scale;
  std::uint32_t key[2];
  std::uint32_t first_block, counter[3];
  float* bend = nullptr;  ///< of a parametric activation: treated like the value
};

/// A parametric activation: value f(z) becomes z + share (f(z) - z), slope f'(z) becomes 1 + share (f'(z) - 1), with
/// one share per column. `bend` is z before and f(z) - z, the derivative by the share, after.
struct Blend {
  float* value;
  float* slope;  ///< may be null
  float* bend;
  std::size_t stride, rows, panels;
  const float* share;  ///< (panels * 16)
};

/// One optimizer step over `count` (a multiple of 16) parameters. The meaning of the numbers is that of the rows of
/// nn/optimizer.cpp; the formulas stand in kernels/reference.cpp.
struct Update {
  float* w;
  float* m;  ///< first moment or velocity; null for sgd and rmsprop
  float* v;  ///< second moment; null for the sgd kinds
  const float* g;
  std::size_t count;
  float gradient_scale;  ///< gradient clipping; 1: none
  float decay;           ///< L2, added to the gradient as decay * w
  float keep;            ///< w is multiplied by it first (decoupled decay); 1: none
  float rate, momentum, one_minus_beta1, one_minus_beta2;
  float root_correction;  ///< 1 / sqrt(1 - beta2^t)
  float epsilon;
};
/// Moments smaller than this become 0: denormal numbers make processors slow, and unused units would fill with them.
constexpr float smallest_moment = 1e-30f;

/// One axis of the kernels of a Parzen mixture: ln density at x is constant - ((x - center) * scale)^2. (padded)
struct NormalColumn {
  const float* center;
  const float* scale;  ///< 1 / (sigma sqrt 2)
};
/// sums[c][k] = (sums[c][k], or 0 if they are `fresh`) + start[k] - sum over axes of ((x[c][axis] - center) * scale)^2.
/// No alignment is needed.
struct SquaredDistances {
  const NormalColumn* columns;  ///< (axes)
  std::size_t axes;
  const float* x;  ///< (candidates, axes)
  std::size_t candidates;
  std::size_t padded;  ///< kernels, a multiple of 16
  const float* start;  ///< (padded)
  bool fresh;          ///< nothing has been put into `sums` yet
  float* sums;         ///< (candidates, padded)
};

/// Order of Kernels::activate; `Activation::kernel` is an index into it.
enum class ActivationKernel : std::uint32_t {
  identity,
  sigmoid,
  tanh,
  relu,
  leaky_relu,
  elu,
  selu,
  gelu,
  silu,
  softplus,
  mish
};
constexpr std::size_t activation_kernels = 11;
/// Order of Kernels::update.
enum class UpdateKernel : std::uint32_t { sgd, momentum, nesterov, rmsprop, adam };
constexpr std::size_t update_kernels = 5;

struct Kernels {
  const char* name;
  void (*multiply)(const Product&);
  void (*multiply_transposed)(const Product&);
  /// B (columns, rows) = A (rows, columns) transposed, both in panels. Padding of B is not written.
  void (*transpose)(const float* a, std::size_t a_stride, std::size_t rows, std::size_t columns, float* b,
                    std::size_t b_stride);
  /// out[c] = sum over rows, in order, of `panels` panels.
  void (*column_sums)(const float* a, std::size_t stride, std::size_t rows, std::size_t panels, float* out);
  void (*gather_bytes)(const Gather<std::uint8_t>&);
  void (*gather_floats)(const Gather<float>&);
  /// z becomes f(z); slope (may be null) becomes f'(z). `count` is a multiple of 16. For |z| < 80 values are within 2.5
  /// ulp of the true value, or of 1e-6 where that is smaller (softplus 3.5, mish 4.8, gelu 11), slopes within 3.7 *
  /// 2^-24.
  void (*activate[activation_kernels])(float* z, float* slope, std::size_t count);
  /// out = a * b, element by element; `out` may be a or b.
  void (*scale)(const float* a, const float* b, float* out, std::size_t count);
  void (*exp)(const float* x, float* y, std::size_t count);  ///< clamped to +-87, 2 ulp
  void (*log)(const float* x, float* y, std::size_t count);  ///< of normal positive numbers, 2 ulp
  void (*softmax)(const Softmax&);
  void (*piecewise)(const Piecewise&);
  void (*dropout)(const Dropout&);
  void (*norm_train)(const BatchNorm&);    ///< statistics of this minibatch, running ones updated, z normalised
  void (*norm_predict)(const BatchNorm&);  ///< z normalised with the running statistics
  void (*norm_backward)(const BatchNorm&);
  void (*layer_norm)(const LayerNorm&);
  void (*layer_norm_backward)(const LayerNorm&);
  void (*affine_columns)(const AffineColumns&);
  void (*affine_gradients)(const AffineGradients&);
  void (*blend)(const Blend&);
  /// out[c] = sum over rows, in order, of a[r][c] * b[r][c].
  void (*column_products)(const float* a, const float* b, std::size_t stride, std::size_t rows, std::size_t panels,
                          float* out);
  void (*waves)(const Waves&);  ///< |turns| up to 2^22; 3e-7 of 1
  /// Adds the first `columns` columns of one matrix to another of the same stride.
  void (*add_columns)(const float* a, float* out, std::size_t stride, std::size_t rows, std::size_t columns);
  /// Rows r and rows - 1 - r become share * own + (1 - share) * other; a row in the middle stays.
  void (*mix_rows)(float* a, std::size_t stride, std::size_t rows, std::size_t panels, float share);
  void (*update[update_kernels])(const Update&);
  /// out += a, element by element; no alignment is needed. `count` is a multiple of 16, here and below.
  void (*add)(const float* a, float* out, std::size_t count);
  /// out += share * (a - out), element by element: an exponential moving average.
  void (*approach)(const float* a, float share, float* out, std::size_t count);
  void (*subtract_squares)(const SquaredDistances&);
  /// The largest of the terms whose weight is above 0; -infinity if there is none. No term is NaN.
  float (*largest_weighted)(const float* terms, const float* weights, std::size_t count);
  /// Sum of weight * exp(term - top); terms that are more than 30 below `top` count as 0. Blocks of 64 in single
  /// precision by the fixed tree, the blocks in double precision.
  double (*weighted_exp_sum)(const float* terms, const float* weights, float top, std::size_t count);
};

/// The fastest kernels of this machine, or those named by the environment variable HONE_KERNELS (scalar, avx2, avx512);
/// a name that cannot be had here is said once on stderr. Chosen at the first call; thread safe.
const Kernels& kernels();
/// Those kernels, or null when unknown or not runnable on this machine.
const Kernels* find_kernels(const char* name);

}  // namespace hone

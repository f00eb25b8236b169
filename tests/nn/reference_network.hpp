/// A dense network in the plainest form, for any number type: the forward pass and the loss, straight from the formulas
/// and from the rows of the activation table. Nothing is shared with the fast network but the order of the weights.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/rng.hpp"
#include "nn/trainer.hpp"

namespace hone::test {

template <class Real>
class ReferenceNetwork {
 public:
  using Matrix = std::vector<std::vector<Real>>;  // one vector per row

  /// `weights` as Trainer::weights() gives them. `row_blocks`: Network::row_capacity(), part of the key of dropout.
  ReferenceNetwork(const NetworkSpec& spec, std::string_view weights, std::size_t row_blocks)
      : spec_(spec), row_blocks_(row_blocks) {
    for (std::size_t i = 0; i + sizeof(float) <= weights.size(); i += sizeof(float)) {
      float value;
      std::memcpy(&value, weights.data() + i, sizeof value);
      values_.push_back(Real(value));
    }
  }

  std::vector<Real>& values() { return values_; }

  /// Sixteen units for each embedded number: relu of a linear map of its components, bins or waves.
  void embed_numbers(Matrix& x, const Features& f, std::span<const std::uint32_t> order) {
    constexpr std::size_t units = 16;
    const std::size_t count = spec_.components();
    for (std::size_t n = 0; n < spec_.embedded_numbers(); ++n, next_ += (count + 1) * units + 2 * count) {
      const Real *map = &values_[next_], *bias = map + count * units, *first = bias + units, *second = first + count;
      for (std::size_t r = 0; r < order.size(); ++r)
        for (std::size_t u = 0; u < units; ++u) {
          Real sum = bias[u];
          const Real number = Real(f.dense[order[r] * f.dense_width + spec_.numeric_columns[n]]);
          for (std::size_t t = 0; t < count; ++t) {
            const Real inside = (number - first[t]) * second[t];
            const Real bin = inside < Real(0) ? Real(0) : inside > Real(1) ? Real(1) : inside;
            const Real wave = std::cos(2 * Real(M_PI) * (first[t] * number + second[t]));
            sum += (spec_.numeric_frequencies > 0 ? wave : bin) * map[t * units + u];
          }
          x[r].push_back(sum > Real(0) ? sum : Real(0));
        }
    }
  }

  /// Logits of the rows in `order`, of the first member, then of the second, ... `training`: batch statistics and
  /// dropout, keyed by (seed, step); row r mixed with row n - 1 - r.
  Matrix forward(const Features& f, std::span<const std::uint32_t> order, bool training, const TrainSeed& seed,
                 std::uint32_t step, Real share = 1) {
    next_ = 0;
    Matrix x(order.size());
    embed_numbers(x, f, order);
    for (std::size_t r = 0; r < order.size(); ++r)
      for (std::size_t c = 0; c < f.dense_width; ++c) {
        const std::size_t at = order[r] * f.dense_width + c;
        x[r].push_back(f.is_bytes() ? Real(f.byte_scale) * Real(f.bytes[at]) + Real(f.byte_shift) : Real(f.dense[at]));
      }
    for (std::size_t i = 0; i < spec_.cardinalities.size(); ++i) {
      for (std::size_t r = 0; r < order.size(); ++r) {
        const auto level = static_cast<std::size_t>(f.categories[order[r] * f.category_width + i]);
        for (std::size_t j = 0; j < spec_.embedding_widths[i]; ++j)
          x[r].push_back(values_[next_ + level * spec_.embedding_widths[i] + j]);
      }
      next_ += spec_.cardinalities[i] * spec_.embedding_widths[i];
    }
    const Matrix own = x;
    for (std::size_t r = 0; r < x.size(); ++r)
      for (std::size_t c = 0; c < x[r].size(); ++c)
        x[r][c] = share * own[r][c] + (1 - share) * own[x.size() - 1 - r][c];
    Matrix all;
    for (std::size_t m = 0; m < spec_.members; ++m) all.insert(all.end(), x.begin(), x.end());
    x = std::move(all);
    const std::size_t row_blocks = row_blocks_ * spec_.members;
    std::size_t first_block = 0;
    for (std::size_t k = 0; k < spec_.hidden.size(); ++k) {
      const std::size_t units = spec_.hidden[k];
      const Matrix before = x;
      x = hidden(x, units, k == 0);
      if (spec_.norm != NormKind::none) normalise(x, training);
      const Real* own_share = &values_[next_];
      for (auto& row : x)
        for (std::size_t j = 0; j < units; ++j) {
          const Real bent = spec_.activation->value(row[j]);
          row[j] = spec_.parametric_activation > 0 ? row[j] + own_share[j] * (bent - row[j]) : bent;
        }
      if (spec_.parametric_activation > 0) next_ += units;
      if (training && spec_.dropout > 0) drop(x, first_block, row_blocks, seed, step);
      for (std::size_t r = 0; spec_.residual && k > 0 && r < x.size(); ++r)
        for (std::size_t c = 0; c < std::min(units, before[r].size()); ++c) x[r][c] += before[r][c];
      first_block += (units + 15) / 16 * row_blocks * 2;
    }
    return heads(x);
  }

  Real loss(const Features& f, const Targets& t, std::span<const std::uint32_t> order, double smoothing,
            const TrainSeed& seed, std::uint32_t step, Real share = 1) {
    const Matrix z = forward(f, order, true, seed, step, share);
    const std::size_t rows = order.size();
    Real total = 0;
    for (std::size_t r = 0; r < z.size(); ++r)
      total += share * row_loss(z[r], t, order[r % rows], smoothing) +
               (1 - share) * row_loss(z[r], t, order[rows - 1 - r % rows], smoothing);
    return total / Real(z.size());
  }

 private:
  /// Sums of one hidden layer: of several members with their factors of inputs and outputs, of the first with those of
  /// its inputs.
  Matrix hidden(const Matrix& x, std::size_t units, bool first) {
    const std::size_t in = x[0].size(), members = spec_.members, rows = x.size() / members;
    const bool several = members > 1, bias = spec_.norm == NormKind::none;
    const bool scaled = several || (first && spec_.front_scale > 0);
    const Real* map = &values_[next_];
    const Real *of_input = map + in * units, *of_output = of_input + (scaled ? members * in : 0);
    const Real* shift = of_output + (several ? members * units : 0);
    Matrix z(x.size(), std::vector<Real>(units, Real(0)));
    for (std::size_t r = 0; r < x.size(); ++r)
      for (std::size_t j = 0; j < units; ++j) {
        const std::size_t m = r / rows;
        for (std::size_t i = 0; i < in; ++i)
          z[r][j] += x[r][i] * (scaled ? of_input[m * in + i] : Real(1)) * map[i * units + j];
        if (several) z[r][j] *= of_output[m * units + j];
        if (bias) z[r][j] += shift[m * units + j];
      }
    next_ += in * units + (scaled ? members * in : 0) + (several ? members * units : 0) + (bias ? members * units : 0);
    return z;
  }

  /// The output layer; each member has its own.
  Matrix heads(const Matrix& x) {
    const std::size_t in = x[0].size(), out = spec_.outputs, members = spec_.members, rows = x.size() / members;
    Matrix z(x.size(), std::vector<Real>(out, Real(0)));
    for (std::size_t r = 0; r < x.size(); ++r)
      for (std::size_t j = 0; j < out; ++j) {
        const std::size_t m = r / rows;
        for (std::size_t i = 0; i < in; ++i) z[r][j] += x[r][i] * values_[next_ + (m * in + i) * out + j];
        z[r][j] += values_[next_ + members * in * out + m * out + j];
      }
    next_ += members * (in + 1) * out;
    return z;
  }

  /// gamma, beta and, of batch norm, running mean and variance follow one another in the weights.
  void normalise(Matrix& z, bool training) {
    const std::size_t units = z[0].size();
    const bool batch = spec_.norm == NormKind::batch;
    for (auto& row : z) {
      if (batch) break;
      Real mean = 0, variance = 0;
      for (const Real& v : row) mean += v / Real(units);
      for (const Real& v : row) variance += (v - mean) * (v - mean) / Real(units);
      for (std::size_t j = 0; j < units; ++j)
        row[j] = values_[next_ + j] * (row[j] - mean) / std::sqrt(variance + Real(1e-5f)) + values_[next_ + units + j];
    }
    const Real rows = Real(z.size());
    for (std::size_t j = 0; batch && j < units; ++j) {
      Real mean = 0, variance = 0;
      for (const auto& row : z) mean += row[j] / rows;
      for (const auto& row : z) variance += (row[j] - mean) * (row[j] - mean) / rows;
      if (!training) {
        mean = values_[next_ + 2 * units + j];
        variance = values_[next_ + 3 * units + j];
      }
      for (auto& row : z)
        row[j] = values_[next_ + j] * (row[j] - mean) / std::sqrt(variance + Real(1e-5f)) + values_[next_ + units + j];
    }
    next_ += (batch ? 4 : 2) * units;
  }

  void drop(Matrix& x, std::size_t first_block, std::size_t row_blocks, const TrainSeed& seed,
            std::uint32_t step) const {
    const auto threshold = static_cast<std::uint32_t>(spec_.dropout * 65536 + 0.5);
    for (std::size_t r = 0; r < x.size(); ++r)
      for (std::size_t c = 0; c < x[r].size(); ++c) {
        const auto block = static_cast<std::uint32_t>(first_block + (c / 16 * row_blocks + r) * 2 + c % 16 / 8);
        const auto words = Rng::philox(
            {block, step, seed.trial, static_cast<std::uint32_t>(RngPurpose::dropout)},
            {static_cast<std::uint32_t>(seed.study_seed), static_cast<std::uint32_t>(seed.study_seed >> 32)});
        const std::uint32_t bits = words[c % 8 / 2] >> (c % 2 * 16) & 0xffffu;
        x[r][c] *= bits < threshold ? Real(0) : 1 / (1 - Real(threshold) / 65536);
      }
  }

  Real row_loss(const std::vector<Real>& z, const Targets& t, std::size_t row, double smoothing) const {
    const Real e = Real(smoothing);
    switch (spec_.loss) {
      case LossKind::softmax_cross_entropy: {
        Real sum = 0, loss = 0;
        for (const Real& v : z) sum += std::exp(v);
        for (std::size_t c = 0; c < z.size(); ++c) {
          const Real target = (t.labels[row] == static_cast<std::int32_t>(c) ? 1 - e : 0) + e / Real(z.size());
          loss += target * (std::log(sum) - z[c]);
        }
        return loss;
      }
      case LossKind::binary_cross_entropy: {
        const Real target = (1 - e) * Real(t.labels[row]) + e / 2;
        return std::log1p(std::exp(z[0])) - target * z[0];
      }
      case LossKind::focal: {
        Real sum = 0, loss = 0;
        for (const Real& v : z) sum += std::exp(v);
        for (std::size_t c = 0; c < z.size(); ++c) {
          const Real target = (t.labels[row] == static_cast<std::int32_t>(c) ? 1 - e : 0) + e / Real(z.size());
          loss -= target * std::pow(1 - std::exp(z[c]) / sum, Real(spec_.focal_gamma)) * (z[c] - std::log(sum));
        }
        return loss;
      }
      case LossKind::quantile: {
        const Real error = z[0] - Real(t.values[row]);
        return error > 0 ? (1 - Real(spec_.quantile)) * error : -Real(spec_.quantile) * error;
      }
      case LossKind::poisson:
        return std::exp(z[0]) - (1 + Real(spec_.poisson_ratio) * Real(t.values[row])) * z[0];
      case LossKind::squared_error:
        return (z[0] - Real(t.values[row])) * (z[0] - Real(t.values[row])) / 2;
      case LossKind::huber: {
        const Real size = std::abs(z[0] - Real(t.values[row])), delta = Real(spec_.huber_delta);
        return size <= delta ? size * size / 2 : delta * (size - delta / 2);
      }
    }
    return 0;
  }

  NetworkSpec spec_;
  std::size_t row_blocks_, next_ = 0;
  std::vector<Real> values_;
};

}  // namespace hone::test

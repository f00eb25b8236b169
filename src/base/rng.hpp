/// Counter-based random numbers: streams keyed by what they are for.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace hone {

/// What a stream of random numbers is for: two purposes never share a stream.
/// The numbers are part of what makes a stored study replayable: append, never renumber.
enum class RngPurpose : std::uint32_t {
  suggest = 0,
  initial_weights = 1,
  minibatch_order = 2,
  dropout = 3,
  split = 4,
  bootstrap = 5,
  simulation = 6,
  scramble = 7,
  run_seed = 8,
  mixup = 9,
  audit = 10,
};

/// Philox4x32-10, a counter-based generator: number `index` of a stream is a pure function of
/// (study seed, purpose, id, attempt, index), so it does not matter which process draws it, in which order, or how
/// often it was restarted. A stream holds 2^34 numbers.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
class Rng {
 public:
  /// `id`: trial or run number; `attempt`: 0, or how often this proposal was drawn again (duplicate, forbidden).
  Rng(std::uint64_t study_seed, RngPurpose purpose, std::uint32_t id, std::uint32_t attempt = 0)
      : key_{static_cast<std::uint32_t>(study_seed), static_cast<std::uint32_t>(study_seed >> 32)},
        counter_{0, attempt, id, static_cast<std::uint32_t>(purpose)} {}

  std::uint32_t next() {
    if (used_ == 4) {
      block_ = philox(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
  }
  /// In (0, 1), 53 bits, never 0 or 1.
  double uniform() {
    const std::uint64_t high = next(), low = next();
    return (static_cast<double>(((high << 32) | low) >> 12) + 0.5) * 0x1.0p-52;
  }

  /// In [0, n), every number equally likely (rejection, no modulo bias). `n` >= 1.
  std::uint32_t below(std::uint32_t n) {
    const std::uint32_t reject_below = (0u - n) % n;
    for (;;) {
      const std::uint64_t product = std::uint64_t{next()} * n;
      if (static_cast<std::uint32_t>(product) >= reject_below) return static_cast<std::uint32_t>(product >> 32);
    }
  }
  /// Fisher-Yates, in place; every order equally likely.
  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(static_cast<std::uint32_t>(i))]);
  }

  /// One block of four numbers. Cost: 20 multiplications.
  static std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p0 = 0xD2511F53ull * c[0], p1 = 0xCD9E8D57ull * c[2];
      c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
           static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
      k[0] += 0x9E3779B9u;
      k[1] += 0xBB67AE85u;
    }
    return c;
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_, block_{};
  unsigned used_ = 4;
};

}  // namespace hone

/// Everything that the rest of a training run depends on, in one piece of memory.
#pragma once
#include <cstdint>
#include <utility>

#include "nn/buffer.hpp"

namespace hone {

/// Progress and counters of the random numbers in the first cache line, then parameters, statistics, moments, average
/// and best weights (nn/trainer.cpp), so that a pause moves a pointer, and a copy or a file is one stretch of memory.
/// What a minibatch needs besides (gradients, activations) is not part of it.
struct TrainState {
  Buffer arena;
  std::uint64_t identity = 0;  ///< of everything that the trainer was created with, except the data's values

  TrainState() = default;
  TrainState(TrainState&& other) noexcept { *this = std::move(other); }
  TrainState& operator=(TrainState&& other) noexcept {
    arena = std::exchange(other.arena, Buffer());
    identity = other.identity;
    return *this;
  }
  bool empty() const { return arena.size() == 0; }
  std::size_t bytes() const { return arena.bytes(); }
};

}  // namespace hone

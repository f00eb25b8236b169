/// Why a loss is not finite: which layer, how many dead units, the largest gradient.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "nn/network.hpp"

namespace hone {

/// The message of the error. `network` is as the failed forward pass left it, `gradients` those of the step before (or
/// zeros). Cost: one pass over activations and gradients; only called once per failed trial.
std::string diverged_message(const Network& network, const Buffer& gradients, double loss, std::int64_t epoch,
                             std::int64_t step);

/// The first value of these rows that is not finite, which is then the cause; "" if there is none.
std::string data_message(const Features& features, std::span<const std::uint32_t> rows);

}  // namespace hone

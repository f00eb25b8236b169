/// What a network and its options must satisfy before anything is allocated.
#pragma once
#include <span>

#include "nn/trainer.hpp"

namespace hone {

Result<void> check_spec(const NetworkSpec& spec);
Result<void> check_options(const TrainOptions& options);
/// Features and targets fit the network: widths, rows, labels in range, enough rows for batch norm.
Result<void> check_data(const NetworkSpec& spec, const TrainOptions& options, const Features& features,
                        const Targets& targets, std::span<const std::uint32_t> chosen = {});
/// Bytes that training takes beside the data. Errors: more than the limit.
Result<void> check_memory(const NetworkSpec& spec, const TrainOptions& options, std::size_t rows, double limit_bytes);

/// Rows of the largest minibatch: a last row that would be alone joins the minibatch before it.
std::size_t largest_batch(std::size_t batch, std::size_t rows);

}  // namespace hone

/// What training does to the rows of a minibatch besides fetching them: weights of classes, shares of mixup.
#pragma once
#include <vector>

#include "data/features.hpp"
#include "nn/trainer.hpp"

namespace hone {

/// Weight of each class as TrainOptions::class_balance says; a class without rows has 1. Empty for a balance of 0 or
/// targets that are no labels.
std::vector<float> weights_of_classes(double balance, std::size_t classes, const Targets& targets);

/// The larger of a Beta(alpha, alpha) number and its rest, in [1/2, 1); a pure function of its arguments.
/// Source: Joehnk 1964. Cost: 2 pairs of random numbers for alpha 1, 6 for 2.
float mixup_share(double alpha, const TrainSeed& seed, std::uint32_t step);

/// Minibatches of an epoch: the last one takes what is left; a single row that would be left joins the one before,
/// since batch norm needs two.
std::int64_t count_steps(std::size_t batch, std::size_t rows);

}  // namespace hone

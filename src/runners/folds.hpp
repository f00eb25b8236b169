/// Folds of the final training: which rows a member trains on, and by which it is judged.
#pragma once
#include <cstdint>
#include <vector>

#include "data/features.hpp"

namespace hone {

/// What one member of an ensemble trains on and, with folds, is judged by.
struct MemberData {
  const EncodedPart& all;
  std::vector<std::uint32_t> rows;  ///< of `all`; none: every one
  EncodedPart left_out;             ///< of no rows without folds
};

/// The fold (0 .. folds - 1) of each row of `all`: rows in random order, of classes one class after the other, dealt
/// out in turn, so that each fold has its share of each class. A pure function of its arguments.
std::vector<std::size_t> deal_folds(const EncodedPart& all, std::uint64_t study_seed, std::int64_t trial,
                                    std::int64_t folds);

/// Rows of the other folds to train on; a copy of the rows of fold `member`.
MemberData member_data(const EncodedPart& all, const std::vector<std::size_t>& fold, std::size_t member);

}  // namespace hone

/// Wilcoxon's signed-rank test of paired differences.
#pragma once
#include <span>

namespace hone {

/// The chance that differences which are as likely positive as negative would lie as far to the positive side as these:
/// P(W+ >= w+), W+ the sum of the ranks of the positive ones by size. Zeros give half of their rank to each side, equal
/// sizes share their mean rank; both as they are, so that the value is exact for up to 50 differences with ties, too.
/// Of more, the normal approximation. 1 for none. `differences`: finite. Cost: O(n^3) up to 50, O(n log n) beyond.
///
/// Source: Wilcoxon, Biometrics Bulletin 1, 1945; Pratt, 1959, on zeros ("zsplit").
double signed_rank_p_greater(std::span<const double> differences);

}  // namespace hone

/// Small curves made of characters. Pure.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace hone {

/// `height` lines of `width` columns, the largest value on top: braille (2 x 4 dots per character), or "_.-'" (one
/// point of four heights per character) in ASCII. The series is spread over the width; one that is longer than there
/// are points is thinned by the last value of each stretch, which is right for best-so-far curves. NaN is a gap,
/// infinities lie on the edge, a constant series lies at the bottom. No lines if there is no finite value.
std::vector<std::string> curve_plot(std::span<const double> values, std::size_t width, std::size_t height,
                                    bool unicode);

/// Best value so far after each value; NaN improves nothing and stands until the first number.
std::vector<double> best_so_far(std::span<const double> values, bool maximize);

}  // namespace hone

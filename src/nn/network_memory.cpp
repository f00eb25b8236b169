// How much memory a network takes, before it is made (declared in nn/network.hpp).
#include <algorithm>
#include <cmath>

#include "nn/network.hpp"

namespace hone {

double Network::memory_bytes(const NetworkSpec& spec, std::size_t row_capacity, bool training, Precision precision) {
  // In doubles throughout: the sizes asked for may not fit any integer.
  const auto rows = static_cast<double>(row_capacity | 1), members = static_cast<double>(spec.members);
  const auto round_up = [](double n) { return std::ceil(n / panel_width) * panel_width; };
  const auto numbers = static_cast<double>(spec.embedded_numbers());
  double in = numbers * panel_width + static_cast<double>(spec.dense_width);
  for (const std::size_t width : spec.embedding_widths) in += static_cast<double>(width);
  double floats = Layout::floats(spec) + round_up(in) * rows * (training ? 3 + members : 1);
  if (spec.front_scale > 0) floats += round_up(in) * rows * members;
  floats += numbers * rows * (static_cast<double>(spec.components()) * (training ? 2 : 1) + panel_width);
  const double matrices = 1 + (members > 1 ? 1 : 0) + (spec.parametric_activation > 0 ? 1 : 0) + (training ? 2 : 0) +
                          (training && (members > 1 || spec.residual || spec.parametric_activation > 0) ? 2 : 0) +
                          (training && spec.norm != NormKind::none ? 1 : 0);
  double widest_in = 0, widest_out = 0;
  for (std::size_t i = 0; i <= spec.hidden.size(); ++i) {
    const auto out = static_cast<double>(i == spec.hidden.size() ? spec.outputs : spec.hidden[i]);
    floats += (training ? in * round_up(out) * (i == spec.hidden.size() ? members : 1) : 0) +
              round_up(out) * (rows * members * matrices + 8);
    widest_in = std::max(widest_in, in);
    widest_out = std::max(widest_out, out);
    in = out;
  }
  if (training && precision == Precision::bfloat16)
    floats += Bfloat16Products::memory_bytes(rows * members, widest_in, widest_out) / sizeof(float);
  return floats * sizeof(float);
}

}  // namespace hone

// Points of the unit cube and what they mean: activity, values, canonical coordinates.
#include <array>
#include <limits>

#include "base/check.hpp"
#include "space/space.hpp"

namespace hone {
namespace {

constexpr double inactive_unit = 0.5;

double clip(double unit) {
  return unit > 0 ? (unit < 1 ? unit : 1.0) : 0.0;
}

}  // namespace

bool Space::is_active(std::size_t axis, std::span<const double> point, std::span<const std::uint8_t> active) const {
  const std::size_t p = axes_[axis].parameter;
  if (count_axis_[p]) {
    const std::size_t count = *count_axis_[p];
    if (!active[count] ||
        scales_[axes_[count].parameter].operand(point[count]) < static_cast<double>(axes_[axis].instance))
      return false;
  }
  if (!when_[p]) return true;
  const auto& [expression, mentioned] = *when_[p];
  std::array<double, 16> few;  // conditions are short: no allocation
  std::vector<double> many(mentioned.size() > few.size() ? mentioned.size() : 0);
  const std::span<double> operands = many.empty() ? std::span<double>(few).first(mentioned.size()) : many;
  for (std::size_t i = 0; i < mentioned.size(); ++i) {
    const std::size_t a = mentioned[i];
    operands[i] = active[a] ? scales_[axes_[a].parameter].operand(point[a]) : std::numeric_limits<double>::quiet_NaN();
  }
  return expression.holds(operands);
}

Mask Space::active(std::span<const double> point) const {
  HONE_CHECK(point.size() == axes_.size(), "one coordinate per axis");
  Mask mask(axes_.size(), 0);
  for (const std::size_t a : order_) mask[a] = is_active(a, point, mask);
  return mask;
}

Mask Space::canonicalize(Point& point) const {
  Mask mask = active(point);
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    if (!mask[a])
      point[a] = inactive_unit;
    else
      point[a] = axes_[a].levels > 0 ? cell_unit(a, cell(a, point[a])) : clip(point[a]);
  }
  return mask;
}

Value Space::decode(std::size_t axis, double unit) const {
  return scales_[axes_[axis].parameter].decode(unit);
}

std::size_t Space::cell(std::size_t axis, double unit) const {
  return scales_[axes_[axis].parameter].cell(unit);
}

double Space::cell_unit(std::size_t axis, std::size_t cell) const {
  return scales_[axes_[axis].parameter].cell_unit(cell);
}

std::pair<double, double> Space::cell_bounds(std::size_t axis, std::size_t cell) const {
  return scales_[axes_[axis].parameter].cell_bounds(cell);
}

std::optional<Point> Space::default_point() const {
  Point point(axes_.size(), 0.5);
  bool any = false;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    const auto& defaults = parameters_[axes_[a].parameter].defaults;
    if (defaults.empty()) continue;
    const std::size_t instance = axes_[a].instance == 0 ? 0 : axes_[a].instance - 1;
    const auto unit = encode(a, defaults[std::min(instance, defaults.size() - 1)]);
    HONE_CHECK(unit.has_value(), "defaults were checked when the space was made");
    point[a] = *unit;
    any = true;
  }
  if (!any) return std::nullopt;
  canonicalize(point);
  return point;
}

}  // namespace hone

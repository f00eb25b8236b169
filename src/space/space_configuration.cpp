// Configurations: from a point by name, back again, and as text.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/text.hpp"
#include "space/space.hpp"

namespace hone {

Result<double> Space::encode(std::size_t axis, const Value& value) const {
  auto unit = scales_[axes_[axis].parameter].encode(value);
  if (!unit) return refuse(fmt::format("'{}' {}", axes_[axis].name, unit.error().message));
  return unit;
}

Configuration Space::configuration(std::span<const double> point) const {
  const Mask mask = active(point);
  std::vector<Configuration::Entry> entries;
  entries.reserve(axes_.size());
  for (std::size_t a = 0; a < axes_.size(); ++a)
    if (mask[a]) entries.emplace_back(axes_[a].name, decode(a, point[a]));
  return Configuration(std::move(entries));
}

/// Top-down: an axis is looked at once its parents' coordinates are known. Without `otherwise`, every active value must
/// be given and no inactive one may be.
Result<Point> Space::fill(const Configuration& configuration, const std::span<const double>* otherwise) const {
  std::vector<std::optional<double>> given(axes_.size());
  for (const auto& [name, value] : configuration.entries()) {
    const auto axis = find_axis(name);
    if (!axis) {
      if (find_axis(name + ".1"))
        return refuse(fmt::format("'{0}' is repeated: name its instances, such as {0}.1", name));
      std::vector<std::string> known;
      for (const Axis& each : axes_) known.push_back(each.name);
      return refuse(fmt::format("unknown parameter '{}'; {}", quoted(name), suggest_name(name, known)));
    }
    HONE_TRY(given[*axis], encode(*axis, value));
  }
  Point point(axes_.size(), 0.5);
  Mask mask(axes_.size(), 0);
  for (const std::size_t a : order_) {
    mask[a] = is_active(a, point, mask);
    if (!otherwise && mask[a] && !given[a])
      return refuse(fmt::format("'{}' is missing; give it a value", axes_[a].name));
    if (!otherwise && !mask[a] && given[a])
      return refuse(fmt::format("'{}' is inactive here; leave it out", axes_[a].name));
    if (mask[a]) point[a] = given[a] ? *given[a] : (*otherwise)[a];
  }
  canonicalize(point);
  return point;
}

Result<Point> Space::point(const Configuration& configuration) const {
  return fill(configuration, nullptr);
}

Result<Point> Space::complete(const Configuration& configuration, std::span<const double> otherwise) const {
  HONE_CHECK(otherwise.size() == axes_.size(), "one coordinate per axis");
  return fill(configuration, &otherwise);
}

std::uint64_t Space::count_from(std::size_t position, Point& point, Mask& active, std::uint64_t limit) const {
  if (position == order_.size()) return 1;
  const std::size_t a = order_[position];
  active[a] = is_active(a, point, active);
  if (!active[a]) return count_from(position + 1, point, active, limit);
  if (!decides_[a]) {
    const std::uint64_t rest = count_from(position + 1, point, active, limit);
    return rest > limit / axes_[a].levels ? limit + 1 : rest * axes_[a].levels;
  }
  std::uint64_t total = 0;
  for (std::size_t cell = 0; cell < axes_[a].levels && total <= limit; ++cell) {
    point[a] = cell_unit(a, cell);
    total += count_from(position + 1, point, active, limit - total);
  }
  return total;
}

std::optional<std::uint64_t> Space::count(std::uint64_t limit) const {
  if (std::ranges::any_of(axes_, [](const Axis& axis) { return axis.levels == 0; })) return std::nullopt;
  limit = std::min(limit, std::uint64_t{1} << 62);  // room for limit + 1
  Point point(axes_.size(), 0.5);
  Mask active(axes_.size(), 0);
  const std::uint64_t total = count_from(0, point, active, limit);
  if (total > limit) return std::nullopt;
  return total;
}

}  // namespace hone

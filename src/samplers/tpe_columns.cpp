#include "samplers/tpe_columns.hpp"

#include <algorithm>
#include <limits>
#include <numbers>
#include <tuple>

#include "math/normal.hpp"
#include "math/parzen.hpp"

namespace hone {
namespace {

constexpr std::size_t table_levels_max = 64;
constexpr double narrow_cell_max = 1.0 / 64;

TpeColumn make_column(const Space& space, std::size_t axis) {
  const Axis& declared = space.axes()[axis];
  TpeColumn column;
  column.axis = axis;
  column.levels = declared.levels;
  column.ordered = declared.ordered;
  column.table = declared.levels > 0 && (!declared.ordered || declared.levels <= table_levels_max);
  if (column.table && column.ordered)
    for (std::size_t cell = 0; cell < column.levels; ++cell) {
      const auto [low, high] = space.cell_bounds(axis, cell);
      column.cell_center.push_back(space.cell_unit(axis, cell));
      column.cell_low.push_back(low);
      column.cell_high.push_back(high);
    }
  while (!column.table && column.wide < column.levels) {
    const auto [low, high] = space.cell_bounds(axis, column.wide);
    if (high - low <= narrow_cell_max) break;
    column.cell_low.push_back(low);
    column.cell_high.push_back(high);
    ++column.wide;
  }
  column.wide_gain.resize(column.wide);
  column.row_sigma.assign(3 * column.cell_center.size(), 0);
  column.row_density.resize(3 * column.cell_center.size() * column.cell_center.size());
  return column;
}

/// Everything that decides whether an axis is active, apart from the values.
auto condition_of(const Space& space, const Axis& axis) {
  const Parameter& parameter = space.parameters()[axis.parameter];
  return std::tuple(parameter.when, parameter.repeat, parameter.repeat.empty() ? 0 : axis.instance);
}

void append_kernel(const Space& space, TpeColumn& column, std::size_t kernel, double unit) {
  const bool prior = kernel == 0;
  if (column.table) {
    column.cell.push_back(prior ? 0 : static_cast<std::uint32_t>(space.cell(column.axis, unit)));
    return;
  }
  const std::size_t padded = parzen_padded(kernel + 1);
  column.unit.resize(padded, 0);
  column.sigma.resize(padded, 0);
  column.scale.resize(padded, 0);
  column.constant.resize(padded, 0);
  column.good.emplace_back();
  for (std::vector<float>& gain : column.wide_gain) gain.push_back(std::numeric_limits<float>::quiet_NaN());
  column.unit[kernel] = static_cast<float>(unit);
  if (prior) {
    const auto [scale, constant] = density_kernel(unit, 1);
    column.sigma[0] = 1;
    column.scale[0] = scale;
    column.constant[0] = constant;
    column.good[0] = {UnitNormal(unit, 1), scale, constant, true,
                      std::vector<float>(column.wide, std::numeric_limits<float>::quiet_NaN())};
    return;
  }
  const auto key = [&](std::uint32_t k) { return column.unit[k]; };
  const auto at = std::ranges::upper_bound(column.order, column.unit[kernel], {}, key);
  column.order.insert(at, static_cast<std::uint32_t>(kernel));
}

}  // namespace

ScaleAndConstant density_kernel(double center, double sigma) {
  return {static_cast<float>(1 / (sigma * std::numbers::sqrt2)),
          static_cast<float>(UnitNormal(center, sigma).log_constant())};
}

void TpeMemo::start(const Space& space) {
  *this = TpeMemo();
  space_ = &space;
  for (const std::size_t axis : space.order()) {
    const Axis& declared = space.axes()[axis];
    if (declared.levels == 1) continue;  // a constant says nothing
    const auto condition = condition_of(space, declared);
    auto home = std::ranges::find_if(
        groups, [&](const TpeGroup& g) { return condition_of(space, space.axes()[g.condition_axis]) == condition; });
    if (home == groups.end()) {
      home = groups.emplace(groups.end());
      home->condition_axis = axis;
      home->always = declared.parents.empty();
      home->row.push_back(0);
    }
    home->columns.push_back(make_column(space, axis));
    append_kernel(space, home->columns.back(), 0, 0.5);
  }
  std::size_t unconditional = 0;
  for (const TpeGroup& group : groups)
    if (group.always) unconditional = group.columns.size();
  for (TpeGroup& group : groups) group.axes = group.columns.size() + (group.always ? 0 : unconditional);
}

void TpeMemo::append(const Space& space, const TrialRow& row) {
  for (TpeGroup& group : groups) {
    if (!row.active[group.condition_axis]) continue;
    group.row.push_back(static_cast<std::uint32_t>(row.number) + 1);
    for (TpeColumn& column : group.columns) append_kernel(space, column, group.row.size() - 1, row.point[column.axis]);
  }
}

void TpeMemo::advance(const View& view) {
  if (space_ != &view.space() || view.revision() < revision_ || view.size() < standings.size()) start(view.space());
  revision_ = view.revision();
  for (std::size_t i = standings.size(); i < view.size(); ++i) {
    append(view.space(), view[i]);
    standings.emplace_back();
    open_.push_back(static_cast<std::uint32_t>(i));
  }
  std::erase_if(open_, [&](std::uint32_t i) {
    standings[i] = standing(view[i]);
    return is_finished(view[i].state);
  });
}

}  // namespace hone

#include "samplers/tpe_columns.hpp"

#include <algorithm>
#include <bit>
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

/// Room for so many kernels; new ones are 0.
void resize_kernels(TpeColumn& column, std::size_t kernels) {
  const std::size_t padded = parzen_padded(kernels);
  column.unit.resize(padded, 0);
  column.sigma.resize(padded, 0);
  column.scale.resize(padded, 0);
  column.constant.resize(padded, 0);
  for (std::vector<float>& gain : column.wide_gain) gain.resize(kernels, std::numeric_limits<float>::quiet_NaN());
}

void append_prior(TpeColumn& column) {
  if (column.table) {
    column.cell.push_back(0);
    return;
  }
  resize_kernels(column, 1);
  const auto [scale, constant] = density_kernel(0.5, 1);
  column.unit[0] = 0.5f;
  column.sigma[0] = 1;
  column.scale[0] = scale;
  column.constant[0] = constant;
  column.good.push_back({0, true, UnitNormal(0.5, 1), scale, constant,
                         std::vector<float>(column.wide, std::numeric_limits<float>::quiet_NaN())});
}

/// By (unit, kernel), which all are non-negative, so that their bits are in the same order.
void sort_kernels(TpeColumn& column, std::size_t kernels) {
  std::vector<std::uint64_t> keys;
  keys.reserve(kernels);
  for (std::size_t k = 1; k < kernels; ++k)
    keys.push_back(std::uint64_t{std::bit_cast<std::uint32_t>(column.unit[k] + 0.0f)} << 32 | k);
  std::ranges::sort(keys);
  column.order.clear();
  for (const std::uint64_t key : keys) column.order.push_back(static_cast<std::uint32_t>(key));
}

/// Kernels behind `from` have been added: puts them into the order of their centres.
void order_kernels(TpeColumn& column, std::size_t from, std::size_t kernels) {
  constexpr std::size_t one_by_one = 16;
  if (kernels - from > one_by_one) {
    sort_kernels(column, kernels);
    return;
  }
  const auto key = [&](std::uint32_t k) { return column.unit[k]; };
  for (std::size_t k = from; k < kernels; ++k)
    column.order.insert(std::ranges::upper_bound(column.order, column.unit[k], {}, key), static_cast<std::uint32_t>(k));
}

constexpr std::uint32_t no_kernel = 0xffffffff;

/// Leaves the kernels that have a new number.
void drop_kernels(TpeColumn& column, const std::vector<std::uint32_t>& number, std::size_t left) {
  const auto move = [&](auto& values) {
    if (!values.empty())
      for (std::size_t k = 0; k < number.size(); ++k)
        if (number[k] != no_kernel) values[number[k]] = values[k];
  };
  if (column.table) {
    move(column.cell);
    column.cell.resize(left);
    return;
  }
  move(column.unit);
  move(column.sigma);
  move(column.scale);
  move(column.constant);
  for (std::vector<float>& gain : column.wide_gain) move(gain);
  resize_kernels(column, left);
  const auto clear = [&](auto& values) {
    std::fill(values.begin() + static_cast<std::ptrdiff_t>(left), values.end(), 0);
  };
  clear(column.unit);
  clear(column.sigma);
  clear(column.scale);
  clear(column.constant);
  std::erase_if(column.order, [&](std::uint32_t& k) {
    k = number[k];
    return k == no_kernel;
  });
  std::erase_if(column.good, [&](TpeColumn::GoodKernel& good) {
    good.kernel = number[good.kernel];
    return good.kernel == no_kernel;
  });
}

/// Rows from here on are modelled, whatever they are worth.
std::size_t window_start(const View& view) {
  constexpr std::size_t step = tpe_window_max - tpe_window;
  if (view.objectives() > 1 || view.size() < tpe_window_max) return 0;
  return (view.size() - tpe_window) / step * step;
}

}  // namespace

ScaleAndConstant density_kernel(double center, double sigma) {
  return {static_cast<float>(1 / (sigma * std::numbers::sqrt2)),
          static_cast<float>(UnitNormal(center, sigma).log_constant())};
}

void TpeMemo::start(const Space& space) {
  groups.clear();
  rows.clear();
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
    append_prior(home->columns.back());
  }
  std::size_t unconditional = 0;
  for (const TpeGroup& group : groups)
    if (group.always) unconditional = group.columns.size();
  for (TpeGroup& group : groups) group.axes = group.columns.size() + (group.always ? 0 : unconditional);
}

void TpeMemo::append(const View& view, std::span<const std::uint32_t> numbers) {
  for (TpeGroup& group : groups) {
    const std::size_t before = group.row.size();
    std::vector<std::uint32_t> own;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (!view[numbers[i]].active[group.condition_axis]) continue;
      own.push_back(numbers[i]);
      group.row.push_back(static_cast<std::uint32_t>(rows.size() + i + 1));
    }
    if (own.empty()) continue;
    for (TpeColumn& column : group.columns) {
      if (!column.table) resize_kernels(column, group.row.size());
      for (std::size_t i = 0; i < own.size(); ++i) {
        const double unit = view[own[i]].point[column.axis];
        if (column.table) {
          column.cell.push_back(static_cast<std::uint32_t>(view.space().cell(column.axis, unit)));
        } else {
          column.unit[before + i] = static_cast<float>(unit);
        }
      }
      if (!column.table) order_kernels(column, before, group.row.size());
    }
  }
  rows.insert(rows.end(), numbers.begin(), numbers.end());
}

void TpeMemo::drop(const std::vector<bool>& dropped) {
  std::vector<std::uint32_t> place;  // of the rows that stay, + 1
  std::uint32_t places = 0;
  for (const bool gone : dropped) place.push_back(gone ? 0 : ++places);
  for (TpeGroup& group : groups) {
    std::vector<std::uint32_t> number(group.row.size(), no_kernel);
    std::uint32_t left = 0;
    for (std::size_t k = 0; k < number.size(); ++k) {
      const std::uint32_t row = k == 0 ? 0 : place[group.row[k] - 1];
      if (k > 0 && row == 0) continue;
      number[k] = left;
      group.row[left++] = row;
    }
    group.row.resize(left);
    for (TpeColumn& column : group.columns) drop_kernels(column, number, left);
  }
  std::size_t i = 0;
  std::erase_if(rows, [&](std::uint32_t) { return dropped[i++]; });
}

void TpeMemo::advance(const View& view) {
  if (space_ != &view.space() || view.revision() < revision_ || view.size() < standings.size()) {
    *this = TpeMemo();
    space_ = &view.space();
    start(view.space());
  }
  revision_ = view.revision();
  for (std::size_t i = standings.size(); i < view.size(); ++i) {
    standings.emplace_back();
    open_.push_back(static_cast<std::uint32_t>(i));
  }
  std::erase_if(open_, [&](std::uint32_t i) {
    standings[i] = standing(view[i]);
    if (!is_finished(view[i].state)) return false;
    settled_.add(standings, i);
    return true;
  });
}

TrialSplit TpeMemo::split(const View& view) const {
  return view.objectives() > 1 ? split_trials(view, standings) : split_trials(view, standings, open_, settled_);
}

void TpeMemo::hold(const View& view, std::span<const std::uint32_t> good) {
  const std::size_t first = window_start(view);
  const auto older = good.first(static_cast<std::size_t>(std::ranges::lower_bound(good, first) - good.begin()));
  if (first != first_ || !std::ranges::equal(older, std::span(rows).first(older_))) {
    // Enough if all of the older ones are there, among others that are dropped.
    if (!std::ranges::includes(rows, older)) {
      start(view.space());
      append(view, older);
    } else {
      std::vector<bool> dropped(rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i)
        dropped[i] = rows[i] < first && !std::ranges::binary_search(older, rows[i]);
      drop(dropped);
    }
    first_ = first;
    older_ = older.size();
  }
  std::vector<std::uint32_t> fresh;
  for (std::size_t i = first + rows.size() - older.size(); i < view.size(); ++i)
    fresh.push_back(static_cast<std::uint32_t>(i));
  append(view, fresh);
}

std::vector<std::uint32_t> TpeMemo::places(std::span<const std::uint32_t> numbers) const {
  std::vector<std::uint32_t> found;
  for (const std::uint32_t number : numbers)
    found.push_back(static_cast<std::uint32_t>(std::ranges::lower_bound(rows, number) - rows.begin()));
  return found;
}

}  // namespace hone

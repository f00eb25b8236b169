#include "samplers/tpe_mixture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "base/elementary.hpp"
#include "math/normal.hpp"

namespace hone {
namespace {

constexpr std::size_t full_weight = 25;  // the newest bad trials
/// Least bandwidth of an ordered table in (mean) widths of a cell: a third of a kernel's mass is in the other cells.
/// With less a search never leaves a number of layers that was lucky.
constexpr double cells_reached = 0.5;

/// Kernel numbers of the good mixture by kernel number of the group; 0: a bad trial (or the prior).
std::vector<std::uint32_t> good_kernels(const TpeGroup& group, const TpeSides& sides, TpeMixture& good) {
  std::vector<std::uint32_t> local(group.row.size(), 0);
  good.global = {0};
  good.kernel = {0};
  for (std::size_t k = 1; k < group.row.size(); ++k)
    if (const std::uint32_t index = sides.good_index[group.row[k]]; index > 0) {
      local[k] = static_cast<std::uint32_t>(good.global.size());
      good.global.push_back(index);
      good.kernel.push_back(static_cast<std::uint32_t>(k));
    }
  return local;
}

void finish_weights(TpeMixture& mixture, std::span<const float> weight) {
  mixture.padded = parzen_padded(mixture.global.size());
  mixture.weight.assign(mixture.padded, 0);
  for (std::size_t k = 0; k < mixture.global.size(); ++k) mixture.weight[k] = weight[mixture.global[k]];
  mixture.constant.assign(mixture.padded, 0);
}

/// Room for the bad kernels of a column in order of their centres, one column after the other.
struct BadWalk {
  std::vector<std::uint32_t> kernel;
  std::vector<double> sigma;
};

/// Lets column.good be these kernels (ascending); what is known of them stays.
void keep_good(TpeColumn& column, std::span<const std::uint32_t> kernels) {
  if (std::ranges::equal(column.good, kernels, {}, &TpeColumn::GoodKernel::kernel)) return;
  std::vector<TpeColumn::GoodKernel> kept(kernels.size());
  auto from = column.good.begin();
  for (std::size_t k = 0; k < kernels.size(); ++k) {
    while (from != column.good.end() && from->kernel < kernels[k]) ++from;
    if (from != column.good.end() && from->kernel == kernels[k]) {
      kept[k] = std::move(*from);
    } else {
      kept[k].kernel = kernels[k];
    }
  }
  column.good = std::move(kept);
}

void add_density(TpeColumn& column, std::size_t axes, std::span<const std::uint32_t> local, TpeMixture& good,
                 TpeMixture& bad, BadWalk& room) {
  keep_good(column, good.kernel);
  const auto set_good = [&](std::uint32_t kernel, double sigma) {
    TpeColumn::GoodKernel& kept = column.good[local[kernel]];
    if (kept.known && kept.normal.sigma == sigma) return;
    const double center = double{column.unit[kernel]};
    const auto made = density_kernel(center, sigma);
    kept = {kernel,     true,          UnitNormal(center, sigma),
            made.scale, made.constant, std::vector<float>(column.wide, std::numeric_limits<float>::quiet_NaN())};
  };
  const auto set_bad = [&](std::uint32_t kernel, double sigma) {
    if (column.sigma[kernel] == sigma) return;
    const auto made = density_kernel(double{column.unit[kernel]}, sigma);
    column.sigma[kernel] = sigma;
    column.scale[kernel] = made.scale;
    column.constant[kernel] = made.constant;
    for (std::vector<float>& gain : column.wide_gain) gain[kernel] = std::numeric_limits<float>::quiet_NaN();
  };

  const std::size_t good_count = good.global.size() - 1;
  const std::size_t bad_count = column.order.size() - good_count;
  Bandwidths good_walk(good_count, axes);
  std::uint32_t good_before = 0;  // 0: none yet
  room.kernel.resize(std::max(room.kernel.size(), bad_count));
  room.sigma.resize(std::max(room.sigma.size(), bad_count + 1));
  std::uint32_t* const bad_kernel = room.kernel.data();
  double* const sigma_after = room.sigma.data();  // entry i + 1 is kernel i's
  std::size_t walked = 0;
  for (const std::uint32_t kernel : column.order) {
    if (local[kernel] == 0) {
      bad_kernel[walked++] = kernel;
      continue;
    }
    const double sigma = good_walk.next(double{column.unit[kernel]});
    if (good_before > 0) set_good(good_before, sigma);
    good_before = kernel;
  }
  if (good_before > 0) set_good(good_before, good_walk.last());

  // Nearly all kernels are here: the walk is a loop of its own and calls nothing, so that it stays in registers.
  Bandwidths walk(bad_count, axes);
  const float* const unit = column.unit.data();
  for (std::size_t i = 0; i < walked; ++i) sigma_after[i] = walk.next(double{unit[bad_kernel[i]]});
  sigma_after[walked] = walk.last();
  for (std::size_t i = 0; i < walked; ++i) set_bad(bad_kernel[i], sigma_after[i + 1]);

  kernels().add(column.constant.data(), bad.constant.data(), bad.padded);
  std::vector<float>& center = good.center.emplace_back(good.padded, 0.0f);
  std::vector<float>& scale = good.scale.emplace_back(good.padded, 0.0f);
  for (std::size_t k = 0; k < good.kernel.size(); ++k) {
    const TpeColumn::GoodKernel& kept = column.good[k];
    center[k] = column.unit[good.kernel[k]];
    scale[k] = kept.scale;
    good.constant[k] += kept.constant;
  }
  bad.densities.push_back({column.unit.data(), column.scale.data()});
}

/// Types and bandwidths of an ordered table for the kernels of one side: those whose `local` is above 0 iff `good`.
void add_ordered_table(TpeColumn& column, std::size_t axes, std::span<const std::uint32_t> local, bool good,
                       TpeMixture& mixture) {
  TpeTable& table = mixture.tables.emplace_back();
  table.column = &column;
  table.keeps_rows = !good;
  table.type.assign(mixture.global.size(), static_cast<std::uint32_t>(3 * column.levels));
  table.sigma.assign(3 * column.levels, 0);
  std::vector<std::uint32_t> count(column.levels, 0), last(column.levels, 0);
  for (std::size_t k = 1; k < column.cell.size(); ++k) {
    if ((local[k] > 0) != good) continue;
    const std::size_t cell = column.cell[k];
    const std::size_t kernel = good ? local[k] : k;
    table.type[kernel] = static_cast<std::uint32_t>(3 * cell + (count[cell] == 0 ? 0 : 1));
    last[cell] = static_cast<std::uint32_t>(kernel);
    ++count[cell];
    ++table.observations;
  }
  if (table.observations == 0) return;
  // Observations of one cell between its first and last have no gap at either side: one of them speaks for all.
  Bandwidths walk(table.observations, axes);
  const double least = cells_reached / static_cast<double>(column.levels);
  std::size_t before = 3 * column.levels;
  for (std::size_t cell = 0; cell < column.levels; ++cell) {
    if (count[cell] > 1) table.type[last[cell]] = static_cast<std::uint32_t>(3 * cell + 2);
    for (std::size_t role = 0; role < 3; ++role) {
      const bool present = role == 0 ? count[cell] > 0 : role == 1 ? count[cell] > 2 : count[cell] > 1;
      if (!present) continue;
      const double bandwidth = std::max(least, walk.next(column.cell_center[cell]));
      if (before < 3 * column.levels) table.sigma[before] = bandwidth;
      before = 3 * cell + role;
    }
  }
  table.sigma[before] = std::max(least, walk.last());
}

void add_unordered_table(TpeColumn& column, std::span<const std::uint32_t> local, bool good, TpeMixture& mixture) {
  TpeTable& table = mixture.tables.emplace_back();
  table.column = &column;
  table.type.assign(mixture.global.size(), static_cast<std::uint32_t>(column.levels));
  for (std::size_t k = 1; k < column.cell.size(); ++k) {
    if ((local[k] > 0) != good) continue;
    table.type[good ? local[k] : k] = column.cell[k];
    ++table.observations;
  }
}

/// Probability of the observed category is (1 + s) / (1 + levels s), of another one s / (1 + levels s), s = 1 /
/// kernels.
double category_share(const TpeTable& table) {
  return 1.0 / static_cast<double>(table.observations + 1);
}

}  // namespace

float TpeTable::ordered_density(std::size_t type_of_kernel, std::size_t cell) {
  const std::size_t levels = column->levels;
  const bool prior = type_of_kernel == 3 * levels;
  const double center = prior ? 0.5 : column->cell_center[type_of_kernel / 3],
               width = prior ? 1 : sigma[type_of_kernel];
  const auto density = [&] {
    return static_cast<float>(
        UnitNormal(center, width).log_cell_density(column->cell_low[cell], column->cell_high[cell]));
  };
  if (!keeps_rows || prior) return density();
  const auto row = std::span(column->row_density).subspan(type_of_kernel * levels, levels);
  if (column->row_sigma[type_of_kernel] != width) {
    column->row_sigma[type_of_kernel] = width;
    std::ranges::fill(row, std::numeric_limits<float>::quiet_NaN());
  }
  if (std::isnan(row[cell])) row[cell] = density();
  return row[cell];
}

void TpeTable::densities(std::size_t cell, std::span<float> density) {
  const std::size_t levels = column->levels;
  if (column->ordered) {
    std::vector<float> of_type(3 * levels + 1, 0);
    for (std::size_t t = 0; t < of_type.size(); ++t)
      if (t == 3 * levels || sigma[t] > 0) of_type[t] = ordered_density(t, cell);
    for (std::size_t k = 0; k < type.size(); ++k) density[k] = of_type[type[k]];
    return;
  }
  const double share = category_share(*this), n = static_cast<double>(levels);
  const auto here = static_cast<float>(portable_log(n * (1 + share) / (1 + n * share)));
  const auto elsewhere = static_cast<float>(portable_log(n * share / (1 + n * share)));
  for (std::size_t k = 0; k < type.size(); ++k) density[k] = type[k] == levels ? 0 : type[k] == cell ? here : elsewhere;
}

TpeSides make_sides(std::size_t rows, std::span<const std::uint32_t> good, std::span<const float> weight) {
  TpeSides sides;
  sides.good_index.assign(rows + 1, 0);
  for (std::size_t i = 0; i < good.size(); ++i) sides.good_index[good[i] + 1] = static_cast<std::uint32_t>(i + 1);
  sides.good_weight.assign(good.size() + 1, 1);
  std::ranges::copy(weight, sides.good_weight.begin() + 1);
  sides.bad_weight.assign(rows + 1, 0);
  sides.bad_weight[0] = 1;
  const std::size_t bad = rows - good.size();
  const double n = static_cast<double>(bad);
  const std::size_t ramp = bad > full_weight ? bad - full_weight : 0;
  const double rise = ramp > 1 ? (1 - 1 / n) / static_cast<double>(ramp - 1) : 0;
  std::size_t age = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    if (sides.good_index[row + 1] > 0) continue;
    sides.bad_weight[row + 1] = age < ramp ? static_cast<float>(1 / n + rise * static_cast<double>(age)) : 1;
    ++age;
  }
  return sides;
}

TpeGroupMixtures make_mixtures(TpeGroup& group, const TpeSides& sides) {
  TpeGroupMixtures both;
  const std::vector<std::uint32_t> local = good_kernels(group, sides, both.good);
  both.bad.global = group.row;
  finish_weights(both.good, sides.good_weight);
  finish_weights(both.bad, sides.bad_weight);
  BadWalk room;
  for (TpeColumn& column : group.columns) {
    if (!column.table) {
      add_density(column, group.axes, local, both.good, both.bad, room);
    } else if (column.ordered) {
      add_ordered_table(column, group.axes, local, true, both.good);
      add_ordered_table(column, group.axes, local, false, both.bad);
    } else {
      add_unordered_table(column, local, true, both.good);
      add_unordered_table(column, local, false, both.bad);
    }
  }
  for (std::size_t i = 0; i < both.good.center.size(); ++i)
    both.good.densities.push_back({both.good.center[i].data(), both.good.scale[i].data()});
  return both;
}

void draw_from_kernel(const Space& space, const TpeGroup& group, const TpeMixture& good, std::size_t kernel, Rng& rng,
                      std::span<double> point) {
  std::size_t table = 0;
  for (const TpeColumn& column : group.columns) {
    double unit;
    if (!column.table) {
      unit = column.good[kernel].normal.quantile(rng.uniform());
    } else {
      const TpeTable& from = good.tables[table++];
      const std::size_t type = from.type[kernel];
      if (!column.ordered) {
        const auto n = static_cast<double>(column.levels);
        const bool prior = type == column.levels;
        const double observed = prior ? 0 : 1 / (1 + n * category_share(from));
        const std::size_t cell = rng.uniform() < observed ? type : rng.below(static_cast<std::uint32_t>(column.levels));
        point[column.axis] = space.cell_unit(column.axis, cell);
        continue;
      }
      const bool prior = type == 3 * column.levels;
      const UnitNormal normal(prior ? 0.5 : column.cell_center[type / 3], prior ? 1 : from.sigma[type]);
      unit = normal.quantile(rng.uniform());
    }
    point[column.axis] = column.levels == 0 ? unit : space.cell_unit(column.axis, space.cell(column.axis, unit));
  }
}

namespace {

/// What the wide cell `cell` adds to each kernel's ln density at its centre to make it the exact mean over the cell.
std::vector<float> wide_gains(const Space& space, TpeColumn& column, const TpeMixture& mixture, std::size_t cell) {
  const double low = column.cell_low[cell], high = column.cell_high[cell];
  const double x = double{static_cast<float>(space.cell_unit(column.axis, cell))};  // as the sums have it
  const auto gain = [&](const UnitNormal& normal) {
    const double z = (x - normal.center) / normal.sigma;
    return static_cast<float>(normal.log_cell_density(low, high) - (normal.log_constant() - z * z / 2));
  };
  if (!mixture.kernel.empty()) {
    std::vector<float> gains(mixture.global.size());
    for (std::size_t k = 0; k < gains.size(); ++k) {
      TpeColumn::GoodKernel& kernel = column.good[k];
      if (std::isnan(kernel.wide_gain[cell])) kernel.wide_gain[cell] = gain(kernel.normal);
      gains[k] = kernel.wide_gain[cell];
    }
    return gains;
  }
  std::vector<float>& kept = column.wide_gain[cell];
  for (std::size_t k = 0; k < kept.size(); ++k)
    if (std::isnan(kept[k]))
      kept[k] = column.sigma[k] == 0 ? 0 : gain(UnitNormal(double{column.unit[k]}, column.sigma[k]));
  return kept;
}

/// Puts exact means over the wide cells in the place of densities at their centres. `terms`: (which, padded).
void use_wide_cells(const Space& space, TpeColumn& column, const TpeMixture& mixture, const TpeCandidates& candidates,
                    std::span<const std::size_t> which, float* terms) {
  std::vector<std::vector<float>> gains(column.wide);
  for (std::size_t c = 0; c < which.size(); ++c) {
    const std::size_t cell = space.cell(column.axis, candidates.point[which[c]][column.axis]);
    if (cell >= column.wide) continue;
    if (gains[cell].empty()) gains[cell] = wide_gains(space, column, mixture, cell);
    float* row = terms + c * mixture.padded;
    for (std::size_t k = 0; k < gains[cell].size(); ++k) row[k] += gains[cell][k];
  }
}

}  // namespace

std::vector<double> log_densities(const Space& space, TpeGroup& group, TpeMixture& mixture,
                                  const TpeCandidates& candidates, std::span<const std::size_t> which, TpeCarry& carry,
                                  bool carried, bool last) {
  const std::size_t count = mixture.global.size(), padded = mixture.padded, densities = mixture.densities.size();
  // A side that has every kernel carries its terms in its own order; otherwise they are picked out and put back.
  const bool whole = count == carry.kernels;
  const std::unique_ptr<float[]> terms(std::make_unique_for_overwrite<float[]>(which.size() * padded));
  std::vector<float> x(which.size() * densities);
  std::vector<double> before(which.size());
  if (!carried) {
    std::fill_n(terms.get(), padded, 0.0f);
    std::ranges::fill(before, log_weighted_sum(terms.get(), mixture.weight.data(), padded));
  }
  for (std::size_t c = 0; c < which.size(); ++c) {
    float* row = terms.get() + c * padded;
    if (carried) {
      const auto from = carry.of(which[c]);
      if (whole) {
        std::ranges::copy(from, row);
      } else {
        for (std::size_t k = 0; k < count; ++k) row[k] = from[mixture.global[k]];
      }
      std::fill(row + count, row + padded, 0.0f);
      before[c] = log_weighted_sum(row, mixture.weight.data(), padded);
    }
    std::size_t density = 0;
    for (const TpeColumn& column : group.columns)
      if (!column.table) x[c * densities + density++] = static_cast<float>(candidates.point[which[c]][column.axis]);
  }
  kernels().subtract_squares({mixture.densities.data(), densities, x.data(), which.size(), padded,
                              mixture.constant.data(), !carried, terms.get()});
  for (TpeColumn& column : group.columns)
    if (column.wide > 0) use_wide_cells(space, column, mixture, candidates, which, terms.get());

  // Tables: once per cell that some candidate is in.
  std::vector<float> in_cell(padded, 0);
  for (TpeTable& table : mixture.tables) {
    std::vector<std::size_t> cell(which.size());
    for (std::size_t c = 0; c < which.size(); ++c)
      cell[c] = space.cell(table.column->axis, candidates.point[which[c]][table.column->axis]);
    for (std::size_t c = 0; c < which.size(); ++c) {
      if (std::find(cell.begin(), cell.begin() + static_cast<std::ptrdiff_t>(c), cell[c]) !=
          cell.begin() + static_cast<std::ptrdiff_t>(c))
        continue;
      table.densities(cell[c], std::span(in_cell).first(count));
      for (std::size_t other = c; other < which.size(); ++other)
        if (cell[other] == cell[c]) kernels().add(in_cell.data(), terms.get() + other * padded, padded);
    }
  }

  std::vector<double> result(which.size());
  for (std::size_t c = 0; c < which.size(); ++c) {
    const float* row = terms.get() + c * padded;
    result[c] = log_weighted_sum(row, mixture.weight.data(), padded) - before[c];
    if (last) continue;
    const auto to = carry.of(which[c]);
    if (whole) {
      std::copy_n(row, count, to.begin());
    } else {
      for (std::size_t k = 0; k < count; ++k) to[mixture.global[k]] = row[k];
    }
  }
  return result;
}

}  // namespace hone

/// Every combination of a grid: all values of an axis that has finitely many, `levels` evenly spread ones of the
/// others. Conditions are honoured: an inactive axis is not varied, so no configuration comes twice. Configurations
/// that the study has already, wherever they came from, and forbidden ones are passed over.
///
/// Grids of up to 131,072 configurations are walked whole, in an order shuffled by the study's seed; of larger ones
/// random members are drawn. With `shuffle` = 0 the order is that of counting, the last axis fastest, whatever the
/// size. Cost: O(trials) per proposal without a memo, else O(what is new); the shuffled order is O(configurations),
/// once.
#include <algorithm>
#include <optional>
#include <set>

#include "base/rng.hpp"
#include "samplers/sampler.hpp"

namespace hone {
namespace {

constexpr OptionRow options[] = {
    {"levels", 5, 1, 1000, true, "Values of an axis that is continuous."},
    {"shuffle", 1, 0, 1, true, "1: in an order drawn by the study's seed; 0: counting."},
};
constexpr std::size_t listed_max = 131'072;
constexpr int draws_max = 10'000;

using Digits = std::vector<std::uint32_t>;  // (axes) index of the value; 0 where inactive

/// The points of one space's grid.
class Grid {
 public:
  Grid(const Space& space, std::size_t levels) : space_(space), levels_(levels) {}

  Point point(const Digits& digits) const {
    Point point(digits.size(), 0.5);
    Mask active(digits.size(), 0);
    for (const std::size_t axis : space_.order())
      if ((active[axis] = space_.is_active(axis, point, active))) point[axis] = unit(axis, digits[axis]);
    return point;
  }

  /// Counts up: the last active axis that can, goes on; those behind it start again. False after the last point.
  bool next(Digits& digits) const {
    const Point now = point(digits);
    const Mask active = space_.active(now);
    const auto order = space_.order();
    for (std::size_t i = order.size(); i-- > 0;) {
      const std::size_t axis = order[i];
      if (!active[axis]) continue;
      if (digits[axis] + 1 < size(axis)) {
        ++digits[axis];
        return true;
      }
      digits[axis] = 0;
    }
    return false;
  }

  /// About how many points there are: the mean, over random points, of the product of the sizes of their active axes.
  /// Source: Knuth, "Estimating the efficiency of backtrack programs", Mathematics of Computation 29, 1975.
  double estimate() const {
    constexpr int probes = 64;
    Rng rng(0, RngPurpose::suggest, 0);
    double sum = 0;
    for (int i = 0; i < probes; ++i) {
      const Mask active = space_.active(point(draw(rng)));
      double product = 1;
      for (std::size_t axis = 0; axis < active.size(); ++axis)
        if (active[axis]) product *= static_cast<double>(size(axis));
      sum += product;
    }
    return sum / probes;
  }

  Digits draw(Rng& rng) const {
    Digits digits(space_.axes().size(), 0);
    for (std::size_t axis = 0; axis < digits.size(); ++axis) digits[axis] = rng.below(size(axis));
    return digits;
  }

 private:
  std::uint32_t size(std::size_t axis) const {
    const std::size_t declared = space_.axes()[axis].levels;
    return static_cast<std::uint32_t>(std::min<std::size_t>(declared > 0 ? declared : levels_, 0xffffffff));
  }
  double unit(std::size_t axis, std::uint32_t digit) const {
    if (space_.axes()[axis].levels > 0) return space_.cell_unit(axis, digit);
    return levels_ == 1 ? 0.5 : static_cast<double>(digit) / static_cast<double>(levels_ - 1);
  }

  const Space& space_;
  std::size_t levels_;
};

/// The whole grid in its order, or nothing if it is too large to be listed.
std::optional<std::vector<Digits>> list_grid(const Grid& grid, std::size_t axes) {
  if (grid.estimate() > 4.0 * listed_max) return std::nullopt;
  std::vector<Digits> all = {Digits(axes, 0)};
  for (Digits digits = all.front(); grid.next(digits);) {
    if (all.size() == listed_max) return std::nullopt;
    all.push_back(digits);
  }
  return all;
}

/// What of a study's grid is known to be done. Rows are only added, so the done part of the order only grows.
class GridMemo final : public Memo {
 public:
  const Space* space = nullptr;
  std::uint64_t seed = 0;
  std::size_t rows = 0;
  std::set<Point> taken;
  bool listed = false;
  std::vector<Digits> order;  // shuffled and listed only
  std::size_t done = 0;       // this many of `order` are taken or forbidden
  Digits at;                  // counting: everything before it is
  bool ended = false;         // counting: there is nothing from `at` on
};

class GridSampler final : public Sampler {
 public:
  GridSampler(std::size_t levels, bool shuffle) : levels_(levels), shuffle_(shuffle) {}

  Result<Proposal> suggest(const View& view, const AskContext& context, Memo* memo) const override {
    GridMemo fresh;
    auto* const kept = dynamic_cast<GridMemo*>(memo);
    GridMemo& state = kept ? *kept : fresh;
    const Space& space = view.space();
    const Grid grid(space, levels_);
    if (state.space != &space || state.seed != context.study_seed || state.rows > view.size())
      start(grid, view, context, state);
    for (; state.rows < view.size(); ++state.rows) state.taken.emplace(view[state.rows].point);

    auto found = !shuffle_      ? count_up(grid, space, context, state)
                 : state.listed ? from_list(grid, space, context, state)
                                : from_draws(grid, space, context, state);
    if (!found) return fail(Error::Kind::unavailable, "exhausted: every point of the grid has been tried");
    return Proposal{std::move(*found), "grid", ""};
  }
  std::unique_ptr<Memo> make_memo() const override { return std::make_unique<GridMemo>(); }

 private:
  void start(const Grid& grid, const View& view, const AskContext& context, GridMemo& state) const {
    state = GridMemo();
    state.space = &view.space();
    state.seed = context.study_seed;
    state.at.assign(view.space().axes().size(), 0);
    if (!shuffle_) return;
    auto all = list_grid(grid, state.at.size());
    state.listed = all.has_value();
    if (!all) return;
    state.order = std::move(*all);
    Rng(context.study_seed, RngPurpose::suggest, 0xffffffff).shuffle(std::span(state.order));
  }

  /// The points of the grid that are free, in order; `context.attempt` many of them are passed over.
  static bool is_free(const Space& space, const Point& point, const GridMemo& state) {
    return !state.taken.contains(point) && !space.forbidden(space.configuration(point));
  }

  static std::optional<Point> from_list(const Grid& grid, const Space& space, const AskContext& context,
                                        GridMemo& state) {
    while (state.done < state.order.size() && !is_free(space, grid.point(state.order[state.done]), state)) ++state.done;
    std::int64_t pass = context.attempt;
    for (std::size_t i = state.done; i < state.order.size(); ++i) {
      Point point = grid.point(state.order[i]);
      if (is_free(space, point, state) && pass-- == 0) return point;
    }
    return std::nullopt;
  }

  static std::optional<Point> count_up(const Grid& grid, const Space& space, const AskContext& context,
                                       GridMemo& state) {
    while (!state.ended && !is_free(space, grid.point(state.at), state)) state.ended = !grid.next(state.at);
    if (state.ended) return std::nullopt;
    std::int64_t pass = context.attempt;
    Digits digits = state.at;
    do {
      Point point = grid.point(digits);
      if (is_free(space, point, state) && pass-- == 0) return point;
    } while (grid.next(digits));
    return std::nullopt;
  }

  static std::optional<Point> from_draws(const Grid& grid, const Space& space, const AskContext& context,
                                         const GridMemo& state) {
    Rng rng(context.study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(context.trial),
            static_cast<std::uint32_t>(context.attempt));
    for (int i = 0; i < draws_max; ++i) {
      Point point = grid.point(grid.draw(rng));
      if (is_free(space, point, state)) return point;
    }
    return std::nullopt;
  }

  std::size_t levels_;
  bool shuffle_;
};

}  // namespace

constinit const SamplerInfo grid_sampler_info{.name = "grid",
                                              .summary = "Every combination of a grid, each once.",
                                              .paper = "",
                                              .options = options,
                                              .make = [](std::span<const double> values) -> std::unique_ptr<Sampler> {
                                                return std::make_unique<GridSampler>(
                                                    static_cast<std::size_t>(values[0]), values[1] > 0);
                                              }};

}  // namespace hone

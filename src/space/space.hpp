/// The search space: parameters expanded into axes of the unit cube, conditions, constraints, and the map both ways.
///
/// An axis is one instance of a parameter ("units.2"). A point has one unit coordinate per axis. Half-step widening
/// gives each value of a grid equal mass: low' = low - step/2, high' = high + step/2 (taken before the logarithm for
/// log ints), as in Optuna's and HEBO's spaces. Values of categorical, ordinal and bool axes are cells of equal width.
/// Canonical points: a grid coordinate is the one that `encode` gives its value, an inactive one is 0.5.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "space/expression.hpp"
#include "space/fault.hpp"
#include "space/parameter.hpp"
#include "space/scale.hpp"
#include "space/value.hpp"

namespace hone {

using Point = std::vector<double>;       ///< (axes), unit coordinates in [0, 1]
using Mask = std::vector<std::uint8_t>;  ///< (axes), 1 where active

struct Axis {
  std::string name;                  ///< "layers", "units.2"
  std::size_t parameter = 0;         ///< index into Space::parameters()
  std::size_t instance = 0;          ///< 0 for a plain parameter, else 1, 2, ...
  std::size_t levels = 0;            ///< number of distinct values; 0 for a continuous axis; 1 for a constant
  bool ordered = true;               ///< false for categorical and bool: only equality means something
  std::vector<std::size_t> parents;  ///< axes that decide whether this one is active
};

class Space {
 public:
  /// Errors: duplicate names, unknown or cyclic references in `repeat` and `when`, wrong expressions; each message
  /// names the parameter. Cost: O(axes + size of the expressions).
  static Result<Space> make(std::vector<Parameter> parameters, std::vector<std::string> forbid = {});
  /// The same, saying which part is to blame.
  static Faulty<Space> make_or_blame(std::vector<Parameter> parameters, std::vector<std::string> forbid);

  std::span<const Parameter> parameters() const { return parameters_; }
  std::span<const std::string> forbid() const { return forbid_text_; }
  std::span<const Axis> axes() const { return axes_; }
  /// Every axis once, parents before children.
  std::span<const std::size_t> order() const { return order_; }
  std::optional<std::size_t> find_axis(std::string_view name) const;

  /// Is `axis` active, given the coordinates of its ancestors and whether those are active? Other entries are ignored.
  bool is_active(std::size_t axis, std::span<const double> point, std::span<const std::uint8_t> active) const;
  /// Activity of every axis.
  Mask active(std::span<const double> point) const;
  /// Rounds grid coordinates to their value's coordinate, sets inactive ones to 0.5, clips to [0, 1]. Idempotent.
  Mask canonicalize(Point& point) const;

  Value decode(std::size_t axis, double unit) const;
  /// Errors: `invalid_argument` for a wrong type, out of range, off the grid (tolerance 1e-9 of a step), unknown
  /// choice.
  Result<double> encode(std::size_t axis, const Value& value) const;
  /// Index in 0..levels-1 of the cell of a grid axis that `unit` lies in, and the coordinate of a cell.
  std::size_t cell(std::size_t axis, double unit) const;
  double cell_unit(std::size_t axis, std::size_t cell) const;
  /// [low, high] in unit coordinates of a cell: for a log-int axis cells have different widths.
  std::pair<double, double> cell_bounds(std::size_t axis, std::size_t cell) const;

  /// Active values by name, in axis order.
  Configuration configuration(std::span<const double> point) const;
  /// The canonical point. Errors: a missing active value, an unknown name, a value for an inactive parameter.
  Result<Point> point(const Configuration& configuration) const;
  /// As `point`, but missing values are taken from `otherwise`, and values of parameters that turn out inactive are
  /// ignored: for enqueued and default configurations. Errors: unknown names, values out of range.
  Result<Point> complete(const Configuration& configuration, std::span<const double> otherwise) const;
  /// The default configuration's point: declared defaults, others at the middle; nothing if no parameter has a default.
  std::optional<Point> default_point() const;

  bool forbidden(const Configuration& configuration) const;
  /// Number of distinct active configurations if that is at most `limit` (forbidden ones included), else nothing.
  std::optional<std::uint64_t> count(std::uint64_t limit) const;

  /// Normalised TOML of the [space] and [constraints] sections: equal text means the same space.
  std::string to_toml() const;

 private:
  struct Condition {
    Expression expression;
    std::vector<std::size_t> axes;  ///< of its mentions
  };
  Faulty<void> check_parameters();
  Faulty<void> check_repeat(const Parameter& parameter) const;
  Faulty<void> make_axes();
  Faulty<void> make_conditions();
  Faulty<void> make_order();
  Faulty<void> make_constraints();
  Result<Point> fill(const Configuration& configuration, const std::span<const double>* otherwise) const;
  std::uint64_t count_from(std::size_t position, Point& point, Mask& active, std::uint64_t limit) const;

  std::vector<Parameter> parameters_;
  std::vector<std::string> forbid_text_;
  std::vector<Axis> axes_;
  std::vector<std::size_t> order_;
  std::vector<Scale> scales_;                           ///< (parameters)
  std::vector<std::size_t> first_axis_;                 ///< (parameters)
  std::vector<std::optional<std::size_t>> count_axis_;  ///< (parameters), of `repeat`
  std::vector<std::optional<Condition>> when_;          ///< (parameters)
  std::vector<std::uint8_t> decides_;                   ///< (axes), 1 if another axis depends on it
  std::vector<std::size_t> by_name_;                    ///< axes in the order of their names
  std::vector<Expression> forbid_;
};

}  // namespace hone

/// Encoders as operators of ONNX: the same preprocessing as encode(), value for value. Numbers are scaled in double
/// precision and in the order of NumericScaling, so that the inputs of the network are the same bits.
///
/// The structured bindings below name every field of what they take apart: a new field does not compile here until
/// somebody has said what it means in the graph.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "data/cell.hpp"
#include "data/image_encoder.hpp"
#include "data/table_encoder.hpp"
#include "onnx/graph.hpp"

namespace hone {
namespace {

/// Whole numbers up to here are the same in double and int64.
constexpr double whole_max = 9007199254740992.0;

/// bool (rows, 1): the input is NaN or infinite, which both mean that there is no value.
OnnxTensor is_no_number(OnnxGraph& graph, const OnnxTensor& number) {
  return graph.apply("Or", {graph.apply("IsNaN", {number}), graph.apply("IsInf", {number})});
}

OnnxTensor as_float(OnnxGraph& graph, const OnnxTensor& tensor) {
  return graph.cast(tensor, OnnxType::float32);
}

/// NumericScaling::bent for a distance from the centre.
OnnxTensor bent(OnnxGraph& graph, const OnnxTensor& distance, double bend) {
  const OnnxTensor bends = graph.apply("Div", {graph.apply("Abs", {distance}), graph.scalar(bend)});
  const OnnxTensor near = graph.apply("Min", {bends, graph.scalar(bends_max)});
  const OnnxTensor square = graph.apply("Add", {graph.apply("Mul", {near, graph.scalar(4.0)}), graph.scalar(1.0)});
  const OnnxTensor root = graph.apply("Sqrt", {graph.apply("Sqrt", {square})});
  return graph.apply("Mul", {graph.apply("Sign", {distance}), graph.apply("Sub", {root, graph.scalar(1.0)})});
}

/// Linear between the knots: each interval adds what it rises, times the part of it that lies below the number. Adds up
/// in another order than NumericScaling::apply, so that the last bits may differ.
OnnxTensor interpolated(OnnxGraph& graph, const std::vector<double>& knots, const std::vector<double>& scores,
                        const OnnxTensor& number) {
  const std::size_t intervals = knots.size() - 1;
  std::vector<double> widths, rises;
  for (std::size_t i = 0; i < intervals; ++i) {
    widths.push_back(knots[i + 1] - knots[i]);
    rises.push_back(scores[i + 1] - scores[i]);
  }
  if (intervals == 0)
    return graph.apply("Add", {graph.apply("Mul", {number, graph.scalar(0.0)}), graph.scalar(scores[0])});
  const std::vector<double> from(knots.begin(), knots.end() - 1);
  const OnnxTensor above = graph.apply("Sub", {number, graph.constant(from, {1, intervals})});
  const OnnxTensor part = graph.apply("Clip", {graph.apply("Div", {above, graph.constant(widths, {1, intervals})}),
                                               graph.scalar(0.0), graph.scalar(1.0)});
  const OnnxTensor risen = graph.apply("MatMul", {part, graph.constant(rises, {intervals, 1})});
  return graph.apply("Add", {risen, graph.scalar(scores[0])});
}

/// NumericScaling::apply; `number` is float64 (rows, 1) without missing values. float32 (rows, 1).
OnnxTensor scaled(OnnxGraph& graph, const NumericScaling& scaling, const OnnxTensor& number) {
  // `usual` is an input of its own, see add_numbers
  const auto& [kind, center, bend, mean, deviation, usual, knots, scores] = scaling;
  if (kind == ScalingKind::quantile) return as_float(graph, interpolated(graph, knots, scores, number));
  OnnxTensor z = graph.apply("Sub", {number, graph.scalar(center)});
  if (kind == ScalingKind::robust) {
    z = graph.apply("Clip", {graph.apply("Div", {z, graph.scalar(deviation)}), graph.scalar(-robust_far),
                             graph.scalar(robust_far)});
    const OnnxTensor third = graph.apply("Div", {z, graph.scalar(robust_limit)});
    const OnnxTensor square = graph.apply("Add", {graph.apply("Mul", {third, third}), graph.scalar(1.0)});
    return as_float(graph, graph.apply("Div", {z, graph.apply("Sqrt", {square})}));
  }
  if (bend > 0) z = bent(graph, z, bend);
  z = graph.apply("Div", {graph.apply("Sub", {z, graph.scalar(mean)}), graph.scalar(deviation)});
  return as_float(graph, graph.apply("Clip", {z, graph.scalar(-numeric_limit), graph.scalar(numeric_limit)}));
}

void add_numbers(OnnxGraph& graph, const ColumnCode& code, const OnnxTensor& input, std::vector<OnnxTensor>& dense) {
  const OnnxTensor missing = is_no_number(graph, input);
  const OnnxTensor near = graph.apply("Clip", {input, graph.scalar(-cell_number_max), graph.scalar(cell_number_max)});
  const OnnxTensor number = graph.apply("Where", {missing, graph.scalar(code.scaling.center), near});
  dense.push_back(scaled(graph, code.scaling, number));
  if (const auto& usual = code.scaling.usual) {
    const OnnxTensor is_usual = graph.apply("Or", {missing, graph.apply("Equal", {near, graph.scalar(*usual)})});
    dense.push_back(as_float(graph, graph.apply("Not", {is_usual})));
  }
  if (code.indicator) dense.push_back(as_float(graph, missing));
}

/// ONNX reads no dates: each part of the date that the network uses is an input.
Result<void> add_date(OnnxGraph& graph, const ColumnCode& code, std::vector<OnnxTensor>& dense) {
  constexpr std::array<const char*, 4> docs{"year", "month, 1 .. 12", "day of the week, 0 Monday .. 6 Sunday",
                                            "hour + minute / 60"};
  std::array<OnnxTensor, 4> inputs;
  OnnxTensor missing;
  const bool any = std::any_of(code.parts.begin(), code.parts.end(), [](const auto& part) { return part.has_value(); });
  for (std::size_t p = 0; p < code.parts.size(); ++p) {
    if (!code.parts[p] && (any || p > 0)) continue;  // with no part at all, the year says whether there is a date
    HONE_TRY(inputs[p], graph.input(fmt::format("{}.{}", code.name, date_part_names[p]), OnnxType::float64, 1,
                                    fmt::format("{} of the date; NaN: missing", docs[p])));
    const OnnxTensor absent = is_no_number(graph, inputs[p]);
    missing = missing.empty() ? absent : graph.apply("Or", {missing, absent});
  }
  for (std::size_t p = 0; p < code.parts.size(); ++p)
    if (const auto& part = code.parts[p])
      dense.push_back(scaled(graph, *part, graph.apply("Where", {missing, graph.scalar(part->center), inputs[p]})));
  if (code.indicator) dense.push_back(as_float(graph, missing));
  return {};
}

constexpr std::int64_t missing_level = -1, unseen_level = -2;

/// The levels as whole numbers, if there are any and all of them are.
std::optional<std::vector<std::int64_t>> whole_levels(const std::vector<std::string>& levels) {
  if (levels.empty()) return std::nullopt;
  std::vector<std::int64_t> numbers;
  for (const std::string& level : levels) {
    const double number = parse_number(level).value_or(std::nan(""));
    if (!(std::abs(number) <= whole_max) || number != std::floor(number)) return std::nullopt;
    numbers.push_back(static_cast<std::int64_t>(number));
    if (number_text(static_cast<double>(numbers.back())) != level) return std::nullopt;  // "-0"
  }
  return numbers;
}

/// Index of the level, or one of the two above: int64 (rows, 1).
OnnxTensor level_of_numbers(OnnxGraph& graph, const OnnxTensor& input, const std::vector<std::int64_t>& levels) {
  std::vector<std::int64_t> indices(levels.size());
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<std::int64_t>(i);
  const OnnxTensor whole = graph.apply("Equal", {input, graph.apply("Floor", {input})});  // NaN: no
  const OnnxTensor small = graph.apply("LessOrEqual", {graph.apply("Abs", {input}), graph.scalar(whole_max)});
  const OnnxTensor may_be_level = graph.apply("And", {whole, small});
  const OnnxTensor number = graph.apply("Where", {may_be_level, input, graph.scalar(whole_max + 2)});  // no level
  const OnnxTensor found =
      graph.apply("LabelEncoder", {graph.cast(number, OnnxType::int64)},
                  {{"keys_int64s", levels}, {"values_int64s", indices}, {"default_int64", unseen_level}}, onnx_ml);
  return graph.apply("Where", {graph.apply("IsNaN", {input}), graph.scalar(missing_level), found});
}

/// The same for texts. Numbers among the levels are also known in the spellings that other programs give them.
OnnxTensor level_of_texts(OnnxGraph& graph, const OnnxTensor& input, const std::vector<std::string>& levels) {
  std::vector<std::string> keys;
  std::vector<std::int64_t> indices;
  std::set<std::string> known;
  const auto add = [&](std::string key, std::int64_t index) {
    if (!known.insert(key).second) return;
    keys.push_back(std::move(key));
    indices.push_back(index);
  };
  for (const std::string_view text : missing_texts()) add(std::string(text), missing_level);
  for (std::size_t i = 0; i < levels.size(); ++i) add(levels[i], static_cast<std::int64_t>(i));
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto number = parse_number(levels[i]);
    if (!number || !(std::abs(*number) < 1e15) || *number != std::floor(*number)) continue;
    add(fmt::format("{:.0f}", *number), static_cast<std::int64_t>(i));
    add(fmt::format("{:.1f}", *number), static_cast<std::int64_t>(i));
  }
  return graph.apply("LabelEncoder", {input},
                     {{"keys_strings", keys}, {"values_int64s", indices}, {"default_int64", unseen_level}}, onnx_ml);
}

Result<OnnxTensor> add_level(OnnxGraph& graph, const ColumnCode& code) {
  if (const auto numbers = whole_levels(code.levels)) {
    HONE_TRY(const OnnxTensor input,
             graph.input(code.name, OnnxType::float64, 1,
                         fmt::format("one of {} whole numbers; NaN: missing; others: unseen", numbers->size())));
    return level_of_numbers(graph, input, *numbers);
  }
  HONE_TRY(const OnnxTensor input,
           graph.input(code.name, OnnxType::text, 1,
                       fmt::format("one of {} texts; empty: missing; others: unseen", code.levels.size())));
  return level_of_texts(graph, input, code.levels);
}

/// As encode_one_hot does.
void add_one_hot(OnnxGraph& graph, const ColumnCode& code, const OnnxTensor& level, std::vector<OnnxTensor>& dense) {
  if (code.levels.size() == 2) {
    const OnnxTensor known = graph.apply("GreaterOrEqual", {level, graph.scalar(std::int64_t{0})});
    dense.push_back(graph.apply("Where", {known, as_float(graph, level), graph.scalar(0.5f)}));
  } else {
    std::vector<std::int64_t> indices(code.levels.size());
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<std::int64_t>(i);
    const OnnxTensor row = graph.constant(indices, {1, indices.size()});
    dense.push_back(as_float(graph, graph.apply("Equal", {level, row})));
  }
  if (code.indicator) dense.push_back(as_float(graph, graph.apply("Equal", {level, graph.scalar(missing_level)})));
}

/// Index for an embedding, int64 (rows): 0 for what is no level.
OnnxTensor embedding_index(OnnxGraph& graph, const OnnxTensor& level) {
  const OnnxTensor from_zero = graph.apply("Max", {level, graph.scalar(std::int64_t{-1})});
  const OnnxTensor index = graph.apply("Add", {from_zero, graph.scalar(std::int64_t{1})});
  const std::int64_t flat[] = {-1};
  return graph.apply("Reshape", {index, graph.constant(std::span<const std::int64_t>(flat), {1})});
}

}  // namespace

Result<OnnxFeatures> TableEncoder::to_onnx(OnnxGraph& graph) const {
  OnnxFeatures features;
  std::vector<OnnxTensor> dense;
  for (const ColumnCode& code : columns_) {
    const auto& [name, role, indicator, scaling, levels, order, parts] = code;
    if (!code.is_embedding() && code.dense_width() == 0) continue;  // encode() looks at no cell of it either
    switch (role) {
      case ColumnRole::numeric: {
        HONE_TRY(const OnnxTensor input, graph.input(name, OnnxType::float64, 1, "a number; NaN: missing"));
        add_numbers(graph, code, input, dense);
        break;
      }
      case ColumnRole::date:
        HONE_TRY_VOID(add_date(graph, code, dense));
        break;
      case ColumnRole::categorical: {
        HONE_TRY(const OnnxTensor level, add_level(graph, code));
        add_one_hot(graph, code, level, dense);
        break;
      }
      case ColumnRole::embedding: {
        HONE_TRY(const OnnxTensor level, add_level(graph, code));
        features.categories.push_back(embedding_index(graph, level));
        break;
      }
    }
  }
  if (!dense.empty()) features.dense = graph.concatenate(dense);
  return features;
}

Result<OnnxFeatures> ImageEncoder::to_onnx(OnnxGraph& graph) const {
  HONE_TRY(const OnnxTensor input,
           graph.input("image", OnnxType::uint8, width_, "the bytes of an image, row by row, as in the IDX file"));
  const OnnxTensor product = graph.apply("Mul", {as_float(graph, input), graph.scalar(scale_)});
  return OnnxFeatures{graph.apply("Add", {product, graph.scalar(shift_)}), {}};
}

}  // namespace hone

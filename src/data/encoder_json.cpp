/// Encoders as text: what a model file keeps, and what is believed of such a text when it is read back.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "data/image_encoder.hpp"
#include "data/table_encoder.hpp"

namespace hone {
namespace {

using Json = nlohmann::json;

constexpr int encoder_format = 1, depth_max = 16;
constexpr std::size_t width_max = 1u << 26;
constexpr std::array<const char*, 4> role_names{"numeric", "categorical", "embedding", "date"};
constexpr std::array<const char*, 3> order_names{"year_first", "day_first", "month_first"};

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json json_of(const TargetInfo& target) {
  if (target.task == Task::classification)
    return {{"task", "classification"}, {"name", target.name}, {"classes", target.classes}};
  return {{"task", "regression"},  {"name", target.name}, {"mean", target.mean},
          {"scale", target.scale}, {"low", target.low},   {"high", target.high}};
}

Json json_of(const NumericScaling& scaling) {
  Json json{{"center", scaling.center}};
  if (scaling.kind != ScalingKind::standard) json["kind"] = scaling_names[static_cast<std::size_t>(scaling.kind)];
  if (scaling.kind == ScalingKind::standard) json["mean"] = scaling.mean;
  if (scaling.kind != ScalingKind::quantile) json["deviation"] = scaling.deviation;
  if (scaling.kind == ScalingKind::quantile) {
    json["knots"] = scaling.knots;
    json["scores"] = scaling.scores;
  }
  if (scaling.bend > 0) json["bend"] = scaling.bend;
  if (scaling.usual) json["usual"] = *scaling.usual;
  return json;
}

Json json_of(const ColumnCode& code) {
  Json json{{"name", code.name}, {"role", role_names[static_cast<std::size_t>(code.role)]}};
  if (!code.is_embedding()) json["indicator"] = code.indicator;
  switch (code.role) {
    case ColumnRole::numeric:
      json["scaling"] = json_of(code.scaling);
      break;
    case ColumnRole::categorical:
    case ColumnRole::embedding:
      json["levels"] = code.levels;
      break;
    case ColumnRole::date: {
      json["order"] = order_names[static_cast<std::size_t>(code.order)];
      Json parts = Json::object();
      for (std::size_t p = 0; p < code.parts.size(); ++p)
        if (code.parts[p]) parts[date_part_names[p]] = json_of(*code.parts[p]);
      json["parts"] = std::move(parts);
    }
  }
  return json;
}

/// One object of the text, with typed access. Every error names the place.
class Reader {
 public:
  Reader(const Json& json, std::string place) : json_(json), place_(std::move(place)) {}

  std::unexpected<Error> wrong(std::string_view key, std::string_view what) const {
    return fail(Error::Kind::corrupt, fmt::format("encoder: {}{} {}", place_, key, what));
  }
  Result<const Json*> at(std::string_view key) const {
    if (!json_.is_object()) return wrong("", "is no object");
    const auto found = json_.find(key);
    if (found == json_.end()) return wrong(key, "is missing");
    return &*found;
  }
  Result<double> number(std::string_view key) const {
    HONE_TRY(const Json* value, at(key));
    if (!value->is_number() || !std::isfinite(value->get<double>())) return wrong(key, "is no number");
    return value->get<double>();
  }
  Result<double> positive(std::string_view key) const {
    HONE_TRY(const double value, number(key));
    if (!(value > 0)) return wrong(key, "must be above zero");
    return value;
  }
  Result<bool> boolean(std::string_view key) const {
    HONE_TRY(const Json* value, at(key));
    if (!value->is_boolean()) return wrong(key, "is neither true nor false");
    return value->get<bool>();
  }
  Result<std::string> text(std::string_view key) const {
    HONE_TRY(const Json* value, at(key));
    if (!value->is_string()) return wrong(key, "is no text");
    return value->get<std::string>();
  }
  Result<std::vector<std::string>> texts(std::string_view key) const {
    HONE_TRY(const Json* value, at(key));
    if (!value->is_array()) return wrong(key, "is no list");
    std::vector<std::string> list;
    for (const Json& item : *value) {
      if (!item.is_string()) return wrong(key, "holds something that is no text");
      list.push_back(item.get<std::string>());
    }
    return list;
  }
  Result<std::vector<double>> numbers(std::string_view key) const {
    HONE_TRY(const Json* value, at(key));
    if (!value->is_array()) return wrong(key, "is no list");
    std::vector<double> list;
    for (const Json& item : *value) {
      if (!item.is_number() || !std::isfinite(item.get<double>()))
        return wrong(key, "holds something that is no number");
      list.push_back(item.get<double>());
    }
    return list;
  }
  /// Position of the text among `names`.
  Result<std::size_t> choice(std::string_view key, std::span<const char* const> names) const {
    HONE_TRY(const std::string word, text(key));
    for (std::size_t i = 0; i < names.size(); ++i)
      if (word == names[i]) return i;
    return wrong(key, "is unknown: '" + quoted(word) + "'");
  }
  Result<Reader> object(std::string_view key) const {
    HONE_TRY(const Json* value, at(key));
    if (!value->is_object()) return wrong(key, "is no object");
    return Reader(*value, place_ + std::string(key) + ".");
  }
  bool has(std::string_view key) const { return json_.is_object() && json_.contains(key); }

 private:
  const Json& json_;
  std::string place_;
};

Result<TargetInfo> read_target_info(const Reader& reader) {
  TargetInfo target;
  constexpr std::array<const char*, 2> tasks{"classification", "regression"};
  HONE_TRY(const std::size_t task, reader.choice("task", tasks));
  target.task = task == 0 ? Task::classification : Task::regression;
  HONE_TRY(target.name, reader.text("name"));
  if (target.task == Task::classification) {
    HONE_TRY(target.classes, reader.texts("classes"));
    if (target.classes.size() < 2) return reader.wrong("classes", "has fewer than two classes");
    return target;
  }
  HONE_TRY(target.mean, reader.number("mean"));
  HONE_TRY(target.scale, reader.positive("scale"));
  HONE_TRY(target.low, reader.number("low"));
  HONE_TRY(target.high, reader.number("high"));
  if (target.low > target.high) return reader.wrong("low", "is above high");
  return target;
}

Result<NumericScaling> read_scaling(const Reader& reader) {
  NumericScaling scaling;
  HONE_TRY(scaling.center, reader.number("center"));
  if (reader.has("kind")) {  // older encoders know one kind only
    HONE_TRY(const std::string name, reader.text("kind"));
    const auto kind = find_scaling(name);
    if (!kind) return reader.wrong("kind", "is unknown: '" + quoted(name) + "'");
    scaling.kind = *kind;
  }
  if (scaling.kind == ScalingKind::quantile) {
    HONE_TRY(scaling.knots, reader.numbers("knots"));
    HONE_TRY(scaling.scores, reader.numbers("scores"));
    if (scaling.knots.empty() || scaling.scores.size() != scaling.knots.size())
      return reader.wrong("knots", "are none, or not as many as the scores");
    for (std::size_t i = 1; i < scaling.knots.size(); ++i)
      if (!(scaling.knots[i - 1] < scaling.knots[i])) return reader.wrong("knots", "are not in ascending order");
  } else {
    HONE_TRY(scaling.deviation, reader.positive("deviation"));
  }
  if (scaling.kind == ScalingKind::standard) {
    HONE_TRY(scaling.mean, reader.number("mean"));
  }
  if (scaling.kind == ScalingKind::standard && reader.has("bend")) {
    HONE_TRY(scaling.bend, reader.positive("bend"));
  }
  if (reader.has("usual")) {
    HONE_TRY(scaling.usual, reader.number("usual"));
  }
  return scaling;
}

Result<ColumnCode> read_column(const Reader& reader) {
  ColumnCode code;
  HONE_TRY(code.name, reader.text("name"));
  HONE_TRY(const std::size_t role, reader.choice("role", role_names));
  code.role = static_cast<ColumnRole>(role);
  if (!code.is_embedding()) {
    HONE_TRY(code.indicator, reader.boolean("indicator"));
  }
  switch (code.role) {
    case ColumnRole::numeric: {
      HONE_TRY(const Reader scaling, reader.object("scaling"));
      HONE_TRY(code.scaling, read_scaling(scaling));
      break;
    }
    case ColumnRole::categorical:
    case ColumnRole::embedding: {
      HONE_TRY(code.levels, reader.texts("levels"));
      for (std::size_t i = 1; i < code.levels.size(); ++i)
        if (!(code.levels[i - 1] < code.levels[i])) return reader.wrong("levels", "are not in ascending order");
      break;
    }
    case ColumnRole::date: {
      HONE_TRY(const std::size_t order, reader.choice("order", order_names));
      code.order = static_cast<DateOrder>(order);
      HONE_TRY(const Reader parts, reader.object("parts"));
      for (std::size_t p = 0; p < code.parts.size(); ++p) {
        if (!parts.has(date_part_names[p])) continue;
        HONE_TRY(const Reader part, parts.object(date_part_names[p]));
        HONE_TRY(const NumericScaling scaling, read_scaling(part));
        code.parts[p] = scaling;
      }
    }
  }
  return code;
}

/// Nesting that is deeper than any encoder's is refused before a parser sees it.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = in_text && c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > depth_max) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

Result<std::unique_ptr<Encoder>> read_images_encoder(const Reader& reader, TargetInfo target) {
  HONE_TRY(const double width, reader.positive("width"));
  HONE_TRY(const double scale, reader.positive("scale"));
  HONE_TRY(const double shift, reader.number("shift"));
  if (width != std::floor(width) || width > static_cast<double>(width_max))
    return reader.wrong("width", "is no possible number of inputs");
  if (scale < 1e-6 || scale > 1e6 || std::abs(shift) > 1e6) return reader.wrong("scale", "or shift is out of range");
  if (target.task != Task::classification) return reader.wrong("target", "of images must be classes");
  return std::make_unique<ImageEncoder>(std::move(target), static_cast<std::size_t>(width), static_cast<float>(scale),
                                        static_cast<float>(shift));
}

}  // namespace

std::string TableEncoder::to_json() const {
  Json columns = Json::array();
  for (const ColumnCode& code : columns_) columns.push_back(json_of(code));
  return text_of({{"format", encoder_format}, {"kind", "table"}, {"target", json_of(target_)}, {"columns", columns}});
}

std::string ImageEncoder::to_json() const {
  return text_of({{"format", encoder_format},
                  {"kind", "images"},
                  {"target", json_of(target_)},
                  {"width", width_},
                  {"scale", scale_},
                  {"shift", shift_}});
}

Result<std::unique_ptr<Encoder>> parse_encoder(std::string_view text) {
  const auto corrupt = [](std::string what) { return fail(Error::Kind::corrupt, "encoder: " + std::move(what)); };
  if (too_deep(text)) return corrupt(fmt::format("nested deeper than {} levels", depth_max));
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return corrupt("not valid JSON");
  const Reader reader(json, "");
  HONE_TRY(const double format, reader.number("format"));
  if (format != encoder_format)
    return corrupt(fmt::format("format {} is not known to this version, which reads {}", format, encoder_format));
  constexpr std::array<const char*, 2> kinds{"table", "images"};
  HONE_TRY(const std::size_t kind, reader.choice("kind", kinds));
  HONE_TRY(const Reader target_reader, reader.object("target"));
  HONE_TRY(TargetInfo target, read_target_info(target_reader));
  if (kind == 1) return read_images_encoder(reader, std::move(target));
  HONE_TRY(const Json* list, reader.at("columns"));
  if (!list->is_array() || list->empty()) return corrupt("columns is no list of columns");
  std::vector<ColumnCode> columns;
  for (const Json& item : *list) {
    HONE_TRY(ColumnCode code, read_column(Reader(item, fmt::format("columns[{}].", columns.size()))));
    columns.push_back(std::move(code));
  }
  return std::make_unique<TableEncoder>(std::move(target), std::move(columns));
}

}  // namespace hone

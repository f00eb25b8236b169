/// `hone predict`: use a trained model.
#include <fmt/format.h>

#include <cstdio>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "report/text_table.hpp"
#include "runners/model.hpp"

namespace hone {
namespace {

constexpr PositionalRow positionals[] = {
    {"MODEL", true, "a model file that `hone fit` wrote"},
    {"DATA", true, "rows with the same columns as the training data; the target column may be missing"},
};
constexpr FlagRow flags[] = {
    {"--output", "-o", "FILE", "CSV with one line a row", "standard output"},
};
constexpr ExampleRow examples[] = {
    {"hone predict model.hone new.csv -o predictions.csv", "labels and probabilities, or values"},
};

std::size_t most_probable(const float* row, std::size_t classes) {
  std::size_t best = 0;
  for (std::size_t k = 1; k < classes; ++k)
    if (row[k] > row[best]) best = k;
  return best;
}

/// Header and one line a row: the label and every class's probability, or the value.
std::string predictions_csv(const TargetInfo& target, const std::vector<float>& predictions) {
  std::string csv = csv_field(target.name.empty() ? "prediction" : target.name);
  const std::size_t outputs = target.outputs();
  if (target.task == Task::classification)
    for (const std::string& name : target.classes) csv += ',' + csv_field("probability_" + name);
  csv += '\n';
  for (std::size_t at = 0; at < predictions.size(); at += outputs) {
    if (target.task == Task::regression) {
      csv += number_text(static_cast<float>(target.mean + target.scale * static_cast<double>(predictions[at]))) + '\n';
      continue;
    }
    csv += csv_field(target.classes[most_probable(&predictions[at], outputs)]);
    for (std::size_t k = 0; k < outputs; ++k) csv += fmt::format(",{:.6g}", predictions[at + k]);
    csv += '\n';
  }
  return csv;
}

void say_scores(const TargetInfo& target, const std::vector<float>& predictions, const Targets& targets) {
  if (targets.labels.empty() && targets.values.empty()) return;
  std::string line = "the data has the target:";
  for (const auto& [name, value] : score_all(target, predictions, targets))
    line += fmt::format(" {} {}", name, short_number(value));
  fmt::print(stderr, "{}\n", line);
}

Result<int> predict_command(const Arguments& arguments) {
  HONE_TRY(const auto output, arguments.text("--output"));
  HONE_TRY(const Model model, load_model(arguments.positional("MODEL")));
  std::vector<std::string> notes;
  HONE_TRY(const EncodedPart part, model.encoder->encode_file(arguments.positional("DATA"), notes));
  for (const std::string& note : notes) fmt::print(stderr, "{}\n", note);
  HONE_TRY(const auto predictions, predict(model, part.features));
  const std::string csv = predictions_csv(model.encoder->target(), predictions);
  if (output) {
    HONE_TRY_VOID(write_file(*output, csv));
    fmt::print(stderr, "{} predictions in {}\n", part.features.rows, *output);
  } else if (std::fwrite(csv.data(), 1, csv.size(), stdout) != csv.size() || std::fflush(stdout) != 0) {
    return fail(Error::Kind::failed, "cannot write to standard output");
  }
  say_scores(model.encoder->target(), predictions, part.targets);
  return exit_done;
}

int run_predict(const Arguments& arguments) {
  auto code = predict_command(arguments);
  return code ? *code : report_error(code.error());
}

}  // namespace

extern const CommandInfo predict_command_info;
constinit const CommandInfo predict_command_info{
    .name = "predict",
    .summary = "use a trained model",
    .description =
        "Reads the data through the encoder kept in the model and writes labels with probabilities, or "
        "values. Data whose columns do not fit is refused, naming them.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run_predict,
};

}  // namespace hone

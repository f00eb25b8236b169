/// `hone export`: a trained model for other programs.
#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/common_flags.hpp"
#include "cli/fit_result.hpp"
#include "runners/model_onnx.hpp"

namespace hone {
namespace {

/// The model file that the study's last final training wrote.
Result<std::string> model_of_study(const Arguments& arguments, const std::string& name) {
  HONE_TRY(const auto store, open_storage(arguments, false));
  HONE_TRY(const StudyRecord record, find_study(*store, name));
  HONE_TRY(const auto stored, store->attribute(record.id, "final"));
  if (!stored)
    return fail(Error::Kind::not_found,
                fmt::format("study '{}' has no model yet: the same `hone fit` goes on and ends with one", record.name));
  HONE_TRY(const FitFinal result, parse_final(*stored));
  std::error_code error;
  if (!std::filesystem::exists(result.model, error))
    return fail(Error::Kind::not_found,
                fmt::format("the model of study '{}' was written to '{}' and is not there, seen from this folder; name "
                            "the file instead of the study",
                            record.name, result.model));
  return result.model;
}

Result<std::string> model_path(const Arguments& arguments) {
  const std::string& word = arguments.positional("STUDY|MODEL");
  std::error_code error;
  if (std::filesystem::is_regular_file(word, error)) return word;
  auto path = model_of_study(arguments, word);
  if (!path && path.error().kind == Error::Kind::not_found && word.find_first_of("./") != std::string::npos)
    return fail(Error::Kind::not_found, fmt::format("'{}' is no file and no study: {}", word, path.error().message));
  return path;
}

std::string ports_text(const std::vector<OnnxFile::Port>& ports) {
  std::vector<std::string> parts;
  for (const auto& [name, type, width] : ports)
    parts.push_back(width > 1 ? fmt::format("'{}' {}[{}]", quoted(name), type, width)
                              : fmt::format("'{}' {}", quoted(name), type));
  return join(parts, ", ");
}

Result<int> export_model(const Arguments& arguments) {
  HONE_TRY(const auto output, arguments.text("--output"));
  if (!output) return refuse("-o FILE is missing, for example -o model.onnx");
  if (std::filesystem::path(*output).extension() != ".onnx")
    return refuse(fmt::format("-o must end in .onnx, got '{}'", quoted(*output)));
  HONE_TRY(const std::string path, model_path(arguments));
  HONE_TRY(const Model model, load_model(path));
  auto file = model_to_onnx(model);
  if (!file) return fail(file.error().kind, fmt::format("'{}': {}", path, file.error().message));
  HONE_TRY_VOID(write_file(*output, file->bytes));
  fmt::print("wrote {} ({})\ninputs: {}\noutputs: {}\n", *output, bytes_text(static_cast<double>(file->bytes.size())),
             ports_text(file->inputs), ports_text(file->outputs));
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = export_model(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {
    PositionalRow{"STUDY|MODEL", true, "a model file that `hone fit` wrote, or the study whose model it is"}};
constexpr std::array flags = {
    FlagRow{.name = "--output", .short_name = "-o", .value_name = "FILE", .help = "the ONNX file to write, *.onnx"},
    storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone export out/model.hone -o model.onnx", "the file, for onnxruntime and others"},
    ExampleRow{"hone export fit-train-1a2b3c4d -o model.onnx", "the model of that study"}};

}  // namespace

constinit const CommandInfo export_command_info{
    .name = "export",
    .summary = "write a trained model as ONNX",
    .description =
        "Writes the model with its preprocessing as one ONNX graph (opset 17): scaling of numbers, missing values and "
        "the lookup of categories are inside. Inputs are called like the columns; outputs are the label with "
        "probabilities, or the value. docs/formats/onnx.md says the details. An existing file is replaced as a whole.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone

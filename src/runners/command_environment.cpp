#include "runners/command_environment.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace hone {
namespace {

constexpr std::string_view thread_variables[] = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"};

bool is_variable(std::string_view name) {
  return !name.empty() && name.find_first_of(std::string_view("=\0", 2)) == std::string_view::npos;
}

Result<void> check_parameters(const Space& space) {
  std::map<std::string, std::string> taken;
  for (const Axis& axis : space.axes()) {
    const auto [at, is_new] = taken.try_emplace(parameter_variable(axis.name), axis.name);
    if (!is_new)
      return refuse(fmt::format("the parameters '{}' and '{}' would share the environment variable {}: rename one",
                                at->second, axis.name, at->first));
  }
  for (const Parameter& parameter : space.parameters())
    for (const Value& choice : parameter.choices)
      if (const auto* text = std::get_if<std::string>(&choice); text && text->find('\0') != std::string::npos)
        return refuse(fmt::format("the choice '{}' of '{}' holds a zero byte, which no argument can", quoted(*text),
                                  parameter.name));
  return {};
}

}  // namespace

std::string parameter_variable(std::string_view name) {
  std::string variable = "HONE_PARAM_";
  for (const char c : name) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    variable += lower ? static_cast<char>(c - 'a' + 'A') : kept ? c : '_';
  }
  return variable;
}

std::int64_t program_seed(std::uint64_t seed) {
  return static_cast<std::int64_t>(seed >> 33);
}

Result<CommandEnvironment> CommandEnvironment::make(const Space& space, const std::map<std::string, std::string>& own,
                                                    const std::vector<std::string>& inherited, std::int64_t threads,
                                                    std::string owner) {
  HONE_TRY_VOID(check_parameters(space));
  CommandEnvironment environment;
  for (const std::string_view variable : thread_variables)
    environment.common_[std::string(variable)] = fmt::to_string(threads);
  for (const std::string& entry : inherited) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    const std::string name = entry.substr(0, equals);
    if (!name.starts_with("HONE_") || name == "HONE_STORAGE") environment.common_[name] = entry.substr(equals + 1);
  }
  for (const auto& [name, value] : own) {
    if (!is_variable(name) || value.find('\0') != std::string::npos)
      return refuse(
          fmt::format("'{}' in env of [run] cannot be set: a name is not empty and holds no '=', a value no "
                      "zero byte",
                      quoted(name)));
    if (name.starts_with("HONE_"))
      return refuse(
          fmt::format("'{}' in env of [run] begins with HONE_: those variables are hone's own; take another "
                      "name",
                      quoted(name)));
    environment.common_[name] = value;
  }
  environment.common_["HONE_OWNER"] = std::move(owner);
  return environment;
}

std::vector<std::string> CommandEnvironment::entries(const RunRequest& request, const CommandStart& start) const {
  auto all = common_;
  all["HONE_PARAMS"] = request.configuration.json();
  for (const auto& [name, value] : request.configuration.entries()) all[parameter_variable(name)] = value_text(value);
  all["HONE_TRIAL"] = fmt::to_string(request.trial);
  all["HONE_RUN"] = fmt::to_string(request.run);
  all["HONE_SEED"] = fmt::to_string(program_seed(request.seed));
  if (request.max_step > 0) {
    all["HONE_MAX_STEP"] = fmt::to_string(request.max_step);
    all["HONE_RESUME_STEP"] = fmt::to_string(request.from_step);
    all["HONE_CHECKPOINT_DIR"] = start.checkpoints.string();
  }
  if (!start.gpu.empty()) all["CUDA_VISIBLE_DEVICES"] = start.gpu;
  std::vector<std::string> entries;
  for (const auto& [name, value] : all) entries.push_back(name + "=" + value);
  return entries;
}

std::string CommandEnvironment::path() const {
  const auto found = common_.find("PATH");
  return found == common_.end() ? "/usr/local/bin:/usr/bin:/bin" : found->second;
}

}  // namespace hone

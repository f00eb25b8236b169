#include "engine/study_open.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/rng.hpp"
#include "base/text.hpp"
#include "engine/study.hpp"

namespace hone {
namespace {

/// Lines of a normalised study file that say what its trials are: space, constraints, fixed values, seeds.
std::vector<std::string> space_lines(const std::string& study_file) {
  std::vector<std::string> lines;
  bool inside = false;
  for (const std::string& line : split(study_file, '\n')) {
    if (line.starts_with('['))
      inside = line.starts_with("[space") || line.starts_with("[constraints") || line.starts_with("[fixed");
    const bool counts = inside || line.starts_with("seeds_per_trial");
    if (counts && !line.empty() && !line.starts_with('[')) lines.push_back(line);
  }
  return lines;
}

/// The first few lines that only one of the two spaces has.
std::string space_difference(const std::string& stored, const std::string& wanted) {
  const auto before = space_lines(stored), now = space_lines(wanted);
  constexpr std::size_t shown_max = 3;
  std::vector<std::string> differences;
  const auto add = [&](std::string_view whose, const std::vector<std::string>& lines,
                       const std::vector<std::string>& others) {
    std::size_t found = 0;
    for (const std::string& line : lines)
      if (std::ranges::find(others, line) == others.end() && ++found <= shown_max)
        differences.push_back(fmt::format("{}: {}", whose, line));
    if (found > shown_max) differences.push_back(fmt::format("and {} more", found - shown_max));
  };
  add("stored", before, now);
  add("now", now, before);
  return differences.empty() ? "the order of the parameters" : join(differences, "; ");
}

std::unexpected<Error> differs(const StudyRecord& stored, std::string what) {
  return fail(Error::Kind::conflict,
              fmt::format("study '{}' exists with {}. Take another --study name, or --fresh to start it anew",
                          stored.name, what));
}

Result<void> check_same(const StudyRecord& stored, const StudyRecord& wanted) {
  if (stored.kind != wanted.kind) return differs(stored, fmt::format("another kind ('{}')", stored.kind));
  if (stored.space_hash != wanted.space_hash)
    return differs(stored, fmt::format("another space ({})", space_difference(stored.study_file, wanted.study_file)));
  // The hash of the data knows the split, and so the seed.
  if (stored.seed != wanted.seed)
    return differs(stored, fmt::format("another seed (stored {}, now {})", stored.seed, wanted.seed));
  if (stored.data_hash != wanted.data_hash)
    return differs(stored, fmt::format("other data (stored hash {}, now {})", stored.data_hash, wanted.data_hash));
  if (stored.directions != wanted.directions || stored.metrics != wanted.metrics)
    return differs(stored,
                   fmt::format("another objective (stored: {} {}; now: {} {})", join(stored.directions, ", "),
                               join(stored.metrics, ", "), join(wanted.directions, ", "), join(wanted.metrics, ", ")));
  return {};
}

}  // namespace

Result<StudyRecord> find_or_create(Store& store, const StudyRecord& wanted, bool same_max_step) {
  for (;;) {
    HONE_TRY(const auto stored, store.find_study(wanted.name));
    if (stored) {
      HONE_TRY_VOID(check_same(*stored, wanted));
      if (same_max_step && stored->max_step != wanted.max_step)
        return differs(
            *stored, wanted.kind == "fit"
                         ? fmt::format("another length of a full training (stored {} epochs, now {})", stored->max_step,
                                       wanted.max_step)
                         : fmt::format("another max_step (stored {}, now {})", stored->max_step, wanted.max_step));
      return *stored;
    }
    auto created = store.create_study(wanted);
    if (created || created.error().kind != Error::Kind::conflict) return created;
  }  // somebody else made it between the two calls: look again
}

std::string options_text(const StudyOptions& options) {
  std::string text = fmt::format("sampler={} pruner={}", options.sampler, options.pruner);
  if (options.trials) text += fmt::format(" trials={}", *options.trials);
  if (options.cost) text += fmt::format(" cost={}", number_text(*options.cost));
  if (options.cost_per_hour > 0) text += fmt::format(" cost_per_hour={}", number_text(options.cost_per_hour));
  if (options.audit > 0) text += fmt::format(" audit={}", number_text(options.audit));
  if (!options.deterministic) text += " deterministic=0";
  for (const auto& [owner, values] : options.options)
    for (const auto& [name, value] : values) text += fmt::format(" {}.{}={}", owner, name, number_text(value));
  return text;
}

Result<StudyOptions> options_from(std::string_view text) {
  StudyOptions options;
  for (const std::string& word : split(text, ' ')) {
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals), value = equals == word.npos ? "" : word.substr(equals + 1);
    const auto dot = name.find('.');
    const auto number = parse_number(value);
    bool good = true;
    if (name == "sampler")
      options.sampler = value;
    else if (name == "pruner")
      options.pruner = value;
    else if (name == "trials")
      good = (options.trials = parse_integer(value)).has_value();
    else if (name == "cost" && number)
      options.cost = *number;
    else if (name == "cost_per_hour" && number)
      options.cost_per_hour = *number;
    else if (name == "audit" && number)
      options.audit = *number;
    else if (name == "deterministic")
      options.deterministic = value != "0";
    else if (good = dot != name.npos && number; good)
      options.options[name.substr(0, dot)][name.substr(dot + 1)] = *number;
    if (!good)
      return fail(Error::Kind::corrupt,
                  fmt::format("the options of a study are '{}': '{}' is not one of them", quoted(text), quoted(word)));
  }
  return options;
}

std::uint64_t run_seed(std::uint64_t study_seed, std::int64_t trial, std::int64_t run) {
  Rng rng(study_seed, RngPurpose::run_seed, static_cast<std::uint32_t>(trial), static_cast<std::uint32_t>(run));
  const std::uint64_t high = rng.next();
  return (high << 32) | rng.next();
}

}  // namespace hone

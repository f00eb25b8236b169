#include "cli/common_flags.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "space/study_file.hpp"

namespace hone {

Result<std::string> storage_url(const Arguments& arguments) {
  HONE_TRY(const auto given, arguments.text("--storage"));
  if (given) return *given;
  const char* environment = std::getenv("HONE_STORAGE");
  return std::string(environment && *environment ? environment : "sqlite:///hone.db");
}

Result<std::unique_ptr<Store>> open_storage(const Arguments& arguments, bool create) {
  HONE_TRY(const std::string url, storage_url(arguments));
  return open_store(url, create);
}

Patience patience_of_commands(double seconds) {
  return {seconds, signalled, [](const std::string& text) { fmt::print(stderr, "hone: {}\n", text); }};
}

Result<std::filesystem::path> study_files_folder(std::string_view storage_url, std::string_view study_name) {
  HONE_TRY(const std::string database, store_path(storage_url));
  if (storage_url.starts_with("memory:")) return std::filesystem::path();
  if (database.empty())
    return std::filesystem::path("hone-files") /
           hash_text(fmt::format("{}\n{}", without_password(storage_url), study_name));
  return std::filesystem::path(database + ".files") / hash_text(study_name);
}

std::filesystem::path shared_checkpoints(const std::string& folder, const std::string& study_name) {
  return std::filesystem::path(folder) / hash_text(study_name);
}

void remove_study_files(const StudyRecord& study, const std::filesystem::path& files) {
  std::error_code ignored;
  const auto file = parse_study_file(study.study_file, study.name);
  if (study.kind == "tune" && file && file->search.checkpoints)
    std::filesystem::remove_all(shared_checkpoints(*file->search.checkpoints, study.name), ignored);
  if (files.empty()) return;
  std::filesystem::remove_all(files, ignored);
  std::filesystem::remove(files.parent_path(), ignored);  // unless other studies have files there
}

Result<StudyRecord> find_study(Store& store, const std::string& name) {
  HONE_TRY(auto found, store.find_study(name));
  if (found) return std::move(*found);
  HONE_TRY(const auto studies, store.studies());
  std::vector<std::string> names;
  for (const StudyRecord& study : studies) names.push_back(study.name);
  return fail(Error::Kind::not_found, fmt::format("there is no study '{}' in {}; {}", quoted(name), store.url(),
                                                  names.empty() ? "it holds none yet" : suggest_name(name, names)));
}

Result<ListFormat> list_format(const Arguments& arguments) {
  static const std::array<std::string, 3> names = {"table", "json", "csv"};
  HONE_TRY(const auto given, arguments.choice("--format", names));
  if (!given) return ListFormat::table;
  return *given == "json" ? ListFormat::json : *given == "csv" ? ListFormat::csv : ListFormat::table;
}

void print_table(const TextTable& table, ListFormat format) {
  const std::string text = format == ListFormat::json  ? table_json(table)
                           : format == ListFormat::csv ? table_csv(table)
                                                       : table_text(table, stdout_width());
  std::fputs(text.c_str(), stdout);
}

std::size_t stdout_width() {
  if (isatty(STDOUT_FILENO) != 1) return 0;
  const char* columns = std::getenv("COLUMNS");
  if (const auto wanted = parse_integer(columns ? columns : ""); wanted && *wanted > 0)
    return static_cast<std::size_t>(*wanted);
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace hone

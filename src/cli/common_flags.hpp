/// Flags that several commands share, and what they mean.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "report/text_table.hpp"
#include "storage/patient_store.hpp"
#include "storage/store.hpp"

namespace hone {

inline constexpr FlagRow storage_flag{.name = "--storage",
                                      .value_name = "URL",
                                      .help =
                                          "where the studies are kept: sqlite:///FILE, sqlite:////ABSOLUTE/FILE or "
                                          "postgresql://HOST/DATABASE",
                                      .otherwise = "$HONE_STORAGE, else sqlite:///hone.db"};
/// --storage, else $HONE_STORAGE, else sqlite:///hone.db.
Result<std::string> storage_url(const Arguments& arguments);
Result<std::unique_ptr<Store>> open_storage(const Arguments& arguments, bool create);

/// For commands that work for hours: they wait for a storage that does not answer, say so on stderr, and give up on a
/// signal.
inline constexpr double default_patience_seconds = 600;
Patience patience_of_commands(double seconds);

/// Where the files of a study lie (checkpoints): beside the database, FILE.files/HASH; of one on a server in the
/// current directory, hone-files/HASH (of the URL without password and the name); "" for a store in memory.
Result<std::filesystem::path> study_files_folder(std::string_view storage_url, std::string_view study_name);

/// Removes the folders of a study that is gone: `files`, and what it had in a shared folder for checkpoints. A file
/// that stays harms nobody.
void remove_study_files(const StudyRecord& study, const std::filesystem::path& files);
/// The study's part of [search] checkpoints.
std::filesystem::path shared_checkpoints(const std::string& folder, const std::string& study_name);

/// The study of that name. Errors: `not_found` naming the nearest, or the studies there are.
Result<StudyRecord> find_study(Store& store, const std::string& name);

inline constexpr FlagRow list_format_flag{.name = "--format",
                                          .short_name = "-f",
                                          .value_name = "FORMAT",
                                          .help = "table for people, json or csv for programs",
                                          .otherwise = "table"};
enum class ListFormat { table, json, csv };
Result<ListFormat> list_format(const Arguments& arguments);
/// The table on stdout in that format; as wide as the terminal if stdout is one.
void print_table(const TextTable& table, ListFormat format);

/// Columns of the terminal behind stdout ($COLUMNS first), or 0: no limit.
std::size_t stdout_width();

}  // namespace hone

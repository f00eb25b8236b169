#include "cli/study_place.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/files.hpp"
#include "cli/common_flags.hpp"

namespace hone {

StudyPlace::StudyPlace(std::string storage_url, std::string study_name)
    : storage_url_(std::move(storage_url)), study_name_(std::move(study_name)) {
  folder_ = study_files_folder(storage_url_, study_name_).value_or("");  // a wrong URL is refused when it is opened
  in_memory_ = folder_.empty();
  if (in_memory_)
    folder_ = std::filesystem::temp_directory_path() / fmt::format("hone-{}", ::getpid()) / hash_text(study_name_);
}

StudyPlace::~StudyPlace() {
  std::error_code ignored;
  if (in_memory_) std::filesystem::remove_all(folder_.parent_path(), ignored);
}

Result<void> StudyPlace::forget_study(Store& store) const {
  HONE_TRY(const auto old, store.find_study(study_name_));
  if (!old) return {};
  const auto alone = Presence::enter_alone(folder_);
  if (!alone && alone.error().kind == Error::Kind::conflict)
    return fail(Error::Kind::conflict,
                fmt::format("--fresh would remove study '{}', but {} is at work on it; stop that "
                            "process first (Ctrl-C saves), or take another --study name",
                            study_name_, alone.error().message));
  if (!alone) return std::unexpected(alone.error());
  HONE_TRY_VOID(store.remove_study(old->id));
  remove_study_files(*old, folder_);
  return {};
}

Result<void> StudyPlace::enter() {
  std::error_code ignored;
  had_folder_ = std::filesystem::exists(folder_, ignored);
  HONE_TRY_VOID(make_folder(folder_));
  remove_abandoned(folder_);
  auto presence = Presence::enter(folder_);
  if (!presence && presence.error().kind == Error::Kind::conflict)
    return fail(Error::Kind::conflict, fmt::format("{} is just removing study '{}'; try again when it has ended",
                                                   presence.error().message, study_name_));
  HONE_TRY(presence_, std::move(presence));
  return {};
}

Result<std::unique_ptr<Study>> StudyPlace::open(Store& store, const StudyRecord& record,
                                                std::shared_ptr<const Space> space, const StudyOptions& options) const {
  auto opened = Study::open(store, record, std::move(space), options);
  if (!opened && !had_folder_) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    std::filesystem::remove(folder_.parent_path(), ignored);
  }
  return opened;
}

Error as_failure(Error error) {
  if (error.kind == Error::Kind::interrupted) return error;
  return {Error::Kind::failed, error.message + "\nEvery finished trial is kept; the same command goes on from there."};
}

}  // namespace hone

/// The folder of a study that a command works on: its checkpoints and logs, and the mark that somebody is there.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "base/presence.hpp"
#include "engine/study.hpp"

namespace hone {

/// Beside the database, FILE.files/HASH; of a study in memory a temporary one, which goes with the object.
class StudyPlace {
 public:
  StudyPlace(std::string storage_url, std::string study_name);
  StudyPlace(const StudyPlace&) = delete;
  StudyPlace& operator=(const StudyPlace&) = delete;
  ~StudyPlace();

  const std::filesystem::path& folder() const { return folder_; }
  /// Forgets the study of that name and its files. Errors: `conflict` while another process is at work on it.
  Result<void> forget_study(Store& store) const;
  /// Makes the folder and says to other processes that this one is at work on the study. Errors: `conflict` while
  /// another one removes it.
  Result<void> enter();
  /// Study::open; a refusal leaves no folder behind that was not there before.
  Result<std::unique_ptr<Study>> open(Store& store, const StudyRecord& record, std::shared_ptr<const Space> space,
                                      const StudyOptions& options) const;

 private:
  std::string storage_url_, study_name_;
  bool in_memory_ = false, had_folder_ = false;
  std::filesystem::path folder_;
  Presence presence_;
};

/// Something has changed by now: what goes wrong is a failure, not a refusal, and the study can go on.
Error as_failure(Error error);

}  // namespace hone

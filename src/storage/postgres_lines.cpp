/// Which lines of the journals a store object knows.
#include "storage/postgres_store.hpp"

namespace hone {
namespace {

constexpr std::size_t lines_kept = 4096;  // of a study; whoever asks for changes since an older one reads all anew

}  // namespace

void PostgresLines::Known::add(PostgresLine line) {
  marks[line.revision] = line.mark;
  if (marks.size() > lines_kept) marks.erase(marks.begin());
}

std::optional<PostgresLine> PostgresLines::last(StudyId study) {
  const std::scoped_lock lock(mutex_);
  const auto known = studies_.find(study);
  if (known == studies_.end() || known->second.marks.empty()) return std::nullopt;
  const auto& [revision, mark] = *known->second.marks.rbegin();
  return PostgresLine{revision, mark};
}

std::optional<std::int64_t> PostgresLines::mark(StudyId study, Revision revision) {
  const std::scoped_lock lock(mutex_);
  const auto& marks = studies_[study].marks;
  const auto found = marks.find(revision);
  return found == marks.end() ? std::nullopt : std::optional(found->second);
}

void PostgresLines::wrote(StudyId study, PostgresLine before, PostgresLine line, bool lost) {
  const std::scoped_lock lock(mutex_);
  Known& known = studies_[study];
  const auto other = known.marks.find(line.revision);
  if (lost || line.revision <= before.revision || (other != known.marks.end() && other->second != line.mark)) {
    ++known.losses;
    known.marks.clear();  // who asks for changes since one of them reads all anew
  }
  known.add(line);
}

void PostgresLines::lose(StudyId study) {
  const std::scoped_lock lock(mutex_);
  ++studies_[study].losses;
}

std::uint64_t PostgresLines::losses(StudyId study) {
  const std::scoped_lock lock(mutex_);
  return studies_[study].losses;
}

bool PostgresLines::has_lost(StudyId study) {
  const std::scoped_lock lock(mutex_);
  const auto known = studies_.find(study);
  return known != studies_.end() && known->second.losses != known->second.mended;
}

void PostgresLines::read(StudyId study, PostgresLine line, bool anew, std::uint64_t losses) {
  const std::scoped_lock lock(mutex_);
  Known& known = studies_[study];
  if (anew) {
    known.marks.clear();
    known.mended = losses;
  }
  const auto other = known.marks.find(line.revision);
  if (other != known.marks.end() && other->second != line.mark) ++known.losses;  // a verb of ours is gone
  known.add(line);
}

}  // namespace hone

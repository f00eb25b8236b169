#include "trial/archive.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "trial/packed.hpp"

namespace hone {
namespace {

constexpr std::size_t chunk_bytes = 1 << 18;

void write_numbers(PackWriter& out, const std::vector<double>& numbers) {
  out.count(numbers.size());
  for (const double number : numbers) out.raw(number);
}

std::vector<double> read_numbers(PackReader& in) {
  std::vector<double> numbers(in.count());
  for (double& number : numbers) number = in.raw<double>();
  return numbers;
}

/// `shared`: the values of the trial, which those of its only run repeat.
void write_run(PackWriter& out, const Run& run, const std::vector<double>* shared) {
  out.integer(run.index);
  out.raw(run.seed);
  out.integer(run.attempt);
  out.text(run.token);
  out.raw(run.state);
  if (!shared) write_numbers(out, run.values);
  out.count(run.reports.size());
  std::int64_t before = 0;
  for (const Report& report : run.reports) {
    out.integer(report.step - before);
    out.raw(report.value);
    before = report.step;
  }
  write_numbers(out, run.further_values);
}

Run read_run(PackReader& in, const std::vector<double>* shared) {
  Run run;
  run.index = in.integer();
  run.seed = in.raw<std::uint64_t>();
  run.attempt = in.integer();
  run.token = in.text();
  run.state = in.raw<TrialState>();
  run.values = shared ? *shared : read_numbers(in);
  run.reports.resize(in.count());
  std::int64_t before = 0;
  for (Report& report : run.reports) {
    report.step = before += in.integer();
    report.value = in.raw<double>();
  }
  run.further_values = read_numbers(in);
  return run;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

}  // namespace

std::uint32_t TrialArchive::arm_index(const std::string& arm) {
  const Interned wanted(arm);
  const auto found = std::ranges::find(arms_, wanted);
  const auto index = static_cast<std::uint32_t>(found - arms_.begin());
  if (found == arms_.end()) arms_.push_back(wanted);
  return index;
}

void TrialArchive::add(const TrialRecord& record, const std::shared_ptr<const Space>& space) {
  HONE_CHECK(record.number >= 0 && !contains(record.number), "a trial is kept once");
  std::string bytes;
  PackWriter out(bytes);
  out.integer(record.changed);  // first: see `changed`
  out.raw(record.state);
  out.raw(record.origin);
  out.count(arm_index(record.arm));
  out.text(record.why);
  out.integer(record.attempt);
  out.integer(record.seen - record.changed);
  out.integer(record.asked - record.seen);
  out.integer(record.finished - record.changed);
  write_numbers(out, record.values);
  write_numbers(out, record.constraints);
  out.integer(record.until_step);
  out.integer(record.started_ms);
  out.count(record.seconds != 0);
  if (record.seconds != 0) out.raw(record.seconds);
  out.count(record.cost != 0);
  if (record.cost != 0) out.raw(record.cost);
  out.text(record.reason);
  out.count(record.runs.size());
  const bool shared = record.runs.size() == 1 && same_bits(record.values, record.runs[0].values);
  out.count(shared);
  for (const Run& run : record.runs) write_run(out, run, shared ? &record.values : nullptr);

  if (chunks_.empty() || chunks_.back().size() + bytes.size() > chunks_.back().capacity())
    chunks_.emplace_back().reserve(std::max(chunk_bytes, bytes.size()));
  const auto number = static_cast<std::size_t>(record.number);
  if (number >= place_.size()) {
    place_.resize(number + 1);
    points_.resize(number + 1);
  }
  place_[number] = (std::uint64_t{chunks_.size() - 1} << 32) + chunks_.back().size() + 1;
  chunks_.back() += bytes;
  points_[number] = record.point;
  if (!space_) space_ = space;
  if (!space || space != space_) configurations_.emplace(record.number, record.configuration);
}

bool TrialArchive::contains(std::int64_t number) const {
  return static_cast<std::size_t>(number) < place_.size() && place_[static_cast<std::size_t>(number)] != 0;
}

const std::string& TrialArchive::bytes_of(std::int64_t number, std::size_t& at) const {
  HONE_CHECK(contains(number), "the trial is kept");
  const std::uint64_t place = place_[static_cast<std::size_t>(number)] - 1;
  at = place & 0xffffffff;
  return chunks_[place >> 32];
}

Revision TrialArchive::changed(std::int64_t number) const {
  std::size_t at = 0;
  const std::string& bytes = bytes_of(number, at);
  return PackReader(bytes, at).integer();
}

TrialRecord TrialArchive::get(std::int64_t number) const {
  std::size_t at = 0;
  const std::string& bytes = bytes_of(number, at);
  PackReader in(bytes, at);
  TrialRecord record;
  record.number = number;
  record.changed = in.integer();
  record.state = in.raw<TrialState>();
  record.origin = in.raw<Origin>();
  record.arm = arms_[in.count()].text();
  record.why = in.text();
  record.attempt = in.integer();
  record.seen = record.changed + in.integer();
  record.asked = record.seen + in.integer();
  record.finished = record.changed + in.integer();
  record.values = read_numbers(in);
  record.constraints = read_numbers(in);
  record.until_step = in.integer();
  record.started_ms = in.integer();
  if (in.count() != 0) record.seconds = in.raw<double>();
  if (in.count() != 0) record.cost = in.raw<double>();
  record.reason = in.text();
  record.runs.resize(in.count());
  const bool shared = in.count() != 0;
  for (Run& run : record.runs) run = read_run(in, shared ? &record.values : nullptr);
  record.point = points_[static_cast<std::size_t>(number)];
  const auto kept = configurations_.find(number);
  record.configuration = kept != configurations_.end() ? kept->second : space_->configuration(record.point);
  return record;
}

}  // namespace hone

/// Finished trials as bytes: what a study of millions keeps in memory, and gives back as records.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/interned.hpp"
#include "space/space.hpp"
#include "trial/trial.hpp"

namespace hone {

/// Append-only; not thread safe. A trial of 10 parameters without reports takes about 50 bytes beside its point, which
/// is shared with whoever else holds it.
class TrialArchive {
 public:
  /// A finished trial; each number once. `space`: its configuration is that of its point in it, and is taken from there
  /// again. Null, or another one than the first: the configuration is kept. Cost: O(its parts).
  void add(const TrialRecord& record, const std::shared_ptr<const Space>& space = nullptr);
  bool contains(std::int64_t number) const;
  /// Equal to what was added, bit for bit. `number` is contained. Cost: O(its parts).
  TrialRecord get(std::int64_t number) const;
  /// The revision of its last change. O(1).
  Revision changed(std::int64_t number) const;

 private:
  std::uint32_t arm_index(const std::string& arm);
  const std::string& bytes_of(std::int64_t number, std::size_t& at) const;

  std::shared_ptr<const Space> space_;
  std::vector<Interned> arms_;
  std::vector<std::string> chunks_;                                 // a trial lies within one
  std::vector<std::uint64_t> place_;                                // (numbers) chunk * 2^32 + offset + 1; 0: none
  std::vector<SharedVector<double>> points_;                        // (numbers)
  std::unordered_map<std::int64_t, Configuration> configurations_;  // that are kept
};

}  // namespace hone

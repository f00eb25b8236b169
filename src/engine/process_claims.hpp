/// Which trials the studies of this process hold: several objects may be open on one study, and by the store they are
/// one owner.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace hone {

/// One study's part in it. Thread safe, over all objects with an equal key.
class ProcessClaims {
 public:
  /// `key`: storage, study and owner.
  explicit ProcessClaims(std::string key) : key_(std::move(key)) {}
  ProcessClaims(const ProcessClaims&) = delete;
  ProcessClaims& operator=(const ProcessClaims&) = delete;
  /// What this object holds still is held by nobody.
  ~ProcessClaims();

  /// Between a claim in the store and `hold` nobody may say that the trial is nobody's: for as long as this lives.
  class Asking {
   public:
    explicit Asking(ProcessClaims& claims);
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;
    ~Asking();

   private:
    ProcessClaims& claims_;
  };

  void hold(std::int64_t trial);
  void let_go(std::int64_t trial);
  /// Those of `trials` that no object holds; none while any of them is asking.
  std::vector<std::int64_t> held_by_nobody(const std::vector<std::int64_t>& trials) const;

 private:
  std::string key_;
  std::vector<std::int64_t> own_;  // guarded by the registry's mutex
};

}  // namespace hone

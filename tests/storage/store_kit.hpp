// What the tests of stores share: small records, a study as text, and random histories that any store can live through.
#pragma once
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "storage/store.hpp"

namespace hone {

StudyRecord study_record(const std::string& name, std::size_t objectives = 1);
/// A trial with a value of every type in its configuration, and a point whose bits are easily lost.
NewTrial new_trial(std::int64_t number);
Outcome complete(double value);
/// Like this process, but started at another time: certainly dead.
Owner dead_owner();

/// Every bit, without the times of the machine's clock.
std::string text_of(const TrialRecord& trial);
/// All trials and the journal of a study, or the error.
std::string text_of_study(Store& store, StudyId study);

/// One verb with its arguments; a claim is named by its place among those given so far.
struct Verb {
  enum class Kind {
    create,
    claim,
    report,
    pause,
    release,
    tell,
    prune,
    reclaim,
    log,
    attribute,
    beat,
    leave,
    set_cost
  };
  Kind kind = Kind::create;
  std::int64_t number = 0;
  std::size_t claim = 0;
  std::int64_t step = 0;
  double value = 0;          ///< of the first objective; the others' follow from it
  bool lacks_value = false;  ///< a report with one value less than there are objectives
  Outcome outcome;           ///< likewise
  std::optional<double> cost_budget;
  bool by_dead_owner = false;
  bool all_silent = false;  ///< a reclaim that takes every worker for silent

  bool is_durable() const { return kind == Kind::tell || kind == Kind::prune || kind == Kind::attribute; }
};

/// Plays verbs on one study of one store.
class Player {
 public:
  Player(Store& store, StudyId study, std::size_t objectives = 1)
      : store_(&store), study_(study), objectives_(objectives) {}
  /// The answer as text: equal for stores that agree.
  std::string play(const Verb& verb);
  const std::vector<Claim>& claims() const { return claims_; }
  /// The store was opened again.
  void continue_on(Store& store) { store_ = &store; }

 private:
  std::string keep(Result<Claim> claim);

  Store* store_;
  StudyId study_;
  std::size_t objectives_;
  std::vector<Claim> claims_;
};

/// Draws verbs: most fit the claims given so far, some are out of date, wrong or repeated. Equal seeds and answers give
/// equal verbs.
class RandomVerbs {
 public:
  explicit RandomVerbs(std::uint32_t seed) : rng_(seed, RngPurpose::simulation, 1) {}
  Verb next(const std::vector<Claim>& given);

 private:
  Rng rng_;
  Verb last_tell_;
  bool told_ = false;
};

}  // namespace hone

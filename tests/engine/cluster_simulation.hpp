// Scheduler, workers and store as a simulation of discrete events in one thread: several engines on one study, each on
// a machine of its own, with every fault that a seed draws. After every event the study must be as it may be; when the
// faults are over it must come to its end.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "engine/simulated_server.hpp"

namespace hone {

struct ClusterOptions {
  std::uint32_t seed = 0;
  int machines = 4;
  int slots = 2;  ///< trials at once on each
  std::int64_t trials = 24;
  double faulty_seconds = 400;  ///< simulated; afterwards nothing fails any more
  PlantedFault fault = PlantedFault::none;
};

/// What went wrong, with the simulated time and the last events, or nothing. `journal` gets the study's whole journal,
/// by which two plays of one seed can be compared.
std::optional<std::string> play_cluster(const ClusterOptions& options, std::string* journal = nullptr);

}  // namespace hone

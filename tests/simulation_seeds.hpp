// How many seeds a simulation plays: few every day, as many as HONE_SIMULATION_SEEDS says in the long tier.
#pragma once
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"

namespace hone {

inline std::uint32_t simulation_seeds(std::uint32_t every_day) {
  const char* wanted = std::getenv("HONE_SIMULATION_SEEDS");
  const auto seeds = wanted ? parse_integer(wanted) : std::nullopt;
  return seeds ? static_cast<std::uint32_t>(*seeds) : every_day;
}

}  // namespace hone

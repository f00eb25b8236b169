/// The parts of a study file that say what is searched; study_file.cpp reads the others.
#pragma once
#include <optional>

#include "space/space.hpp"
#include "space/study_file_reader.hpp"

namespace hone {

/// [space] and [constraints]. Nothing if there is no [space], or if something was complained about.
std::optional<Space> read_space(const TomlNode* space, const TomlNode* constraints, Complaints& complaints);

/// Values by name, as in [fixed] and [[enqueue]]; checked against `space` where there is one.
Configuration read_configuration(const TomlNode& table, const std::string& name, const Space* space,
                                 Complaints& complaints);

}  // namespace hone

/// A configuration for people: numbers cut to what the eye needs.
#pragma once
#include <string>

#include "space/value.hpp"

namespace hone {

/// "learning_rate=0.0026457 layers=1": floats with at most 5 significant digits; not for reading back.
std::string short_text(const Configuration& configuration);

}  // namespace hone

/// From the types of the public header to those of the engine, and back.
#pragma once
#include "engine/study.hpp"
#include "hone/hone.hpp"
#include "space/space.hpp"

namespace hone::api {

Failure failure_of(hone::Error error);
hone::Result<hone::Space> space_of(const SpaceBuilder& builder);
hone::Configuration configuration_in(const Configuration& configuration);
Configuration configuration_out(const hone::Configuration& configuration);
TrialResult result_of(const hone::TrialRecord& record);

}  // namespace hone::api

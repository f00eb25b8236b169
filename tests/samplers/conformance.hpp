/// What every sampler is held to. Each check returns "" or what is wrong, so that a planted fault can be asserted.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "samplers/sampler.hpp"

namespace hone {

using MakeSampler = std::function<std::unique_ptr<Sampler>()>;

struct SamplerCheck {
  const char* name;
  std::string (*run)(const MakeSampler& make);
};

const std::vector<SamplerCheck>& sampler_checks();

}  // namespace hone

/// The list of samplers, and making one by name.
#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "samplers/sampler.hpp"

namespace hone {

std::span<const SamplerInfo* const> all_samplers() {
  static constexpr std::array table{
#define HONE_SAMPLER(id) &id##_sampler_info,
#include "samplers/sampler_list.inc"
#undef HONE_SAMPLER
  };
  return table;
}

Result<std::unique_ptr<Sampler>> make_sampler(std::string_view name, const std::map<std::string, double>& options) {
  std::vector<std::string> known;
  for (const SamplerInfo* info : all_samplers()) {
    if (info->name == name) {
      HONE_TRY(const auto values, option_values(name, info->options, options));
      return info->make(values);
    }
    known.emplace_back(info->name);
  }
  return refuse(fmt::format("unknown sampler '{}'; {}", quoted(name), suggest_name(name, known)));
}

}  // namespace hone

/// The list of pruners, and making one by name.
#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "pruners/pruner.hpp"

namespace hone {

NextStep Pruner::next(const View&, const Asker& asker) const {
  if (asker.new_allowed) return StartNew{};
  return WaitForOthers{};
}

std::span<const PrunerInfo* const> all_pruners() {
  static constexpr std::array table{
#define HONE_PRUNER(id) &id##_pruner_info,
#include "pruners/pruner_list.inc"
#undef HONE_PRUNER
  };
  return table;
}

Result<std::unique_ptr<Pruner>> make_pruner(std::string_view name, const std::map<std::string, double>& options,
                                            const PrunerSetup& setup) {
  std::vector<std::string> known;
  for (const PrunerInfo* info : all_pruners()) {
    if (info->name == name) {
      HONE_TRY(const auto values, option_values(name, info->options, options));
      return info->make(values, setup);
    }
    known.emplace_back(info->name);
  }
  return refuse(fmt::format("unknown pruner '{}'; {}", quoted(name), suggest_name(name, known)));
}

}  // namespace hone

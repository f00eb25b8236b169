/// Searches over tables of trained networks (declared in problems.hpp).
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "network_table.hpp"
#include "problems.hpp"

namespace hone::search_bench {
namespace {

Problem table(const std::string& name, bool sealed) {
  const auto space = table_space();
  auto read = std::make_shared<std::shared_ptr<const NetworkTable>>();  // at its first use
  const auto get = [=]() -> const NetworkTable& {
    if (!*read) {
      auto found = NetworkTable::read(name);
      if (!found) {
        fmt::print(stderr, "search_bench: {}\n", found.error().message);
        std::exit(1);
      }
      *read = std::move(*found);
    }
    return **read;
  };
  return {.name = "table " + name,
          .family = "tables",
          .sealed = sealed,
          .space = space,
          .regret = [=](const Point& point, const Mask&) { return get().regret(table_place(*space, point)); },
          .told = [=](const Point& point,
                      std::uint32_t seed) { return get().best_value(table_place(*space, point), seed % table_seeds); }};
}

}  // namespace

std::vector<Problem> table_problems() {
  return {table("adult", false), table("coupon", true), table("pm25", true)};
}

}  // namespace hone::search_bench

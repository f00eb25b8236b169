// Which rows `hone fit` holds back for validation when the test rows are a file of their own, so that others can be
// judged by the same ones.
//
// usage: split_rows SEED < LABELS      the class of each row, from 0, in hone's order; row numbers on stdout
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "data/split.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: split_rows SEED < LABELS\n", stderr);
    return 2;
  }
  std::vector<std::int32_t> labels;
  for (std::int32_t label; std::cin >> label;) labels.push_back(label);
  const auto parts = hone::split_random(labels.size(), labels, {.test = 0}, std::strtoull(argv[1], nullptr, 10));
  for (const std::uint32_t row : parts.validation) std::printf("%u\n", row);
}

// Which kernels this machine can run, and which one is used.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "kernels/kernels.hpp"
#include "kernels/tables.hpp"

namespace hone {
namespace {

struct Choice {
  const Kernels* kernels;
  const DenseKernels* dense;
  bool available;
};

/// Best last.
const Choice (&choices())[3] {
  static const Choice all[] = {
      {&scalar_kernels, &scalar_dense_kernels, true},
      {&avx2_kernels, &avx2_dense_kernels, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")},
      {&avx512_kernels, &avx512_dense_kernels,
       __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw")}};
  return all;
}

const Kernels* choose() {
  const Kernels* best = &scalar_kernels;
  for (const auto& choice : choices())
    if (choice.available) best = choice.kernels;
  const char* wanted = std::getenv("HONE_KERNELS");
  if (wanted == nullptr || *wanted == '\0') return best;
  if (const Kernels* found = find_kernels(wanted)) return found;
  std::fprintf(stderr,
               "hone: HONE_KERNELS='%s' cannot be had on this machine (known: scalar, avx2, avx512); using %s\n",
               wanted, best->name);
  return best;
}

}  // namespace

const Kernels* find_kernels(const char* name) {
  for (const auto& choice : choices())
    if (std::strcmp(choice.kernels->name, name) == 0) return choice.available ? choice.kernels : nullptr;
  return nullptr;
}

const Kernels& kernels() {
  static const Kernels* const chosen = choose();
  return *chosen;
}

const DenseKernels* find_dense_kernels(const char* name) {
  for (const auto& choice : choices())
    if (std::strcmp(choice.kernels->name, name) == 0) return choice.available ? choice.dense : nullptr;
  return nullptr;
}

const DenseKernels& dense_kernels() {
  static const DenseKernels& chosen = *find_dense_kernels(kernels().name);
  return chosen;
}

const Bfloat16Kernels* bfloat16_kernels() {
  return &kernels() == &avx512_kernels && __builtin_cpu_supports("avx512bf16") ? &avx512_bfloat16_kernels : nullptr;
}

}  // namespace hone

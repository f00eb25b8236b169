#include "storage/libpq.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "storage/libpq_version.hpp"

namespace hone {
namespace {

constexpr const char* library_name = "libpq.so.5";

std::unexpected<Error> missing(const char* why) {
  return fail(Error::Kind::not_found,
              fmt::format("PostgreSQL's client library {} cannot be used ({}): install it with `apt install libpq5`",
                          library_name, why ? why : "unknown reason"));
}

template <class Function>
bool find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(::dlsym(library, name));
  return function != nullptr;
}

Result<LibPq> load() {
  void* const library = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);  // stays open until the process ends
  if (!library) return missing(::dlerror());
  LibPq table{};
#define HONE_FIND(name) \
  if (!find(library, "PQ" #name, table.name)) return missing(::dlerror())
  HONE_FIND(libVersion);
  HONE_FIND(connectdbParams);
  HONE_FIND(finish);
  HONE_FIND(status);
  HONE_FIND(socket);
  HONE_FIND(serverVersion);
  HONE_FIND(errorMessage);
  HONE_FIND(exec);
  HONE_FIND(prepare);
  HONE_FIND(execPrepared);
  HONE_FIND(enterPipelineMode);
  HONE_FIND(exitPipelineMode);
  HONE_FIND(sendQueryPrepared);
  HONE_FIND(pipelineSync);
  HONE_FIND(getResult);
  HONE_FIND(clear);
  HONE_FIND(resultStatus);
  HONE_FIND(resultErrorField);
  HONE_FIND(ntuples);
  HONE_FIND(getvalue);
  HONE_FIND(getlength);
  HONE_FIND(getisnull);
  HONE_FIND(conninfoParse);
  HONE_FIND(conninfoFree);
  HONE_FIND(freemem);
#undef HONE_FIND
  return table;
}

}  // namespace

Result<const LibPq*> libpq() {
  static const Result<LibPq> table = load();
  if (!table) return std::unexpected(table.error());
  return &*table;
}

std::optional<std::string> libpq_version() {
  const auto library = libpq();
  if (!library) return std::nullopt;
  const int version = (*library)->libVersion();  // 150020
  return fmt::format("{}.{}", version / 10000, version % 10000);
}

}  // namespace hone

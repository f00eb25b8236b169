/// From a URL to a store (declared in storage/store.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"
#include "storage/store.hpp"

namespace hone {
namespace {

constexpr const StoreInfo* stores[] = {
#define HONE_STORE(id) &id##_store_info,
#include "storage/store_list.inc"
#undef HONE_STORE
};

struct Address {
  const StoreInfo* store;
  std::string_view rest;  ///< what follows "scheme://"
};

Result<Address> parse_url(std::string_view url) {
  const std::size_t colon = url.find("://");
  const std::string_view scheme = url.substr(0, colon);
  std::vector<std::string> known;
  for (const StoreInfo* store : stores) {
    if (colon != std::string_view::npos && store->scheme == scheme) return Address{store, url.substr(colon + 3)};
    known.emplace_back(store->scheme);
  }
  if (colon == std::string_view::npos)
    return refuse(
        fmt::format("'{}' is not a storage URL; for a file write sqlite:///{} (relative) or sqlite:////folder/"
                    "{} (absolute)",
                    quoted(url), url.empty() ? "hone.db" : url, url.empty() ? "hone.db" : url));
  return refuse(fmt::format("unknown kind of storage '{}' in '{}': {}", quoted(scheme), quoted(without_password(url)),
                            suggest_name(scheme, known)));
}

}  // namespace

std::span<const StoreInfo* const> all_stores() {
  return stores;
}

Result<std::unique_ptr<Store>> open_store(std::string_view url, bool create, double busy_seconds) {
  HONE_TRY(const Address address, parse_url(url));
  return address.store->open(address.rest, create, busy_seconds);
}

std::string without_password(std::string_view url) {
  std::string shown(url);
  const auto colons = shown.find("://");
  if (colons == std::string::npos) return shown;
  const auto start = colons + 3;
  const auto end = std::min(shown.find_first_of("/?", start), shown.size());
  if (const auto at = shown.rfind('@', end); at != std::string::npos && at >= start)
    if (const auto colon = shown.find(':', start); colon < at) shown.erase(colon, at - colon);
  auto question = shown.find('?');
  if (question == std::string::npos) return shown;
  std::vector<std::string> kept;
  for (const std::string& option : split(std::string_view(shown).substr(question + 1), '&'))
    if (!option.starts_with("password=") && !option.starts_with("sslpassword=")) kept.push_back(option);
  shown.resize(question);
  return kept.empty() ? shown : shown + '?' + join(kept, "&");
}

Result<std::string> store_path(std::string_view url) {
  HONE_TRY(const Address address, parse_url(url));
  if (address.store->scheme != "sqlite") return std::string();
  const std::string_view path = address.rest.substr(0, address.rest.find('?'));
  if (!path.starts_with('/') || path.size() < 2)
    return refuse(fmt::format(
        "'{}' names no file; write sqlite:///FILE (relative) or sqlite:////FOLDER/FILE (absolute)", quoted(url)));
  return std::string(path.substr(1));
}

}  // namespace hone

// Any lines to a session: each is answered with one object of JSON, and the trials stay dense and legal.
#include "session/session.hpp"

#include <nlohmann/json.hpp>

#include "base/check.hpp"

namespace {

constexpr std::string_view spaces[] = {
    "format = 1\n",
    "format = 1\n[space]\nx = { type = \"float\", low = 0.0, high = 1.0 }\n"
    "n = { type = \"int\", low = 1, high = 3 }\nc = { type = \"categorical\", choices = [\"a\", 1, {none = true}] }\n"
    "[search]\nsampler = \"random\"\npruner = \"median\"\ntrials = 50\n[run]\nmax_step = 4\n"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto file = hone::parse_study_file(spaces[data[0] % 2], "fuzz.toml");
  const auto setup = hone::session_setup(*file, "fuzz", {});
  const auto store = hone::open_store("memory://", true);
  auto session = hone::Session::open(**store, *setup);
  HONE_CHECK(session.has_value(), "the session opens");
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (int lines = 0; lines < 64 && !rest.empty(); ++lines) {
    const std::size_t end = rest.find('\n');
    const std::string answer = (*session)->answer(rest.substr(0, end));
    HONE_CHECK(nlohmann::json::accept(answer), "an answer is JSON");
    HONE_CHECK(answer.starts_with('{') && answer.find('\n') == std::string::npos,
               "an answer is one object on one line");
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  HONE_CHECK((*session)->close().has_value(), "trials are handed back");
  HONE_CHECK((*session)->study().counts().running == 0, "nothing runs any more");
  return 0;
}

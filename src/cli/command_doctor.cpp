/// `hone doctor`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/common_flags.hpp"
#include "cli/machine.hpp"
#include "data/dataset.hpp"
#include "nn/trainer.hpp"
#include "report/progress.hpp"
#include "storage/libpq_version.hpp"
#include "storage/sqlite_version.hpp"

namespace hone {
namespace {

/// One line of the answer. `state`: "ok", "note" (works, but worth knowing), "missing".
struct Finding {
  std::string what, state, found, cure;
};
using Findings = std::vector<Finding>;

void check_processor(Findings& findings) {
  const std::string features = processor_features();
  findings.push_back({"processor", "ok", processor_name() + (features.empty() ? "" : " (" + features + ")"), ""});
  const std::string kernels(kernel_name());
  findings.push_back({"kernels", kernels == "scalar" ? "note" : "ok", kernels,
                      kernels == "scalar" ? "training is several times faster with AVX2" : ""});
  const std::size_t cores = usable_cores(), all = std::thread::hardware_concurrency();
  findings.push_back({"cores", "ok",
                      cores == all ? fmt::format("{}", cores) : fmt::format("{} of {} usable", cores, all),
                      fmt::format("hone fit runs {} trials at once unless -j says otherwise", cores)});
}

void check_memory(Findings& findings) {
  const Memory found = memory();
  const bool low = found.available_bytes < 1e9;
  findings.push_back({"memory", low ? "note" : "ok",
                      fmt::format("{} free of {}", bytes_text(found.available_bytes), bytes_text(found.total_bytes)),
                      low ? "large data sets may not fit" : ""});
}

/// What a storage URL of a server needs, and whether it is there.
void check_server(const std::string& url, Findings& findings) {
  const auto store = open_store(url, false, 2);
  if (store) {
    findings.push_back({"storage", "ok", (*store)->url(), ""});
  } else if (store.error().kind == Error::Kind::not_found && libpq_version()) {
    findings.push_back({"storage", "ok", without_password(url) + " (tables will be created)", ""});
  } else {
    findings.push_back({"storage", "missing", store.error().message, ""});
  }
}

void check_client_library(Findings& findings) {
  if (const auto version = libpq_version())
    findings.push_back({"libpq", "ok", *version, ""});
  else
    findings.push_back({"libpq", "note", "not installed: needed for storage on a PostgreSQL server only",
                        "sudo apt-get install libpq5"});
}

Result<void> check_storage(const Arguments& arguments, Findings& findings) {
  HONE_TRY(const std::string url, storage_url(arguments));
  HONE_TRY(const std::string file, store_path(url));
  if (url.starts_with("postgresql:")) {
    check_server(url, findings);
    return {};
  }
  if (file.empty()) {
    findings.push_back({"storage", "note", url, "kept in memory only: nothing survives the end of the process"});
    return {};
  }
  std::error_code ignored;
  const std::filesystem::path path = std::filesystem::absolute(file, ignored);
  const std::filesystem::path folder = path.parent_path();
  const bool exists = std::filesystem::exists(path, ignored);
  if (const std::string network = network_file_system(folder); !network.empty()) {
    findings.push_back({"storage", "missing", fmt::format("{} lies on {}, where locks cannot be trusted", url, network),
                        "choose a local disk: --storage sqlite:////var/tmp/hone.db"});
    return {};
  }
  if (exists) {
    const auto store = open_store(url, false, 1);
    findings.push_back({"storage", store ? "ok" : "missing", store ? url : store.error().message, ""});
  } else {
    findings.push_back({"storage", "ok", url + " (will be created)", ""});
  }
  if (const auto seconds = sync_seconds(folder))
    findings.push_back({"disk", *seconds > 0.05 ? "note" : "ok",
                        fmt::format("{:.2f} ms for a durable write in {}", *seconds * 1e3, folder.string()),
                        *seconds > 0.05 ? "each finished trial costs one; a local disk is faster" : ""});
  else
    findings.push_back({"disk", "missing", seconds.error().message, "choose another folder with --storage"});
  return {};
}

void check_datasets(Findings& findings) {
  std::error_code ignored;
  for (const KnownDataset& known : known_datasets()) {
    const bool there = std::filesystem::exists(std::string(known.path), ignored);
    findings.push_back({fmt::format("data set {}", known.name), there ? "ok" : "missing",
                        there ? std::string(known.path) : fmt::format("not at {}", known.path),
                        there ? "" : fmt::format("sudo apt-get install {}", known.package)});
  }
}

void check_terminal(Findings& findings) {
  const ProgressOptions options = progress_options_for(stderr);
  if (options.terminal)
    findings.push_back(
        {"terminal", "ok",
         fmt::format("{} columns, {}, {}", options.look.width + 1, options.look.colour ? "colour" : "no colour",
                     options.look.unicode ? "UTF-8" : "ASCII"),
         options.look.unicode ? "" : "set LC_ALL=C.UTF-8 for finer curves"});
  else
    findings.push_back({"terminal", "note", "stderr is not a terminal", "progress is printed as plain lines"});
}

Result<int> examine(const Arguments& arguments) {
  HONE_TRY(const ListFormat format, list_format(arguments));
  Findings findings;
  findings.push_back({"hone", "ok", HONE_VERSION, ""});
  check_processor(findings);
  check_memory(findings);
  HONE_TRY_VOID(check_storage(arguments, findings));
  findings.push_back({"SQLite", "ok", std::string(sqlite_version()), ""});
  check_client_library(findings);
  check_datasets(findings);
  check_terminal(findings);

  TextTable table;
  for (const char* key : {"what", "state", "found", "cure"}) table.columns.push_back({key, key});
  for (const Finding& finding : findings) {
    const Value cure = finding.cure.empty() ? Value(Null{}) : Value(finding.cure);
    table.rows.push_back({finding.what, finding.state, finding.found, cure});
  }
  if (format != ListFormat::table) {
    print_table(table, format);
    return exit_done;
  }
  for (const Finding& finding : findings) {
    fmt::print("{:<24}{:<9}{}\n", finding.what, finding.state, finding.found);
    if (!finding.cure.empty()) fmt::print("{:<33}{}\n", "", finding.cure);
  }
  const auto missing = std::ranges::count(findings, "missing", &Finding::state);
  fmt::print("\n{}\n", missing == 0 ? std::string("Nothing is missing.")
                                    : fmt::format("{} missing; the cure stands beside it.", missing));
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = examine(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array flags = {storage_flag, list_format_flag};
constexpr std::array examples = {
    ExampleRow{"hone doctor", "What this machine offers, and what is missing with the command to get it."}};

}  // namespace

constinit const CommandInfo doctor_command_info{
    .name = "doctor",
    .summary = "what this machine offers, and what is missing",
    .description =
        "Looks at the processor and the kernels chosen for it, cores, memory, the storage with the time of "
        "one durable write, the data sets known by name, and the terminal. Changes nothing.",
    .positionals = {},
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone

/// Who holds a trial, and whether that process is certainly gone (declared in storage/store.hpp).
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/process_table.hpp"
#include "base/text.hpp"
#include "storage/store.hpp"

namespace hone {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// In a container process ids are its own, and its host's name may be another container's too: then the name of the
/// process-id namespace is part of it. The machine itself has the namespace with this number on every Linux.
std::string name_with_namespace() {
  char name[256] = {};
  std::string host = ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
  std::error_code error;
  const std::string processes = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
  constexpr std::string_view of_the_machine = "pid:[4026531836]";
  return error || processes == of_the_machine ? host : host + "/" + processes;
}

const std::string& host_name() {
  static const std::string name = name_with_namespace();
  return name;
}

/// It changes with every boot and never comes back.
const std::string& boot_id() {
  static const std::string id = first_line("/proc/sys/kernel/random/boot_id");
  return id;
}

}  // namespace

std::string Owner::text() const {
  return fmt::format("{}:{}:{}:{}", host, process, process_start, boot_id);
}

std::optional<Owner> Owner::from_text(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 4) return std::nullopt;
  const auto process = parse_integer(parts[1]), start = parse_integer(parts[2]);
  if (!process || !start) return std::nullopt;
  return Owner{parts[0], parts[3], *process, *start};
}

Owner Owner::this_process() {
  Owner owner{host_name(), hone::boot_id(), ::getpid(), 0};
  if (const auto status = process_status(static_cast<pid_t>(owner.process))) owner.process_start = status->start;
  return owner;
}

bool Owner::same_host() const {
  return host == host_name();
}

bool Owner::may_be_alive() const {
  if (!same_host()) return true;
  const std::string& now = hone::boot_id();
  if (boot_id.empty() || now.empty()) return true;
  if (boot_id != now) return false;
  if (process <= 0) return true;
  const auto status = process_status(static_cast<pid_t>(process));
  if (!status)
    return ::kill(static_cast<pid_t>(process), 0) == 0 || errno != ESRCH;  // /proc may hide others' processes
  if (status->state == 'Z' || status->state == 'X') return false;
  return process_start == 0 || status->start == process_start;
}

}  // namespace hone

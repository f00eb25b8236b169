/// Reading tables of a study file: each getter checks type and range, and remembers that its key is known.
///
/// Complaints are collected and the first one in the file is reported, so that reading needs no branch per key.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "space/toml_tree.hpp"

namespace hone {

class Complaints {
 public:
  /// Keeps the complaint that comes first in the file.
  void at(Place place, std::string message);
  bool any() const { return message_.has_value(); }
  /// "SOURCE:LINE:COLUMN: what, cure"
  Error error(const std::string& source) const;

 private:
  Place place_;
  std::optional<std::string> message_;
};

/// Finite numbers, text, booleans, and {none = true}.
std::optional<Value> read_value(const TomlNode& node, Complaints& complaints);
/// "a string", "an array", ... for messages.
std::string node_description(const TomlNode& node);

class TableReader {
 public:
  /// `name` is for messages: "[search]". A node that is not a table is complained about and reads as empty; so does
  /// null without complaint.
  TableReader(const TomlNode* node, std::string name, Complaints& complaints);

  bool present() const { return node_ != nullptr; }
  Place place() const { return node_ ? node_->place : Place{}; }
  /// Place of the value under `key`, of the table if there is none.
  Place place(std::string_view key) const;

  std::optional<std::string> text(std::string_view key);
  /// One of `allowed`.
  std::optional<std::string> text(std::string_view key, const std::vector<std::string>& allowed);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t low);
  /// A float, or an integer within +-2^53.
  std::optional<double> number(std::string_view key);
  std::optional<bool> flag(std::string_view key);
  /// A duration like "30m" or "90s", in seconds.
  std::optional<double> seconds(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  /// The raw node, if there is one.
  const TomlNode* node(std::string_view key);
  const TomlNode* array(std::string_view key);
  /// Members that are tables and were not asked for; they count as known from now on.
  std::vector<const TomlMember*> other_tables();

  /// Complains about keys that nobody asked for, naming the nearest known one; false if there are any. Call it last.
  bool finish();

 private:
  template <class T>
  const T* get(std::string_view key, std::string_view wanted);

  const TomlNode* node_ = nullptr;
  std::string name_;
  Complaints& complaints_;
  std::vector<std::string> known_;
};

}  // namespace hone

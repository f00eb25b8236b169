/// A text out of a small set, kept once for the process: 8 bytes wherever it stands.
#pragma once
#include <concepts>
#include <string>
#include <string_view>

namespace hone {

/// For names of which a program meets few (arms of samplers): what was once kept stays until the process ends.
class Interned {
 public:
  Interned() = default;
  /// Cost: one lookup under a lock. Thread safe.
  Interned(std::string_view text) : text_(keep(text)) {}
  Interned(const std::string& text) : Interned(std::string_view(text)) {}
  Interned(const char* text) : Interned(std::string_view(text)) {}

  const std::string& text() const { return *text_; }
  operator const std::string&() const { return *text_; }
  bool empty() const { return text_->empty(); }
  friend bool operator==(const Interned& a, const Interned& b) { return a.text_ == b.text_; }
  template <class Text>
  requires std::convertible_to<const Text&, std::string_view>
  friend bool operator==(const Interned& a, const Text& b) { return *a.text_ == std::string_view(b); }

 private:
  static const std::string* keep(std::string_view text);
  static const std::string nothing;
  const std::string* text_ = &nothing;
};

}  // namespace hone

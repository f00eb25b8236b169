/// The command of [run] with its placeholders: `{name}` is a parameter's value.
#pragma once
#include <string>
#include <vector>

#include "space/space.hpp"
#include "space/study_file.hpp"

namespace hone {

/// `{name}` is the value of a parameter or of one instance (`{units.2}`); of a repeated parameter, `{units}`, the
/// values of its active instances with commas between. `{{` and `}}` are braces. A nested array is dropped whole when a
/// placeholder in it is inactive.
class CommandTemplate {
 public:
  /// Errors: a lone brace; an unknown name (the nearest is named); outside a nested array a parameter that is not
  /// active in every configuration.
  static Result<CommandTemplate> parse(const std::vector<CommandArgument>& command, const Space& space);

  /// The words for one configuration of the space.
  std::vector<std::string> words(const Configuration& configuration) const;
  /// The program, if it is the same for every configuration; else "".
  const std::string& fixed_program() const { return fixed_program_; }

 private:
  struct Piece {
    std::string text;                ///< as it stands, when `names` is empty
    std::vector<std::string> names;  ///< the instances whose values are joined
  };
  using Word = std::vector<Piece>;
  struct Argument {
    std::vector<Word> words;
    bool optional = false;
  };
  static Result<Word> parse_word(const std::string& text, bool optional, const Space& space);

  std::vector<Argument> arguments_;
  std::string fixed_program_;
};

/// Is the axis active in every configuration, as far as declarations tell? An instance is if its number is at most the
/// least count.
bool is_always_active(const Space& space, std::size_t axis);

}  // namespace hone

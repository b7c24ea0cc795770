// Names of models and imports to C++ identifiers, comments and string literals that cannot become code.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace nncc {

// An identifier of letters, digits and single underscores that starts with a letter, is no keyword, no macro of a
// compiler and no name that emitted code uses itself. Different names may give the same identifier: see NameScope.
std::string mangle(std::string_view name);

// mangle() with every name made CamelCase behind a `k`: "dense_1.w" gives kDense1W.
std::string mangle_constant(std::string_view name);

// One line of comment text: control characters become spaces; no `*/`, no `//`, no trigraph, no backslash at the end.
std::string comment_text(std::string_view text);

// A string literal, quotes included: everything but plain ASCII is written as an octal escape.
std::string string_literal(std::string_view text);

// Identifiers that are unique in one C++ scope; outer scopes are copied into inner ones.
class NameScope {
  public:
    // The mangled name, or name_2, name_3 ... when that is taken. Taken from then on.
    std::string unique(std::string_view name);
    std::string unique_constant(std::string_view name);
    void reserve(std::string_view identifier) { taken_.insert(std::string(identifier)); }
    bool is_taken(std::string_view identifier) const { return taken_.contains(std::string(identifier)); }

  private:
    std::string first_free(const std::string& identifier);
    std::set<std::string> taken_;
};

}  // namespace nncc

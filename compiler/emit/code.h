// Code: lines of C++ with their indentation, broken at 120 columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graph/type.h"

namespace nncc {

class Code {
  public:
    static constexpr std::size_t kColumns = 120;

    void line(std::string_view text);
    void blank();
    // A line that opens a block, and the one that closes it.
    void open(std::string_view text);
    void close(std::string_view text = "}");
    void indent(int by) { depth_ += by; }
    void raw(std::string_view lines) { text_ += lines; }  // whole lines, as they are
    // prefix, items separated by ", ", suffix; broken between items, aligned behind the prefix.
    void list(std::string_view prefix, const std::vector<std::string>& items, std::string_view suffix);
    // For a lambda that was opened at `begin`: a parameter that nothing behind the opening mentions loses its name.
    std::size_t mark() const { return text_.size(); }
    void unname_unused(std::size_t begin, std::string_view type, std::string_view name);
    void append(const Code& other) { text_ += other.text_; }
    Code at_same_depth() const;  // empty
    const std::string& text() const { return text_; }

  private:
    std::string text_;
    int depth_ = 0;
};

// Whether `word` stands in `text` as an identifier.
bool uses_word(std::string_view text, std::string_view word);
std::string_view cpp_type(DType dtype);  // "float"
// A literal of that type that reads back to the same bits: 0.5F, 1e-08F, -3, true; infinities and NaN as builtins.
std::string literal(double value, DType dtype);
// The sum of terms over run-time extents as C++: "8", "2 * time + 1"; `factor` puts a sum in parentheses.
std::string dim_text(const Dim& dim, bool factor);

}  // namespace nncc

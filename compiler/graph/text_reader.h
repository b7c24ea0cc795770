// Reads the words of the graph's text form: names, numbers, texts, types; the first error stops everything after it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "graph/graph.h"

namespace nncc {

// Blanks, line ends and `#` comments separate words. Once fail() was called every read fails and changes nothing.
class TextReader {
  public:
    explicit TextReader(std::string_view text) : text_(text) {}

    bool at_end();                            // nothing but blanks and comments left
    bool peek(std::string_view symbol);       // the next characters, after blanks
    bool accept(std::string_view symbol);     // consumes it if it is next
    bool expect(std::string_view symbol);     // fails if it is not
    bool accept_word(std::string_view word);  // a whole name
    bool expect_word(std::string_view word);

    std::optional<std::string> word();      // letters, digits, `_`, `.`; not starting with a digit
    std::optional<std::string> quoted();    // "..." with escapes
    std::optional<std::string> name();      // word or quoted
    std::optional<std::int64_t> integer();  // `end` is kSliceEnd
    std::optional<double> number();         // nan, inf, -inf too
    std::optional<Type> type();
    std::optional<Shape> shape();
    std::optional<Value> value();  // %7 or %7.1
    // An attribute of that kind (the index into Attribute).
    std::optional<Attribute> attribute(std::size_t kind);

    std::nullopt_t fail(std::string message);
    std::nullopt_t fail(const DiagnosticKind& kind, std::string message);
    bool failed() const { return error_.has_value(); }
    const Error& error() const { return *error_; }
    int line() const { return line_; }

  private:
    void skip();
    std::string_view rest() const { return text_.substr(at_); }
    std::string seen() const;  // the next few characters, for messages

    std::string_view text_;
    std::size_t at_ = 0;
    int line_ = 1;
    std::optional<Error> error_;
};

}  // namespace nncc

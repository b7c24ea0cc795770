// The text of one .nn file to tokens, one character class at a time.
#include "syntax/lexer.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/display.h"
#include "syntax/diagnostic_kinds.h"

namespace nncc {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_printable_ascii(char c) { return c >= 0x20 && c < 0x7F; }
bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// What people type from habit or paste from a text processor, and what the language has instead.
struct Habit {
    std::string_view text;
    const char* hint;
};
constexpr std::array<Habit, 16> kHabits = {{{";", "a statement ends with its line"},
                                            {"'", "a string stands in double quotes"},
                                            {"`", "a string stands in double quotes"},
                                            {"^", "a power is written `**`"},
                                            {"&", "a logical and is written `&&`"},
                                            {"|", "a logical or is written `||`, and a pipe `|>`"},
                                            {"~", "a logical not is written `!`"},
                                            {"\\", "a line goes on after an operator, or inside `( )`"},
                                            {"−", "write the minus of the keyboard, `-`"},
                                            {"–", "write the minus of the keyboard, `-`"},
                                            {"×", "a product is written `*`, or `@` for matrices"},
                                            {"“", "a string stands in plain double quotes"},
                                            {"”", "a string stands in plain double quotes"},
                                            {"→", "write `->`"},
                                            {"←", "write `<-`"},
                                            {"…", "write three dots, `...`"}}};

class Lexer {
  public:
    explicit Lexer(const SourceFile& source) : source_(source), text_(source.text) {}

    Lexed lex() {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // the byte order mark some editors write
        while (at_ < text_.size()) read_one();
        std::size_t last = lexed_.tokens.empty() ? 0 : lexed_.tokens.back().end;
        // The end stands behind the last thing on the last line that has one: a place that can be shown.
        std::size_t end = std::max(last, text_.find_last_not_of(" \t\r\n") + 1);
        begin_ = end;
        at_ = end;
        add(TokenKind::kEnd);
        return std::move(lexed_);
    }

  private:
    char peek(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    void add(TokenKind kind) {
        lexed_.tokens.push_back({.kind = kind,
                                 .starts_line = starts_line_,
                                 .line = line_,
                                 .begin = static_cast<std::uint32_t>(begin_),
                                 .end = static_cast<std::uint32_t>(at_)});
        starts_line_ = false;
    }

    void error(const DiagnosticKind& kind, std::size_t begin, std::size_t end, std::string message, std::string hint) {
        if (lexed_.errors.size() > static_cast<std::size_t>(Diagnostics::kMaximum)) return;
        SourceRange range = {&source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
        lexed_.errors.push_back(
            {line_, {.kind = &kind, .range = range, .message = std::move(message), .hint = std::move(hint)}});
    }

    void read_one() {
        begin_ = at_;
        char c = text_[at_];
        if (is_blank(c)) {
            ++at_;
        } else if (c == '\n' || (c == '\r' && peek(1) == '\n')) {
            at_ += c == '\r' ? 2 : 1;
            ++line_;
            starts_line_ = true;
        } else if (c == '#') {
            read_comment();
        } else if (c == '"') {
            read_string();
        } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
            read_number();
        } else if (is_letter(c) || c == '_') {
            read_word();
        } else if (TokenKind kind = punctuation_kind(text_.substr(at_, 3)); kind != TokenKind::kInvalid) {
            if (c == '/' && peek(1) == '/') return read_foreign_comment();
            at_ += spelling(kind).size();
            add(kind);
        } else {
            read_stray();
        }
    }

    // The end of the line's text: before the newline, and before the carriage return of a "\r\n".
    std::size_t line_end() const {
        std::size_t end = std::min(text_.find('\n', at_), text_.size());
        return end > at_ && text_[end - 1] == '\r' ? end - 1 : end;
    }

    // Reports the first byte from `begin` that cannot be carried into emitted comments and messages.
    bool check_text(std::size_t begin, std::size_t end, const char* where) {
        for (std::size_t at = begin; at < end;) {
            if (is_printable_ascii(text_[at])) {
                ++at;
                continue;
            }
            DisplayedCharacter character = displayed_character(text_.substr(0, end), at);
            if (!character.is_shown_as_is && text_[at] != '\t') {
                bool is_ascii = !is_beyond_ascii(text_[at]);
                bool is_bad_utf8 = !is_ascii && character.byte_count == 1;
                error(kInvalidText, at, at + character.byte_count,
                      fmt::format("{} in a {}",
                                  is_bad_utf8 ? fmt::format("byte 0x{:02x} is not UTF-8", byte(at))
                                  : is_ascii  ? fmt::format("control character 0x{:02x}", byte(at))
                                              : "invisible character",
                                  where),
                      is_bad_utf8 ? "save the file as UTF-8" : "remove it");
                return false;
            }
            at += character.byte_count;
        }
        return true;
    }

    unsigned byte(std::size_t at) const { return static_cast<unsigned char>(text_[at]); }

    void read_comment() {
        std::size_t end = line_end();
        check_text(at_, end, "comment");
        if (starts_line_) {
            std::string_view comment = text_.substr(at_ + 1, end - at_ - 1);
            if (comment.starts_with(' ')) comment.remove_prefix(1);
            lexed_.comments.push_back({line_, comment.substr(0, comment.find_last_not_of(" \t") + 1)});
        }
        at_ = end;
    }

    void read_foreign_comment() {
        error(kStrayCharacter, at_, at_ + 2, "`//` begins no comment here", "a comment begins with `#`");
        at_ = line_end();
        add(TokenKind::kInvalid);
    }

    void read_string() {
        std::size_t end = line_end();
        std::size_t quote = text_.find('"', at_ + 1);
        if (quote == std::string_view::npos || quote >= end) {
            error(kUnterminatedString, at_, end, "the string does not end on its line", "add the closing `\"`");
            at_ = end;
            return add(TokenKind::kInvalid);
        }
        bool is_clean = check_text(at_ + 1, quote, "string");
        at_ = quote + 1;
        add(is_clean ? TokenKind::kString : TokenKind::kInvalid);
    }

    void skip_digits() {
        while (is_digit(peek(0))) ++at_;
    }

    void read_number() {
        skip_digits();
        bool is_float = false;
        if (at_ > begin_ && peek(0) == '.' && is_digit(peek(1))) {
            is_float = true;
            ++at_;
            skip_digits();
        }
        std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
        if (at_ > begin_ && (peek(0) == 'e' || peek(0) == 'E') && is_digit(peek(1 + sign))) {
            is_float = true;
            at_ += 1 + sign;
            skip_digits();
        }
        bool is_dotted = peek(0) == '.' && peek(1) != '.';
        if (at_ > begin_ && !is_word(peek(0)) && !is_dotted) {
            return add(is_float ? TokenKind::kFloat : TokenKind::kInteger);
        }
        while (is_word(peek(0)) || (peek(0) == '.' && peek(1) != '.')) ++at_;
        std::string_view text = text_.substr(begin_, at_ - begin_);
        error(kMalformedNumber, begin_, at_, fmt::format("`{}` is not a number", text), number_hint(text));
        add(TokenKind::kInvalid);
    }

    static std::string number_hint(std::string_view text) {
        bool is_plain = text.find_first_not_of("0123456789.") == std::string_view::npos;
        bool has_one_dot = std::count(text.begin(), text.end(), '.') == 1;
        if (is_plain && has_one_dot && text.starts_with('.')) return fmt::format("write `0{}`", text);
        if (is_plain && has_one_dot && text.ends_with('.')) return fmt::format("write `{}0`", text);
        if (text.starts_with("0x") || text.starts_with("0b")) return "numbers are decimal";
        if (text.find('_') != std::string_view::npos) return "digits stand together, without `_`";
        if (is_letter(text.back()) && is_digit(text.front()) && text.find_first_of("eE.") == std::string_view::npos) {
            return "a product needs `*`, and a name begins with a letter";
        }
        return "a number is written `12`, `0.5` or `1e-8`";
    }

    bool at_foreign_letter() const {
        return at_ < text_.size() && is_beyond_ascii(text_[at_]) && displayed_character(text_, at_).is_shown_as_is;
    }

    // A name, or what would be one with other letters: that is reported once, and then taken for the name.
    void read_word() {
        while (at_ < text_.size() && (is_word(text_[at_]) || at_foreign_letter())) {
            at_ += is_word(text_[at_]) ? 1 : displayed_character(text_, at_).byte_count;
        }
        std::string_view word = text_.substr(begin_, at_ - begin_);
        bool is_foreign = std::any_of(word.begin(), word.end(), is_beyond_ascii);
        if (!is_foreign && is_letter(word.front())) return add(word_kind(word));
        if (reported_words_.insert(word).second) {
            std::size_t letter = word.find_first_not_of("_0123456789");
            bool is_renamed = !is_foreign && letter != std::string_view::npos;
            error(kStrayCharacter, begin_, at_,
                  is_foreign ? fmt::format("the name `{}` has letters other than a to z", word)
                             : fmt::format("the name `{}` does not begin with a letter", word),
                  is_renamed ? fmt::format("write `{}`", word.substr(letter))
                             : "names are of the letters a to z, digits and `_`, and begin with a letter");
        }
        add(TokenKind::kName);
    }

    void read_stray() {
        DisplayedCharacter first = displayed_character(text_, at_);
        at_ += first.byte_count;
        std::string_view character = text_.substr(begin_, at_ - begin_);
        const auto* habit =
            std::find_if(kHabits.begin(), kHabits.end(), [&](const Habit& h) { return h.text == character; });
        std::string hint = habit == kHabits.end() ? "" : habit->hint;
        if (hint.empty() && first.is_shown_as_is && is_beyond_ascii(character.front())) return read_word();
        if (hint.empty()) {
            // A run of the same odd byte is one mistake.
            while (text_.substr(at_).starts_with(character)) at_ += character.size();
        }
        std::string_view text = text_.substr(begin_, at_ - begin_);
        bool is_invalid = !first.is_shown_as_is;
        const DiagnosticKind& kind = is_invalid ? kInvalidText : kStrayCharacter;
        std::string message = !is_invalid                      ? fmt::format("`{}` means nothing here", text)
                              : !is_beyond_ascii(text.front()) ? fmt::format("control character 0x{:02x}", byte(begin_))
                              : character.size() == 1          ? fmt::format("byte 0x{:02x} is not UTF-8", byte(begin_))
                                                               : std::string("invisible character");
        error(kind, begin_, at_, std::move(message), is_invalid ? "remove it" : std::move(hint));
        add(TokenKind::kInvalid);
    }

    const SourceFile& source_;
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t begin_ = 0;  // of the token being read
    std::uint32_t line_ = 1;
    bool starts_line_ = true;
    std::set<std::string_view> reported_words_;
    Lexed lexed_;
};

}  // namespace

Lexed lex(const SourceFile& source) { return Lexer(source).lex(); }

}  // namespace nncc

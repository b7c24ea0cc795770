// Lines of tokens with their comments, indented by the brackets that are open and spaced by what stands side by side.
#include "syntax/format.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "syntax/lexer.h"
#include "syntax/parser.h"

namespace nncc {
namespace {

constexpr std::size_t kIndent = 4;
constexpr std::size_t kPipeIndent = 2;  // beyond the statement's, of a line that begins with `|>`

struct Line {
    std::vector<Token> tokens;
    std::string_view comment = {};      // with its `#`
    std::size_t comment_column = 0;     // in the source
    std::size_t comment_run = 0;        // blanks before it there
    bool after_blank = false;           // an empty line stands before
    std::optional<std::size_t> assign;  // the token `=` that columns are made of
    std::size_t assign_column = 0;      // in the source
    std::size_t assign_run = 0;
    std::size_t assign_pad = 1;  // blanks before it in the result
    bool inside = false;         // begins within `( )` or `[ ]`
};

struct Bracket {
    TokenKind kind = TokenKind::kLeftBrace;
    bool takes_types = false;     // `[` of named results: a colon is followed by a blank
    std::size_t line_indent = 0;  // of the line that opened it
    std::size_t column = 0;       // behind it, where it does not end its line; else 0
};

bool opens(TokenKind kind) {
    return kind == TokenKind::kLeftParenthesis || kind == TokenKind::kLeftBracket || kind == TokenKind::kLeftBrace;
}
bool closes(TokenKind kind) {
    return kind == TokenKind::kRightParenthesis || kind == TokenKind::kRightBracket || kind == TokenKind::kRightBrace;
}
// What an operand ends with: a minus behind it is binary.
bool ends_operand(TokenKind kind) {
    switch (kind) {
        case TokenKind::kName:
        case TokenKind::kInteger:
        case TokenKind::kFloat:
        case TokenKind::kString:
        case TokenKind::kTrue:
        case TokenKind::kFalse:
        case TokenKind::kRightParenthesis:
        case TokenKind::kRightBracket:
        case TokenKind::kRightBrace: return true;
        default: return false;
    }
}

class Formatter {
  public:
    Formatter(const SourceFile& source, const Lexed& lexed) : text_(source.text) { read_lines(lexed); }

    std::string run() {
        find_assignments();
        align_assignments();
        for (std::size_t index = 0; index < lines_.size(); ++index) print(index);
        align_comments();
        std::string result;
        for (std::size_t index = 0; index < lines_.size(); ++index) {
            if (lines_[index].after_blank && index > 0) result += '\n';
            result += printed_[index];
            result += '\n';
        }
        return result;
    }

  private:
    void read_lines(const Lexed& lexed) {
        std::size_t next = 0;
        std::uint32_t number = 1;
        bool blank = false;
        for (std::size_t begin = 0; begin < text_.size(); ++number) {
            const std::size_t newline = std::min(text_.find('\n', begin), text_.size());
            Line line;
            std::size_t end = begin;
            for (; next < lexed.tokens.size() && lexed.tokens[next].line == number; ++next) {
                if (lexed.tokens[next].kind == TokenKind::kEnd) continue;
                line.tokens.push_back(lexed.tokens[next]);
                end = lexed.tokens[next].end;
            }
            std::string_view rest = text_.substr(end, newline - end);
            const std::size_t hash = rest.find('#');
            if (hash != std::string_view::npos) {
                line.comment = rest.substr(hash, rest.find_last_not_of(" \t\r") + 1 - hash);
                line.comment_column = end + hash - begin;
                line.comment_run = hash;
            }
            if (line.tokens.empty() && line.comment.empty()) {
                blank = true;
            } else {
                line.after_blank = blank;
                blank = false;
                line_begins_.push_back(begin);
                lines_.push_back(std::move(line));
            }
            begin = newline + 1;
        }
        printed_.resize(lines_.size());
    }

    // The first `=` of a line outside of brackets that the line itself opens; also marks lines inside of `( )`.
    void find_assignments() {
        std::vector<TokenKind> open;
        for (std::size_t index = 0; index < lines_.size(); ++index) {
            Line& line = lines_[index];
            line.inside = !open.empty() && open.back() != TokenKind::kLeftBrace;
            const std::size_t depth = open.size();
            for (std::size_t at = 0; at < line.tokens.size(); ++at) {
                const TokenKind kind = line.tokens[at].kind;
                if (opens(kind)) open.push_back(kind);
                if (closes(kind) && !open.empty()) open.pop_back();
                if (kind != TokenKind::kAssign || open.size() != depth || line.inside || line.assign) continue;
                line.assign = at;
                line.assign_column = line.tokens[at].begin - line_begins_[index];
                line.assign_run = at > 0 ? line.tokens[at].begin - line.tokens[at - 1].end : 0;
            }
        }
    }

    // The length of what stands before `=`, without the line's indent.
    std::size_t assign_length(const Line& line) {
        std::size_t length = 0;
        std::vector<Bracket> outer;
        std::swap(outer, open_);
        TokenKind previous = TokenKind::kEnd;
        bool unary = false;
        for (std::size_t at = 0; at < *line.assign; ++at) {
            const Token& token = line.tokens[at];
            if (at > 0 && wants_blank(previous, unary, token)) ++length;
            length += token.end - token.begin;
            step(token, previous, unary, 0, false);
        }
        std::swap(outer, open_);
        return length;
    }

    // Lines that follow each other with `=` in one column keep one column: as near as the longest allows.
    void align_assignments() {
        for (std::size_t first = 0; first < lines_.size();) {
            std::size_t last = first + 1;
            if (!lines_[first].assign) {
                first = last;
                continue;
            }
            while (last < lines_.size() && lines_[last].assign && !lines_[last].after_blank &&
                   lines_[last].assign_column == lines_[first].assign_column)
                ++last;
            std::size_t longest = 0;
            std::size_t run = SIZE_MAX;
            for (std::size_t index = first; index < last; ++index) {
                longest = std::max(longest, assign_length(lines_[index]));
                run = std::min(run, std::max<std::size_t>(lines_[index].assign_run, 1));
            }
            for (std::size_t index = first; index < last; ++index)
                lines_[index].assign_pad = longest + run - assign_length(lines_[index]);
            first = last;
        }
    }

    bool in_index() const {
        return !open_.empty() && open_.back().kind == TokenKind::kLeftBracket && !open_.back().takes_types;
    }

    bool wants_blank(TokenKind previous, bool unary, const Token& token) const {
        const TokenKind kind = token.kind;
        if (previous == TokenKind::kLeftBrace && kind == TokenKind::kRightBrace) return false;
        if (previous == TokenKind::kLeftBrace || kind == TokenKind::kRightBrace || kind == TokenKind::kLeftBrace)
            return true;
        switch (kind) {
            case TokenKind::kColon: return previous == TokenKind::kComma;
            case TokenKind::kComma:
            case TokenKind::kDot:
            case TokenKind::kRange:
            case TokenKind::kRightParenthesis:
            case TokenKind::kRightBracket: return false;
            default: break;
        }
        switch (previous) {
            case TokenKind::kLeftParenthesis:
            case TokenKind::kLeftBracket:
            case TokenKind::kDot:
            case TokenKind::kRange:
            case TokenKind::kNot: return false;
            case TokenKind::kColon: return !in_index();
            default: break;
        }
        if (unary) return false;
        if (kind == TokenKind::kLeftParenthesis) {
            return previous != TokenKind::kName && previous != TokenKind::kFn &&
                   previous != TokenKind::kRightParenthesis && previous != TokenKind::kRightBracket &&
                   previous != TokenKind::kRightBrace;
        }
        if (kind == TokenKind::kLeftBracket) {
            return previous != TokenKind::kName && previous != TokenKind::kRightParenthesis &&
                   previous != TokenKind::kRightBracket;
        }
        return true;
    }

    // Keeps account of open brackets and of whether a minus was unary.
    void step(const Token& token, TokenKind& previous, bool& unary, std::size_t column, bool ends_line) {
        unary = token.kind == TokenKind::kMinus && !ends_operand(previous);
        if (opens(token.kind)) {
            open_.push_back({token.kind, token.kind == TokenKind::kLeftBracket && previous == TokenKind::kArrow,
                             line_indent_, ends_line ? 0 : column});
        } else if (closes(token.kind) && !open_.empty()) {
            open_.pop_back();
        }
        previous = token.kind;
    }

    std::size_t indent_of(const Line& line) const {
        const TokenKind first = line.tokens.empty() ? TokenKind::kEnd : line.tokens[0].kind;
        std::size_t inner = 0;
        if (!open_.empty()) {
            const Bracket& bracket = open_.back();
            const bool hangs = bracket.column > 0 && bracket.kind != TokenKind::kLeftBrace;
            if (closes(first)) return hangs ? bracket.column - 1 : bracket.line_indent;
            inner = hangs ? bracket.column : bracket.line_indent + kIndent;
            if (bracket.kind != TokenKind::kLeftBrace) return inner;
        }
        if (line.tokens.empty()) return inner;
        if (first == TokenKind::kPipe) return inner + kPipeIndent;
        return continues_before(first) || continues_after(previous_) ? inner + kIndent : inner;
    }

    void print(std::size_t index) {
        Line& line = lines_[index];
        const bool closing = !line.tokens.empty() && closes(line.tokens[0].kind);
        const bool after_opening =
            index > 0 && !lines_[index - 1].tokens.empty() && opens(lines_[index - 1].tokens.back().kind);
        if (closing || after_opening) line.after_blank = false;
        line_indent_ = indent_of(line);
        std::string& out = printed_[index];
        out.assign(line_indent_, ' ');
        for (std::size_t at = 0; at < line.tokens.size(); ++at) {
            const Token& token = line.tokens[at];
            if (at > 0) out.append(blanks(line, at), ' ');
            out += text_.substr(token.begin, token.end - token.begin);
            step(token, previous_, unary_, out.size(), at + 1 == line.tokens.size());
        }
        if (line.tokens.empty()) out += line.comment;
    }

    std::size_t blanks(const Line& line, std::size_t at) const {
        const Token& token = line.tokens[at];
        if (line.assign == at) return line.assign_pad;
        if (token.kind == TokenKind::kPipe)  // columns of pipes are the writer's
            return std::max<std::size_t>(1, token.begin - line.tokens[at - 1].end);
        return wants_blank(previous_, unary_, token) ? 1 : 0;
    }

    // Comments behind text, two blanks away or in their column.
    void align_comments() {
        const auto trails = [&](std::size_t index) {
            return !lines_[index].comment.empty() && !lines_[index].tokens.empty();
        };
        for (std::size_t first = 0; first < lines_.size();) {
            std::size_t last = first + 1;
            if (!trails(first)) {
                first = last;
                continue;
            }
            while (last < lines_.size() && trails(last) && !lines_[last].after_blank &&
                   lines_[last].comment_column == lines_[first].comment_column)
                ++last;
            std::size_t longest = 0;
            std::size_t run = SIZE_MAX;
            for (std::size_t index = first; index < last; ++index) {
                longest = std::max(longest, printed_[index].size());
                run = std::min(run, std::max<std::size_t>(lines_[index].comment_run, 2));
            }
            for (std::size_t index = first; index < last; ++index) {
                printed_[index].resize(longest + run, ' ');
                printed_[index] += lines_[index].comment;
            }
            first = last;
        }
    }

    std::string_view text_;
    std::vector<Line> lines_;
    std::vector<std::size_t> line_begins_;
    std::vector<std::string> printed_;
    std::vector<Bracket> open_;
    std::size_t line_indent_ = 0;
    TokenKind previous_ = TokenKind::kEnd;
    bool unary_ = false;
};

}  // namespace

std::optional<std::string> format_text(const SourceFile& source, Diagnostics& diagnostics) {
    parse(source, diagnostics);
    if (diagnostics.has_errors()) return std::nullopt;
    const Lexed lexed = lex(source);
    std::string text = Formatter(source, lexed).run();
    // Nothing but blanks may differ.
    const SourceFile formatted{source.path, text};
    const Lexed again = lex(formatted);
    const auto same = [&](const Token& a, const Token& b) {
        return a.kind == b.kind &&
               source.text.substr(a.begin, a.end - a.begin) == text.substr(b.begin, b.end - b.begin);
    };
    NNCC_CHECK(std::equal(lexed.tokens.begin(), lexed.tokens.end(), again.tokens.begin(), again.tokens.end(), same),
               "formatting {} changed its tokens", source.path);
    return text;
}

}  // namespace nncc

// Reads the words of the graph's text form.
#include "graph/text_reader.h"

#include <charconv>

#include "graph/diagnostic_kinds.h"
#include "graph/print.h"
#include "ops/record.h"

namespace nncc {
namespace {

constexpr std::size_t kMaximumRank = 32;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_part(char c) { return is_letter(c) || is_digit(c) || c == '.'; }

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

std::nullopt_t TextReader::fail(std::string message) { return fail(kGraphSyntax, std::move(message)); }

std::nullopt_t TextReader::fail(const DiagnosticKind& kind, std::string message) {
    if (!error_) error_ = Error{&kind, fmt::format("ir:{}: {}", line_, message), "", {}, ExitCode::kWrongInput};
    return std::nullopt;
}

void TextReader::skip() {
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '#') {
            while (at_ < text_.size() && text_[at_] != '\n') ++at_;
        } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            if (c == '\n') ++line_;
            ++at_;
        } else {
            return;
        }
    }
}

std::string TextReader::seen() const {
    if (at_ >= text_.size()) return "the end";
    std::string_view line = rest().substr(0, rest().find('\n'));
    return fmt::format("`{}`", quoted_text(line.substr(0, 20)).substr(1, line.substr(0, 20).size()));
}

bool TextReader::at_end() {
    skip();
    return !failed() && at_ == text_.size();
}

bool TextReader::peek(std::string_view symbol) {
    skip();
    return !failed() && rest().starts_with(symbol);
}

bool TextReader::accept(std::string_view symbol) {
    if (!peek(symbol)) return false;
    at_ += symbol.size();
    return true;
}

bool TextReader::expect(std::string_view symbol) {
    if (accept(symbol)) return true;
    fail(fmt::format("`{}` expected, not {}", symbol, seen()));
    return false;
}

bool TextReader::accept_word(std::string_view word) {
    if (!peek(word)) return false;
    if (rest().size() > word.size() && is_word_part(rest()[word.size()])) return false;
    at_ += word.size();
    return true;
}

bool TextReader::expect_word(std::string_view word) {
    if (accept_word(word)) return true;
    fail(fmt::format("`{}` expected, not {}", word, seen()));
    return false;
}

std::optional<std::string> TextReader::word() {
    skip();
    if (failed()) return std::nullopt;
    if (at_ == text_.size() || !is_letter(text_[at_])) return fail(fmt::format("a name expected, not {}", seen()));
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word_part(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
}

std::optional<std::string> TextReader::quoted() {
    if (!expect("\"")) return std::nullopt;
    std::string result;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n') {
        char c = text_[at_++];
        if (c == '\\') {
            const char escaped = at_ < text_.size() ? text_[at_++] : '\0';
            const int high = at_ + 1 < text_.size() ? hex_digit(text_[at_]) : -1;
            const int low = at_ + 1 < text_.size() ? hex_digit(text_[at_ + 1]) : -1;
            if (escaped == '"' || escaped == '\\') {
                c = escaped;
            } else if (escaped == 'n') {
                c = '\n';
            } else if (escaped == 'x' && high >= 0 && low >= 0) {
                c = static_cast<char>(high * 16 + low);
                at_ += 2;
            } else {
                return fail("unknown escape in a text");
            }
        }
        result += c;
    }
    if (at_ >= text_.size() || text_[at_] != '"') return fail("a text does not end on its line");
    ++at_;
    return result;
}

std::optional<std::string> TextReader::name() { return peek("\"") ? quoted() : word(); }

std::optional<std::int64_t> TextReader::integer() {
    if (accept_word("end")) return kSliceEnd;
    skip();
    if (failed()) return std::nullopt;
    std::int64_t result = 0;
    auto [end, error] = std::from_chars(rest().data(), rest().data() + rest().size(), result);
    if (error != std::errc()) return fail(fmt::format("an integer expected, not {}", seen()));
    at_ += static_cast<std::size_t>(end - rest().data());
    return result;
}

std::optional<double> TextReader::number() {
    skip();
    if (failed()) return std::nullopt;
    double result = 0;
    auto [end, error] = std::from_chars(rest().data(), rest().data() + rest().size(), result);
    const bool continues = end != rest().data() + rest().size() && is_word_part(*end);
    if (error != std::errc() || continues) return fail(fmt::format("a number expected, not {}", seen()));
    at_ += static_cast<std::size_t>(end - rest().data());
    return result;
}

std::optional<Shape> TextReader::shape() {
    if (!expect("[")) return std::nullopt;
    Shape result;
    if (accept("]")) return result;
    do {
        skip();
        const std::size_t end = text_.find_first_of(",]\n", at_);
        if (end == std::string_view::npos || text_[end] == '\n') return fail("a shape does not end on its line");
        std::optional<Dim> dim = parse_dim(text_.substr(at_, end - at_));
        if (!dim) return fail(fmt::format("an extent expected, not {}", seen()));
        at_ = end;
        result.push_back(std::move(*dim));
        if (result.size() > kMaximumRank) return fail(fmt::format("a shape has more than {} axes", kMaximumRank));
    } while (accept(","));
    if (!expect("]")) return std::nullopt;
    return result;
}

std::optional<Type> TextReader::type() {
    std::optional<std::string> dtype = word();
    if (!dtype) return std::nullopt;
    std::optional<DType> known = dtype_from_name(*dtype);
    if (!known) return fail(fmt::format("`{}` is no element type", *dtype));
    std::optional<Shape> extents = shape();
    if (!extents) return std::nullopt;
    return Type{*known, std::move(*extents)};
}

std::optional<Value> TextReader::value() {
    if (!expect("%")) return std::nullopt;
    std::optional<std::int64_t> node = integer();
    std::optional<std::int64_t> result = 0;
    if (node && at_ < text_.size() && text_[at_] == '.') {
        ++at_;
        result = integer();
    }
    if (!node || !result) return std::nullopt;
    if (*node < 0 || *node > INT32_MAX || *result < 0 || *result > INT32_MAX) return fail("no node has such a number");
    return Value{static_cast<int>(*node), static_cast<int>(*result)};
}

std::optional<Attribute> TextReader::attribute(std::size_t kind) {
    auto wrap = [](auto value) -> std::optional<Attribute> {
        if (!value) return std::nullopt;
        return Attribute(std::move(*value));
    };
    if (kind == attribute_kind<std::int64_t>()) return wrap(integer());
    if (kind == attribute_kind<std::string>()) return wrap(quoted());
    if (kind == attribute_kind<Shape>()) return wrap(shape());
    if (kind == attribute_kind<Type>()) return wrap(type());
    if (kind == attribute_kind<bool>()) {
        if (accept_word("true")) return Attribute(true);
        if (!expect_word("false")) return std::nullopt;
        return Attribute(false);
    }
    if (kind == attribute_kind<DType>()) {
        std::optional<std::string> text = word();
        std::optional<DType> dtype = text ? dtype_from_name(*text) : std::nullopt;
        if (text && !dtype) return fail(fmt::format("`{}` is no element type", *text));
        return wrap(dtype);
    }
    const bool is_list = accept("[");
    if (kind == attribute_kind<std::vector<std::int64_t>>()) {
        std::vector<std::int64_t> values;
        if (!is_list) return fail(fmt::format("`[` expected, not {}", seen()));
        if (accept("]")) return Attribute(values);
        do {
            std::optional<std::int64_t> value = integer();
            if (!value) return std::nullopt;
            values.push_back(*value);
        } while (accept(","));
        if (!expect("]")) return std::nullopt;
        return Attribute(std::move(values));
    }
    ConstantData data;
    if (is_list && accept("]")) return Attribute(data);
    do {
        std::optional<double> value = number();
        if (!value) return std::nullopt;
        data.elements.push_back(*value);
    } while (is_list && accept(","));
    if (is_list && !expect("]")) return std::nullopt;
    return Attribute(std::move(data));
}

}  // namespace nncc

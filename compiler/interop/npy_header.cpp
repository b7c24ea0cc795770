// A dict literal of exactly three keys to an NpyHeader; any other Python is refused.
#include "interop/npy_header.h"

#include <array>
#include <charconv>
#include <optional>

#include "base/checked.h"
#include "interop/diagnostic_kinds.h"

namespace nncc {

namespace {

constexpr std::size_t kMaxNpyRank = 32;

struct DescrRow {
    std::string_view descr;
    std::string_view name;
    std::int64_t bytes;
};
constexpr std::array<DescrRow, 8> kDescrs = {{
    {"<f4", "f4", 4},
    {"<f8", "f8", 8},
    {"<i4", "i4", 4},
    {"<i8", "i8", 8},
    {"|u1", "u1", 1},
    {"<u1", "u1", 1},
    {"|b1", "b1", 1},
    {"<b1", "b1", 1},
}};

// Walks over the literal; each method leaves the cursor behind what it took, or takes nothing and says no.
class Literal {
  public:
    explicit Literal(std::string_view text) : text_(text) {}

    bool take(char c) {
        skip_spaces();
        if (position_ == text_.size() || text_[position_] != c) return false;
        ++position_;
        return true;
    }
    bool take(std::string_view word) {
        skip_spaces();
        if (text_.substr(position_, word.size()) != word) return false;
        position_ += word.size();
        return true;
    }
    std::optional<std::string> take_string() {
        skip_spaces();
        if (position_ == text_.size() || (text_[position_] != '\'' && text_[position_] != '"')) return std::nullopt;
        std::size_t end = text_.find(text_[position_], position_ + 1);
        if (end == std::string_view::npos) return std::nullopt;
        std::string_view content = text_.substr(position_ + 1, end - position_ - 1);
        if (content.find('\\') != std::string_view::npos) return std::nullopt;
        position_ = end + 1;
        return std::string(content);
    }
    std::optional<std::int64_t> take_size() {
        skip_spaces();
        std::int64_t value = 0;
        const char* begin = text_.data() + position_;
        auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
        if (error != std::errc() || value < 0 || *begin == '-') return std::nullopt;
        position_ += static_cast<std::size_t>(end - begin);
        if (position_ < text_.size() && text_[position_] == 'L') ++position_;  // written by Python 2
        return value;
    }
    bool at_end() {
        skip_spaces();
        return position_ == text_.size();
    }
    bool next_is(char c) {
        skip_spaces();
        return position_ < text_.size() && text_[position_] == c;
    }

  private:
    void skip_spaces() {
        while (position_ < text_.size() &&
               (text_[position_] == ' ' || text_[position_] == '\n' || text_[position_] == '\t')) {
            ++position_;
        }
    }
    std::string_view text_;
    std::size_t position_ = 0;
};

std::optional<std::vector<std::int64_t>> take_shape(Literal& literal) {
    if (!literal.take('(')) return std::nullopt;
    std::vector<std::int64_t> shape;
    while (!literal.take(')')) {
        std::optional<std::int64_t> extent = literal.take_size();
        if (!extent || shape.size() == kMaxNpyRank) return std::nullopt;
        shape.push_back(*extent);
        if (!literal.take(',') && !literal.next_is(')')) return std::nullopt;
    }
    return shape;
}

Error invalid_npy_header(const std::string& name, const std::string& why) {
    return {.kind = &kArrayHeaderInvalid,
            .message = fmt::format("the header of array `{}` is invalid: {}", name, why),
            .exit_code = ExitCode::kWrongInput};
}

Error unsupported(const std::string& name, const std::string& dtype) {
    return {.kind = &kArrayDtypeUnsupported,
            .message = fmt::format("array `{}` has elements of type {}", name, dtype),
            .hint = "little-endian f4, f8, i4, i8, u1 and b1 can be read",
            .exit_code = ExitCode::kWrongInput};
}

}  // namespace

Expected<NpyHeader> parse_npy_header(std::string_view text, const std::string& name) {
    Literal literal(text);
    NpyHeader header;
    bool has_descr = false, has_order = false, has_shape = false;
    if (!literal.take('{')) return invalid_npy_header(name, "it does not start with `{`");
    while (!literal.take('}')) {
        std::optional<std::string> key = literal.take_string();
        if (!key || !literal.take(':')) return invalid_npy_header(name, "a key is missing");
        if (*key == "descr" && !has_descr) {
            has_descr = true;
            if (literal.next_is('[')) return unsupported(name, "a structure");
            std::optional<std::string> descr = literal.take_string();
            if (!descr) return invalid_npy_header(name, "`descr` is no string");
            for (const DescrRow& row : kDescrs) {
                if (row.descr != *descr) continue;
                header.dtype = row.name;
                header.element_bytes = row.bytes;
            }
            if (header.dtype.empty()) return unsupported(name, fmt::format("`{}`", *descr));
        } else if (*key == "fortran_order" && !has_order) {
            has_order = true;
            header.fortran_order = literal.take("True");
            if (!header.fortran_order && !literal.take("False")) {
                return invalid_npy_header(name, "`fortran_order` is neither True nor False");
            }
        } else if (*key == "shape" && !has_shape) {
            has_shape = true;
            std::optional<std::vector<std::int64_t>> shape = take_shape(literal);
            if (!shape)
                return invalid_npy_header(name, fmt::format("`shape` is no tuple of up to {} sizes", kMaxNpyRank));
            header.shape = std::move(*shape);
        } else {
            return invalid_npy_header(name, fmt::format("the key `{}` is unknown or occurs twice", *key));
        }
        if (!literal.take(',') && !literal.next_is('}')) return invalid_npy_header(name, "a comma is missing");
    }
    if (!literal.at_end()) return invalid_npy_header(name, "text follows the closing `}`");
    if (!has_descr || !has_order || !has_shape) {
        return invalid_npy_header(name, "it lacks one of `descr`, `fortran_order` and `shape`");
    }
    std::optional<std::int64_t> elements = checked_product(header.shape);
    if (!elements || !checked_multiply(*elements, 8)) {
        return Error{.kind = &kArrayTooLarge,
                     .message = fmt::format("array `{}` has shape ({}), more elements than can be counted", name,
                                            fmt::join(header.shape, ", ")),
                     .exit_code = ExitCode::kWrongInput};
    }
    header.elements = *elements;
    return header;
}

}  // namespace nncc

// Dim: an extent as a polynomial with integer coefficients over named dimensions (`8`, `batch`, `4 * units`).
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace nncc {

// What is known of the named dimensions: bound to a number when compiled (`-D batch=32`), or bounded and free at run
// time (`time <= 512`: `bounded`, value = 512). A name that is absent is free and symbolic.
struct DimBinding {
    std::int64_t value = 0;
    bool bounded = false;
    bool operator==(const DimBinding&) const = default;
};
using DimBindings = std::map<std::string, DimBinding>;

// Normal form: terms sorted by monomial, no zero coefficient; a monomial is a sorted list of names (repeated for
// powers). Equality of normal forms is equality of polynomials. Arithmetic overflow gives nullopt.
class Dim {
  public:
    struct Term {
        std::vector<std::string> names;
        std::int64_t coefficient = 0;
        bool operator==(const Term&) const = default;
        auto operator<=>(const Term&) const = default;
    };

    Dim() = default;  // 0
    Dim(std::int64_t constant);
    static Dim named(std::string name);

    bool is_constant() const { return terms_.empty(); }
    std::int64_t constant() const;  // NNCC_CHECK is_constant()
    bool is_constant(std::int64_t value) const { return is_constant() && constant() == value; }
    std::vector<Term> terms() const;  // the constant term, without names, first

    static std::optional<Dim> add(const Dim& a, const Dim& b);
    static std::optional<Dim> subtract(const Dim& a, const Dim& b);
    static std::optional<Dim> multiply(const Dim& a, const Dim& b);
    // Exact division: nullopt when a remainder is possible or b is 0.
    static std::optional<Dim> divide(const Dim& a, const Dim& b);

    // Replaces bound names by numbers; bounded names stay.
    Dim bind(const DimBindings& bindings) const;
    // The largest value: bounded names at their bound; nullopt when a free name remains or on overflow.
    std::optional<std::int64_t> bound(const DimBindings& bindings) const;
    // The value for given run-time extents of all its names; nullopt when one is missing or on overflow.
    std::optional<std::int64_t> value(const std::map<std::string, std::int64_t>& extents) const;

    std::string text() const;  // "4*units", "2*time+1", "batch"
    bool operator==(const Dim&) const = default;
    auto operator<=>(const Dim&) const = default;

  private:
    static Dim of(std::vector<Term> terms);  // sorted, no zeros

    std::int64_t constant_ = 0;  // apart from the terms with names: most extents are nothing else
    std::vector<Term> terms_;
};

// Parses text(); nullopt when it is none. Used by the graph's text form.
std::optional<Dim> parse_dim(std::string_view text);

using Shape = std::vector<Dim>;

// The product of all extents; nullopt on overflow.
std::optional<Dim> element_count(const Shape& shape);
bool is_constant(const Shape& shape);
std::string shape_text(const Shape& shape);  // "[batch, 8]", "[]"

}  // namespace nncc

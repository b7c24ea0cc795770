// Arithmetic of extents as polynomials in normal form, their text and its parser.
#include "graph/dim.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/checked.h"

namespace nncc {
namespace {

using Terms = std::vector<Dim::Term>;

// Adds `coefficient` times the monomial to sorted terms; false on overflow.
bool accumulate(Terms& terms, const std::vector<std::string>& names, std::int64_t coefficient) {
    auto place = std::lower_bound(terms.begin(), terms.end(), names,
                                  [](const Dim::Term& term, const auto& key) { return term.names < key; });
    if (place != terms.end() && place->names == names) {
        std::optional<std::int64_t> sum = checked_add(place->coefficient, coefficient);
        if (!sum) return false;
        place->coefficient = *sum;
        if (*sum == 0) terms.erase(place);
    } else if (coefficient != 0) {
        terms.insert(place, Dim::Term{names, coefficient});
    }
    return true;
}

std::vector<std::string> merged(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::string> result(a.size() + b.size());
    std::merge(a.begin(), a.end(), b.begin(), b.end(), result.begin());
    return result;
}

// Graded lexicographic order, which multiplication respects; the normal form's own order does not.
bool monomial_less(const Dim::Term& a, const Dim::Term& b) {
    if (a.names.size() != b.names.size()) return a.names.size() < b.names.size();
    return a.names > b.names;
}

const Dim::Term& leading(const Terms& terms) { return *std::max_element(terms.begin(), terms.end(), monomial_less); }

// a / b of monomials; nullopt when b's names are not all in a.
std::optional<std::vector<std::string>> quotient(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    if (!std::includes(a.begin(), a.end(), b.begin(), b.end())) return std::nullopt;
    std::vector<std::string> result;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
    return result;
}

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_name_part(char c) { return is_name_start(c) || is_decimal(c) || c == '.'; }

}  // namespace

Dim::Dim(std::int64_t constant) : constant_(constant) {}

Dim Dim::of(std::vector<Term> terms) {
    Dim result;
    if (!terms.empty() && terms[0].names.empty()) {
        result.constant_ = terms[0].coefficient;
        terms.erase(terms.begin());
    }
    result.terms_ = std::move(terms);
    return result;
}

std::vector<Dim::Term> Dim::terms() const {
    std::vector<Term> result;
    result.reserve(terms_.size() + 1);
    if (constant_ != 0) result.push_back(Term{{}, constant_});
    result.insert(result.end(), terms_.begin(), terms_.end());
    return result;
}

Dim Dim::named(std::string name) {
    Dim result;
    result.terms_.push_back(Term{{std::move(name)}, 1});
    return result;
}

std::int64_t Dim::constant() const {
    NNCC_CHECK(is_constant(), "{}", text());
    return constant_;
}

std::optional<Dim> Dim::add(const Dim& a, const Dim& b) {
    std::optional<std::int64_t> constant = checked_add(a.constant_, b.constant_);
    if (!constant) return std::nullopt;
    Dim result = a;
    result.constant_ = *constant;
    for (const Term& term : b.terms_) {
        if (!accumulate(result.terms_, term.names, term.coefficient)) return std::nullopt;
    }
    return result;
}

std::optional<Dim> Dim::subtract(const Dim& a, const Dim& b) {
    std::optional<Dim> negated = multiply(b, -1);
    return negated ? add(a, *negated) : std::nullopt;
}

std::optional<Dim> Dim::multiply(const Dim& a, const Dim& b) {
    if (a.is_constant() && b.is_constant()) {
        std::optional<std::int64_t> product = checked_multiply(a.constant_, b.constant_);
        return product ? std::optional<Dim>(*product) : std::nullopt;
    }
    Terms result;
    const Terms of_b = b.terms();
    for (const Term& x : a.terms()) {
        for (const Term& y : of_b) {
            std::optional<std::int64_t> product = checked_multiply(x.coefficient, y.coefficient);
            if (!product || !accumulate(result, merged(x.names, y.names), *product)) return std::nullopt;
        }
    }
    return of(std::move(result));
}

// Polynomial long division by leading terms. Each round removes the leading term of the rest, so it ends.
std::optional<Dim> Dim::divide(const Dim& a, const Dim& b) {
    const Terms divisors = b.terms();
    if (divisors.empty()) return std::nullopt;
    const Term divisor = leading(divisors);
    Dim rest = a;
    Dim result;
    for (Terms left = rest.terms(); !left.empty(); left = rest.terms()) {
        const Term& top = leading(left);
        std::optional<std::vector<std::string>> names = quotient(top.names, divisor.names);
        if (!names || (divisor.coefficient == -1 && top.coefficient == INT64_MIN)) return std::nullopt;
        if (top.coefficient % divisor.coefficient != 0) return std::nullopt;
        const Dim factor = of({Term{*names, top.coefficient / divisor.coefficient}});
        std::optional<Dim> product = multiply(factor, b);
        std::optional<Dim> next = product ? subtract(rest, *product) : std::nullopt;
        std::optional<Dim> sum = add(result, factor);
        if (!next || !sum) return std::nullopt;
        rest = std::move(*next);
        result = std::move(*sum);
    }
    return result;
}

Dim Dim::bind(const DimBindings& bindings) const {
    if (is_constant()) return *this;
    Terms result;
    for (const Term& term : terms()) {
        std::int64_t coefficient = term.coefficient;
        std::vector<std::string> names;
        for (const std::string& name : term.names) {
            auto found = bindings.find(name);
            std::optional<std::int64_t> product;
            if (found != bindings.end() && !found->second.bounded) {
                product = checked_multiply(coefficient, found->second.value);
            }
            if (product) {
                coefficient = *product;
            } else {
                names.push_back(name);  // free, bounded, or a product that does not fit: stays a name
            }
        }
        if (!accumulate(result, names, coefficient)) return *this;
    }
    return of(std::move(result));
}

// A bounded name is at least 0, so a term with a negative coefficient is at most 0.
std::optional<std::int64_t> Dim::bound(const DimBindings& bindings) const {
    std::int64_t sum = constant_;
    for (const Term& term : terms_) {
        std::int64_t product = term.coefficient;
        bool shrinks = false;
        for (const std::string& name : term.names) {
            auto found = bindings.find(name);
            if (found == bindings.end()) return std::nullopt;
            shrinks = shrinks || (found->second.bounded && term.coefficient < 0);
            std::optional<std::int64_t> next = checked_multiply(product, found->second.value);
            if (!next) return std::nullopt;
            product = *next;
        }
        std::optional<std::int64_t> next = checked_add(sum, shrinks ? 0 : product);
        if (!next) return std::nullopt;
        sum = *next;
    }
    return sum;
}

std::optional<std::int64_t> Dim::value(const std::map<std::string, std::int64_t>& extents) const {
    std::int64_t sum = constant_;
    for (const Term& term : terms_) {
        std::int64_t product = term.coefficient;
        for (const std::string& name : term.names) {
            auto found = extents.find(name);
            std::optional<std::int64_t> next =
                found == extents.end() ? std::nullopt : checked_multiply(product, found->second);
            if (!next) return std::nullopt;
            product = *next;
        }
        std::optional<std::int64_t> next = checked_add(sum, product);
        if (!next) return std::nullopt;
        sum = *next;
    }
    return sum;
}

// The constant comes last, as people write it.
std::string Dim::text() const {
    if (is_constant()) return std::to_string(constant_);
    std::string result;
    for (const Term& term : terms_) {
        if (term.coefficient >= 0 && !result.empty()) result += '+';
        if (term.coefficient == -1) result += '-';
        if (term.coefficient != 1 && term.coefficient != -1) result += std::to_string(term.coefficient) + "*";
        for (std::size_t i = 0; i < term.names.size(); ++i) result += (i > 0 ? "*" : "") + term.names[i];
    }
    if (constant_ > 0) result += '+';
    if (constant_ != 0) result += std::to_string(constant_);
    return result;
}

// sum = [sign] product { sign product }; product = factor { "*" factor }; factor = digits | name. Blanks are ignored.
std::optional<Dim> parse_dim(std::string_view text) {
    constexpr std::size_t kMaximumText = 1000;  // keeps the polynomials of hostile text small
    if (text.size() > kMaximumText) return std::nullopt;
    std::size_t at = 0;
    auto skip = [&] {
        while (at < text.size() && text[at] == ' ') ++at;
    };
    Dim result;
    bool first = true;
    for (skip(); first || at < text.size(); skip()) {
        bool negative = false;
        if (at < text.size() && (text[at] == '-' || (text[at] == '+' && !first))) {
            negative = text[at++] == '-';
        } else if (!first) {
            return std::nullopt;
        }
        first = false;
        Dim product = negative ? -1 : 1;
        for (bool more = true; more;) {
            skip();
            std::size_t begin = at;
            std::optional<Dim> factor;
            if (at < text.size() && is_decimal(text[at])) {
                while (at < text.size() && is_decimal(text[at])) ++at;
                std::int64_t number = 0;
                auto [end, error] = std::from_chars(text.data() + begin, text.data() + at, number);
                if (error != std::errc()) return std::nullopt;
                factor = Dim(number);
            } else if (at < text.size() && is_name_start(text[at])) {
                while (at < text.size() && is_name_part(text[at])) ++at;
                factor = Dim::named(std::string(text.substr(begin, at - begin)));
            }
            if (!factor) return std::nullopt;
            std::optional<Dim> next = Dim::multiply(product, *factor);
            if (!next) return std::nullopt;
            product = std::move(*next);
            skip();
            more = at < text.size() && text[at] == '*';
            if (more) ++at;
        }
        std::optional<Dim> sum = Dim::add(result, product);
        if (!sum) return std::nullopt;
        result = std::move(*sum);
    }
    return result;
}

std::optional<Dim> element_count(const Shape& shape) {
    Dim result = 1;
    for (const Dim& dim : shape) {
        std::optional<Dim> product = Dim::multiply(result, dim);
        if (!product) return std::nullopt;
        result = std::move(*product);
    }
    return result;
}

bool is_constant(const Shape& shape) {
    return std::all_of(shape.begin(), shape.end(), [](const Dim& dim) { return dim.is_constant(); });
}

std::string shape_text(const Shape& shape) {
    std::string result = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) result += (i > 0 ? ", " : "") + shape[i].text();
    return result + "]";
}

}  // namespace nncc

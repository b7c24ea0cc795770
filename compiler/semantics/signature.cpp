// Signatures: unifies declared dimensions with extents, solving `4 * units` for the one name that is not known yet.
#include "semantics/signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "semantics/arithmetic.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/expression.h"
#include "semantics/walk.h"

namespace nncc {

ParameterKind parameter_kind(const ast::TypeSyntax& type) {
    static constexpr std::pair<std::string_view, ParameterKind> kKinds[] = {
        {"f32", ParameterKind::kTensor},
        {"i32", ParameterKind::kTensor},
        {"bool", ParameterKind::kBool},
        {"int", ParameterKind::kInt},
        {"float", ParameterKind::kFloat},
        {"string", ParameterKind::kString},
        {"ints", ParameterKind::kInts},
        {"fn", ParameterKind::kFunction},
        {"initializer", ParameterKind::kInitializer},
        {"schedule", ParameterKind::kSchedule},
        {"optimizer", ParameterKind::kOptimizer},
        {"tensors", ParameterKind::kTensors}};
    for (const auto& [name, kind] : kKinds) {
        if (type.name.text == name)
            return kind == ParameterKind::kBool && type.has_shape ? ParameterKind::kTensor : kind;
    }
    return ParameterKind::kUnknown;
}

std::string declared_text(const ast::TypeSyntax& type) { return source_text(type.range); }

std::optional<DType> declared_dtype(Elaboration& elaboration, const ast::TypeSyntax& syntax) {
    if (syntax.name.text == "f32") return real_dtype(elaboration);
    if (syntax.name.text == "i32") return DType::kI32;
    if (syntax.name.text == "bool") return DType::kBool;
    report(elaboration, kUnknownName, syntax.name.range, fmt::format("`{}` is no type of a tensor", syntax.name.text))
        .hint = "the types are f32, i32 and bool";
    return std::nullopt;
}

std::optional<Type> evaluate_type(Elaboration& elaboration, const ast::TypeSyntax& syntax, const ScopePtr& scope) {
    std::optional<DType> dtype = declared_dtype(elaboration, syntax);
    if (!dtype) return std::nullopt;
    Type type{*dtype, {}};
    for (const ast::Dimension& dimension : syntax.dimensions) {
        if (dimension.is_ellipsis) {
            const Shape* matched = scope->ellipsis();
            if (matched == nullptr) {
                report(elaboration, kMisplaced, dimension.range,
                       "`...` stands for nothing here: no argument's type has it");
                return std::nullopt;
            }
            type.shape.insert(type.shape.end(), matched->begin(), matched->end());
            continue;
        }
        std::optional<Dim> extent =
            to_dim(elaboration, {evaluate(elaboration, *dimension.extent, scope), dimension.range});
        if (!extent) return std::nullopt;
        if (extent->is_constant() && extent->constant() < 0) {
            report(elaboration, kCompileTimeArithmetic, dimension.range,
                   fmt::format("the extent `{}` is {}", source_text(dimension.range), extent->text()));
            return std::nullopt;
        }
        type.shape.push_back(*extent);
    }
    if (is_too_large(elaboration, type.shape, syntax.range)) return std::nullopt;
    return type;
}

namespace {

bool is_known(Elaboration& elaboration, const ast::Expression& expression, Scope& scope) {
    std::set<std::string> names;
    collect_names(expression, names);
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        if (const Binding* binding = scope.find(name))
            return binding->value.as<IntegerMeaning>() != nullptr || binding->value.is_poison();
        return is_constant_item(elaboration.analysis.library, name, expression.range.file);
    });
}

std::string differs(const ast::Expression& declared, const Dim& expected, const Dim& actual) {
    std::string text = source_text(declared.range);
    return text == expected.text()
               ? fmt::format("{} is not {}", actual.text(), text)
               : fmt::format("{} is not `{}`, which is {} here", actual.text(), text, expected.text());
}

}  // namespace

std::string Unification::match_extent(const ast::Expression& declared, const Dim& actual) {
    if (is_known(elaboration_, declared, *scope_)) {
        Meaning known = evaluate(elaboration_, declared, scope_);
        const auto* expected = known.as<IntegerMeaning>();
        if (expected == nullptr || expected->value == actual) return {};
        return differs(declared, expected->value, actual);
    }
    if (const auto* use = std::get_if<ast::NameUse>(&declared.value)) {
        scope_->bind(use->name, {{IntegerMeaning{actual, use->name}}, Binding::Kind::kDimension, {}, nullptr});
        return {};
    }
    const auto* binary = std::get_if<ast::Binary>(&declared.value);
    if (binary == nullptr) return fmt::format("`{}` cannot be solved", source_text(declared.range));
    bool left_known = is_known(elaboration_, *binary->left, *scope_);
    if (!left_known && !is_known(elaboration_, *binary->right, *scope_))
        return fmt::format("`{}` cannot be solved: two names in it are open", source_text(declared.range));
    const ast::Expression& open = left_known ? *binary->right : *binary->left;
    Meaning known = evaluate(elaboration_, left_known ? *binary->left : *binary->right, scope_);
    const auto* constant = known.as<IntegerMeaning>();
    if (constant == nullptr) return {};
    std::optional<Dim> solved;
    switch (binary->op) {
        case ast::BinaryOperator::kAdd: solved = Dim::subtract(actual, constant->value); break;
        case ast::BinaryOperator::kSubtract:
            solved = left_known ? Dim::subtract(constant->value, actual) : Dim::add(actual, constant->value);
            break;
        case ast::BinaryOperator::kMultiply: solved = Dim::divide(actual, constant->value); break;
        case ast::BinaryOperator::kDivide:
            solved = left_known ? std::nullopt : Dim::multiply(actual, constant->value);
            break;
        default: return fmt::format("`{}` cannot be solved", source_text(declared.range));
    }
    if (!solved) return fmt::format("{} is not `{}` for any whole number", actual.text(), source_text(declared.range));
    return match_extent(open, *solved);
}

std::string Unification::match(const ast::TypeSyntax& declared, const Type& actual) {
    std::size_t fixed = 0;
    bool has_ellipsis = false;
    for (const ast::Dimension& dimension : declared.dimensions) {
        if (dimension.is_ellipsis) has_ellipsis = true;
        else ++fixed;
    }
    if (actual.shape.size() < fixed || (!has_ellipsis && actual.shape.size() != fixed)) {
        return fmt::format("it has {} {} instead of {}{}", actual.rank(), actual.rank() == 1 ? "axis" : "axes",
                           has_ellipsis ? "at least " : "", fixed);
    }
    std::size_t axis = 0;
    for (const ast::Dimension& dimension : declared.dimensions) {
        if (!dimension.is_ellipsis) {
            std::string problem = match_extent(*dimension.extent, actual.shape[axis++]);
            if (!problem.empty()) return problem;
            continue;
        }
        std::size_t count = actual.shape.size() - fixed;
        auto begin = actual.shape.begin() + static_cast<std::ptrdiff_t>(axis);
        Shape matched(begin, begin + static_cast<std::ptrdiff_t>(count));
        if (const Shape* known = scope_->ellipsis(); known != nullptr && *known != matched) {
            return fmt::format("`...` is {} here, and {} in an argument before", shape_text(matched),
                               shape_text(*known));
        }
        scope_->set_ellipsis(std::move(matched), axis);
        axis += count;
    }
    return {};
}

}  // namespace nncc

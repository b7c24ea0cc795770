// Evaluate body of einsum: a batched matrix product on Eigen where it is one, loops over all letters otherwise.
#pragma once

#include <Eigen/Core>
#include <string>
#include <variant>

#include "ops/einsum.h"
#include "ops/elements.h"

namespace nncc {

// Strides of a tensor seen over `letters`: 0 for one it has not, summed for one it has twice (its diagonal).
inline Extents strides_over(const std::string& letters, const std::string& own, const Extents& extents) {
    const Extents from = strides_of(extents);
    Extents strides(letters.size(), 0);
    for (std::size_t i = 0; i < own.size(); ++i) strides[letters.find(own[i])] += from[i];
    return strides;
}

inline Extents extents_over(const std::string& letters, const std::map<char, std::int64_t>& extents) {
    Extents result;
    for (char c : letters) result.push_back(extents.at(c));
    return result;
}

// The letters of two operands by role; false when the equation is no batched matrix product.
struct MatrixLetters {
    std::string batch, rows, inner, columns;
};
inline bool matrix_letters(const Equation& equation, MatrixLetters& roles) {
    if (equation.inputs.size() != 2) return false;
    const std::string& a = equation.inputs[0];
    const std::string& b = equation.inputs[1];
    auto has = [](const std::string& letters, char c) { return letters.find(c) != std::string::npos; };
    for (const std::string* letters : {&a, &b}) {
        for (std::size_t i = 0; i < letters->size(); ++i) {
            if (letters->find((*letters)[i]) != i) return false;
        }
    }
    for (char c : a) {
        if (has(b, c)) (has(equation.output, c) ? roles.batch : roles.inner) += c;
        else if (has(equation.output, c)) roles.rows += c;
        else return false;
    }
    for (char c : b) {
        if (has(a, c)) continue;
        if (!has(equation.output, c)) return false;
        roles.columns += c;
    }
    return true;
}

template <class S>
Eigen::Array<S, Eigen::Dynamic, 1> permuted(const Tensor<S>& tensor, const std::string& own, const std::string& order,
                                            const std::map<char, std::int64_t>& extents) {
    Eigen::Array<S, Eigen::Dynamic, 1> result(tensor.elements.size());
    Eigen::Index at = 0;
    walk(extents_over(order, extents), strides_over(order, own, tensor.extents),
         [&](const Extents&, std::int64_t from) { result[at++] = tensor.elements[from]; });
    return result;
}

template <class S>
void multiply_matrices(EvaluateContext<S>& context, const Equation& equation, const MatrixLetters& roles,
                       const std::map<char, std::int64_t>& extents) {
    using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const std::int64_t batch = count_of(extents_over(roles.batch, extents));
    const std::int64_t rows = count_of(extents_over(roles.rows, extents));
    const std::int64_t inner = count_of(extents_over(roles.inner, extents));
    const std::int64_t columns = count_of(extents_over(roles.columns, extents));
    const auto a = permuted(*context.operands[0], equation.inputs[0], roles.batch + roles.rows + roles.inner, extents);
    const auto b =
        permuted(*context.operands[1], equation.inputs[1], roles.batch + roles.inner + roles.columns, extents);
    Eigen::Array<S, Eigen::Dynamic, 1> product(batch * rows * columns);
    for (std::int64_t k = 0; k < batch; ++k) {
        Eigen::Map<const Matrix> left(a.data() + k * rows * inner, rows, inner);
        Eigen::Map<const Matrix> right(b.data() + k * inner * columns, inner, columns);
        Eigen::Map<Matrix> result(product.data() + k * rows * columns, rows, columns);
        if (inner == 0) result.setZero();
        else result.noalias() = left * right;
    }
    Tensor<S>& r = context.results[0];
    const std::string order = roles.batch + roles.rows + roles.columns;
    Eigen::Index at = 0;
    walk(extents_over(order, extents), strides_over(order, equation.output, r.extents),
         [&](const Extents&, std::int64_t to) { r.elements[to] = product[at++]; });
}

template <class S>
void evaluate_einsum(EvaluateContext<S>& context) {
    const Equation equation = std::get<Equation>(parse_equation(context.node.attributes.text("equation")));
    std::map<char, std::int64_t> extents;
    for (std::size_t k = 0; k < equation.inputs.size(); ++k) {
        for (std::size_t i = 0; i < equation.inputs[k].size(); ++i) {
            extents[equation.inputs[k][i]] = context.operands[k]->extents[i];
        }
    }
    Tensor<S>& r = context.results[0];
    const bool wraps = r.dtype == DType::kI32;
    MatrixLetters roles;
    if (!wraps && matrix_letters(equation, roles)) return multiply_matrices(context, equation, roles, extents);

    r.elements.setConstant(S(0.0));
    const std::string letters = all_letters(equation);
    std::vector<Extents> strides;
    for (std::size_t k = 0; k < equation.inputs.size(); ++k) {
        strides.push_back(strides_over(letters, equation.inputs[k], context.operands[k]->extents));
    }
    walk(extents_over(letters, extents), strides_over(letters, equation.output, r.extents),
         [&](const Extents& index, std::int64_t to) {
             S product(1.0);
             for (std::size_t k = 0; k < strides.size(); ++k) {
                 std::int64_t from = 0;
                 for (std::size_t i = 0; i < index.size(); ++i) from += index[i] * strides[k][i];
                 const S& x = context.operands[k]->elements[from];
                 product = k == 0 ? x : wraps ? S(wrapped(whole(product) * whole(x))) : S(product * x);
             }
             r.elements[to] = wraps ? S(wrapped(whole(r.elements[to]) + whole(product))) : S(r.elements[to] + product);
         });
}

}  // namespace nncc

// The functions of <cmath> and <algorithm> that can be part of a model, in terms of the graph's ops.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clang/module_scalar_program.h"

namespace nncc::clang_module {

// How a function's operands and result are typed.
enum class FunctionTyping {
    kReal,       // operands are converted to the result's type, float or double
    kAny,        // the same, and an int stays one: std::abs, std::min
    kPredicate,  // operands keep their type, the result is bool
};

struct ScalarFunction {
    std::string_view name;  // without std:: and without the f of C's float functions
    int operand_count = 1;
    FunctionTyping typing = FunctionTyping::kReal;
    ScalarProgram::Node (*build)(ScalarProgram& program, const std::vector<ScalarProgram::Node>& operands) = nullptr;
};

// By the name that C++ code calls it by, "sinf", "sin" or "__builtin_sinf"; null when it cannot be part of a model.
const ScalarFunction* find_scalar_function(std::string_view name);

// What to write in place of a function that is not here; "" when nothing is known.
std::string_view scalar_function_remedy(std::string_view name);

}  // namespace nncc::clang_module

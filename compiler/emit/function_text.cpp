// Names, sizes and index expressions inside one emitted function.
#include "emit/function_text.h"

#include <fmt/format.h>

namespace nncc {

std::string index_variable(std::size_t axis) {
    constexpr std::string_view kNames = "ijklpqrs";
    return axis < kNames.size() ? std::string(1, kNames[axis]) : fmt::format("i_{}", axis);
}

FunctionText::FunctionText(const Kernel& function_kernel, bool is_strict) : kernel(function_kernel), strict(is_strict) {
    for (std::size_t axis = 0; axis < 32; ++axis) scope.reserve(index_variable(axis));
    for (const char* name : {"kRows", "kColumns", "kDepth", "kCount"}) scope.reserve(name);
    // Bounded dimensions are parameters too: their identifiers must not be taken by others.
    const auto reserve_names = [&](const Dim& dim) {
        for (const Dim::Term& term : dim.terms()) {
            for (const std::string& name : term.names) scope.reserve(mangle(name));
        }
    };
    for (const KernelParameter& parameter : kernel.parameters) {
        for (const Dim& extent : parameter.type.shape) reserve_names(extent);
    }
    for (const KernelParameter& parameter : kernel.parameters) parameters.push_back(scope.unique(parameter.role));
}

std::string FunctionText::dim(const Dim& dim, bool factor) {
    if (dim.is_constant()) {
        const std::int64_t value = dim.constant();
        if (auto found = sizes.find(value); found != sizes.end()) return found->second;
        return value < 0 && factor ? fmt::format("({})", value) : fmt::format("{}", value);
    }
    for (const Dim::Term& term : dim.terms()) extents.insert(term.names.begin(), term.names.end());
    return dim_text(dim, factor);
}

std::string FunctionText::index(const IndexMap& map, const std::vector<std::string>& variables) {
    std::string text;
    const auto add = [&](const std::string& part, bool negative) {
        text += text.empty() ? (negative ? "-" : "") + part : (negative ? " - " : " + ") + part;
    };
    if (map.offset.is_constant()) {
        const std::int64_t offset = map.offset.constant();
        if (offset != 0) add(fmt::format("{}", offset < 0 ? -offset : offset), offset < 0);
    } else {
        add(dim(map.offset, false), false);
    }
    for (std::size_t axis = 0; axis < map.strides.size(); ++axis) {
        const Dim& stride = map.strides[axis];
        if (stride.is_constant(0)) continue;
        const bool negative = stride.is_constant() && stride.constant() < 0;
        const Dim size = negative ? Dim(-stride.constant()) : stride;
        add(size.is_constant(1) ? variables[axis] : fmt::format("{} * {}", dim(size), variables[axis]), negative);
    }
    return text;
}

std::string FunctionText::pointer(int parameter, const IndexMap& map, const std::vector<std::string>& variables) {
    const std::string& base = parameters[static_cast<std::size_t>(parameter)];
    const std::string offset = index(map, variables);
    if (offset.empty()) return base;
    return offset.front() == '-' ? fmt::format("{} - {}", base, offset.substr(1))
                                 : fmt::format("{} + {}", base, offset);
}

void FunctionText::name_sizes(const std::vector<Dim>& extent_list, const std::vector<std::string>& names) {
    sizes.clear();
    size_names = names;
    // The last axis with an extent names it: strides are products of inner extents.
    for (std::size_t k = extent_list.size(); k-- > 0;) {
        if (extent_list[k].is_constant() && extent_list[k].constant() > 1)
            sizes.emplace(extent_list[k].constant(), names[k]);
    }
}

std::string FunctionText::size_line(std::string_view body) const {
    std::vector<std::string> parts;
    for (const std::string& name : size_names) {
        for (const auto& [value, given] : sizes) {
            if (given == name && uses_word(body, name)) parts.push_back(fmt::format("{} = {}", name, value));
        }
    }
    return parts.empty() ? "" : fmt::format("constexpr int {};", fmt::join(parts, ", "));
}

KernelText print_kernel(const Kernel& kernel, bool strict) {
    FunctionText function(kernel, strict);
    Code code;
    code.indent(1);
    if (const auto* nests = std::get_if<std::vector<LoopNest>>(&kernel.body)) {
        for (const LoopNest& nest : *nests) {
            const bool is_block = nests->size() > 1;
            if (is_block) code.open("{");
            print_nest(function, nest, code);
            if (is_block) code.close();
        }
    } else if (const auto* contraction = std::get_if<Contraction>(&kernel.body)) {
        print_contraction(function, *contraction, code);
    } else {
        print_axis_call(function, std::get<AxisCall>(kernel.body), code);
    }
    KernelText text;
    for (const std::string& extent : function.extents) {
        text.extents.push_back(extent);
        text.items.push_back("int " + mangle(extent));
    }
    for (std::size_t k = 0; k < kernel.parameters.size(); ++k) {
        const KernelParameter& parameter = kernel.parameters[k];
        if (!uses_word(code.text(), function.parameters[k])) {
            text.unused.push_back(k);
            continue;
        }
        text.items.push_back(fmt::format("{}{}* {}", parameter.written ? "" : "const ", cpp_type(parameter.type.dtype),
                                         function.parameters[k]));
    }
    for (const std::string& item : text.items) text.parameters += (text.parameters.empty() ? "" : ", ") + item;
    text.body = code.text();
    text.stack_bytes = function.stack_bytes;
    return text;
}

}  // namespace nncc

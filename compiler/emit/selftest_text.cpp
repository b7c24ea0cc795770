// The function that runs every Model on embedded vectors and counts those that differ.
#include <fmt/format.h>

#include <algorithm>

#include "emit/model_text.h"

namespace nncc {

namespace {

std::string argument_of(const Argument& argument, std::string_view name, std::int64_t elements) {
    if (is_constant(argument.type.shape)) return std::string(name);
    return fmt::format("{{{}, {}}}", name, elements);
}

void print_expected(const std::string& name, const SelftestOutput& output, Code& code) {
    code.line(fmt::format("constexpr double {}[{}][{}] = {{", name, output.expected.size(),
                          std::max<std::size_t>(1, output.expected[0].size())));
    code.indent(1);
    for (const std::vector<double>& vector : output.expected) {
        std::vector<std::string> items;
        for (const double value : vector) items.push_back(fmt::format("{:.9g}", value));
        code.list("{", items, "},");
    }
    code.indent(-1);
    code.line("};");
}

void print_vectors(const ForwardText& forward, Code& code) {
    const Selftest& test = *forward.selftest;
    code.open("{");
    code.line(fmt::format("alignas(64) static unsigned char memory[sizeof(Model<{}>)];", forward.batch));
    code.line(fmt::format("Model<{0}>& model = *reinterpret_cast<Model<{0}>*>(memory);", forward.batch));
    code.line("model.use(packed);");
    if (!forward.states.members().empty()) code.line("model.restart();");
    std::vector<std::string> arguments, checks;
    for (const std::string& extent : forward.extents) {
        const auto dim = std::find_if(test.dims.begin(), test.dims.end(),
                                      [&](const auto& item) { return mangle(item.first) == extent; });
        NNCC_CHECK(dim != test.dims.end(), "{}", extent);
        arguments.push_back(fmt::format("{}", dim->second));
    }
    Code fills = code.at_same_depth();
    fills.indent(1);
    for (std::size_t k = 0; k < forward.inputs.size(); ++k) {
        const std::string name = fmt::format("input_{}", k);
        code.line(fmt::format("alignas(64) static {} {}[{}];", cpp_type(forward.inputs[k].type.dtype), name,
                              std::max<std::int64_t>(1, test.input_elements[k])));
        fills.line(fmt::format("nncc::selftest::fill({}, {}, vector, {});", name, test.input_elements[k], k));
        arguments.push_back(argument_of(forward.inputs[k], name, test.input_elements[k]));
    }
    for (std::size_t k = 0; k < forward.outputs.size(); ++k) {
        const std::string name = fmt::format("output_{}", k), expected = fmt::format("expected_{}", k);
        code.line(fmt::format("alignas(64) static {} {}[{}];", cpp_type(forward.outputs[k].type.dtype), name,
                              std::max<std::int64_t>(1, test.output_elements[k])));
        print_expected(expected, test.outputs[k], code);
        arguments.push_back(argument_of(forward.outputs[k], name, test.output_elements[k]));
        checks.push_back(fmt::format("nncc::selftest::agrees({}, {}[vector], {}, {}, {:.3g})", name, expected,
                                     test.outputs[k].expected[0].size(), test.outputs[k].apart, test.outputs[k].bound));
    }
    code.open(fmt::format("for (int vector = 0; vector < {}; ++vector) {{", Selftest::kVectors));
    code.append(fills);
    code.list(forward.extents.empty() ? "model.forward(" : "bool agrees = model.forward(", arguments, ");");
    for (std::size_t k = 0; k < checks.size(); ++k) {
        const bool declares = k == 0 && forward.extents.empty();
        code.line(fmt::format("{}agrees = {}{};", declares ? "bool " : "", declares ? "" : "agrees && ", checks[k]));
    }
    code.line("if (!agrees) ++failures;");
    code.close();
    code.close();
}

}  // namespace

bool has_selftest(const ModelText& model) {
    return !model.forwards.empty() &&
           std::all_of(model.forwards.begin(), model.forwards.end(), [](const ForwardText& forward) {
               return forward.selftest.has_value() && !forward.outputs.empty();
           });
}

void print_selftest(const ModelText& model, Code& code) {
    code.blank();
    code.open("int selftest() noexcept {");
    code.line("alignas(64) static Weights weights;");
    code.line("alignas(64) static Packed packed;");
    code.line(fmt::format("initialize(weights, {});", Selftest::kSeed));
    code.line("pack(weights, packed);");
    code.line("int failures = 0;");
    for (const ForwardText& forward : model.forwards) print_vectors(forward, code);
    code.line("return failures;");
    code.close();
}

}  // namespace nncc

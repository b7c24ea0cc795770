// The C functions of a model and their header: plain pointers, all memory the caller's.
#include <fmt/format.h>

#include "emit/model_text.h"

namespace nncc {

namespace {

std::string_view c_type(DType dtype) {
    switch (dtype) {
        case DType::kF32: return "float";
        case DType::kF64: return "double";
        case DType::kI32: return "int";
        case DType::kBool: return "unsigned char";
    }
    return "float";
}

struct CFunction {
    std::string result, name;
    std::vector<std::string> parameters;
    std::string comment;
    std::vector<std::string> body;
};

std::string suffix(const ModelText& model, const ForwardText& forward) {
    return &forward == &model.forwards.front() ? "" : fmt::format("_batch{}", forward.batch);
}

// The C parameter and the C++ argument made of it.
std::string c_parameter(const Argument& argument, bool is_output) {
    return fmt::format("{}{}* {}", is_output ? "" : "const ", c_type(argument.type.dtype), argument.name);
}
std::string cpp_argument(const Argument& argument, bool is_output) {
    const std::string_view type = cpp_type(argument.type.dtype);
    std::string pointer = argument.name;
    if (argument.type.dtype == DType::kBool)
        pointer = fmt::format("reinterpret_cast<{}bool*>({})", is_output ? "" : "const ", argument.name);
    if (is_constant(argument.type.shape)) return pointer;
    const auto count = element_count(argument.type.shape);
    return fmt::format("nncc::{}<{}>({}, {})", is_output ? "Out" : "In", type, pointer,
                       count ? dim_text(*count, false) : "0");
}

void add_backward(const ModelText& model, const ForwardText& forward, std::vector<CFunction>& functions) {
    std::vector<std::string> parameters{"void* memory"}, arguments;
    for (const std::string& extent : forward.extents) {
        parameters.push_back("int " + extent);
        arguments.push_back(extent);
    }
    for (const Argument& input : forward.backward->inputs) {
        parameters.push_back(c_parameter(input, false));
        arguments.push_back(cpp_argument(input, false));
    }
    parameters.emplace_back("void* gradient");
    arguments.push_back(fmt::format("*static_cast<{}::Weights*>(gradient)", model.name));
    const std::string call = fmt::format("static_cast<{}::Model<{}>*>(memory)->backward({})", model.name, forward.batch,
                                         fmt::join(arguments, ", "));
    const bool fixed = forward.extents.empty();
    functions.push_back({fixed ? "void" : "int",
                         fmt::format("{}_backward{}", model.name, suffix(model, forward)),
                         parameters,
                         "the derivative of forward; gradient has the layout of the weights",
                         {fixed ? call + ";" : fmt::format("return {} ? 1 : 0;", call)}});
}

void add_forward(const ModelText& model, const ForwardText& forward, std::vector<CFunction>& functions) {
    const std::string end = suffix(model, forward), type = fmt::format("{}::Model<{}>", model.name, forward.batch);
    const std::string& name = model.name;
    std::vector<std::string> init{
        fmt::format("static_cast<{}*>(memory)->use(*static_cast<const {}::Packed*>(packed));", type, name)};
    if (!forward.states.members().empty()) init.push_back(fmt::format("static_cast<{}*>(memory)->restart();", type));
    if (forward.process != nullptr) init.push_back(fmt::format("static_cast<{}*>(memory)->reset();", type));
    functions.push_back({"__SIZE_TYPE__",
                         fmt::format("{}_model_bytes{}", name, end),
                         {},
                         fmt::format("a model for batch {}", forward.batch),
                         {fmt::format("return sizeof({});", type)}});
    functions.push_back({"void",
                         fmt::format("{}_model_init{}", name, end),
                         {"void* memory", "const void* packed"},
                         "memory aligned to 64 bytes; packed is read by every forward",
                         init});
    std::vector<std::string> parameters{"void* memory"}, arguments;
    for (const std::string& extent : forward.extents) {
        parameters.push_back("int " + extent);
        arguments.push_back(extent);
    }
    for (const Argument& input : forward.inputs) {
        parameters.push_back(c_parameter(input, false));
        arguments.push_back(cpp_argument(input, false));
    }
    for (const Argument& output : forward.outputs) {
        parameters.push_back(c_parameter(output, true));
        arguments.push_back(cpp_argument(output, true));
    }
    const auto add_call = [&](std::string_view entry, std::string comment) {
        const std::string call =
            fmt::format("static_cast<{}*>(memory)->{}({})", type, entry, fmt::join(arguments, ", "));
        const std::string symbol = fmt::format("{}_{}{}", name, entry, end);
        if (forward.extents.empty()) {
            functions.push_back({"void", symbol, parameters, comment, {call + ";"}});
            return;
        }
        comment +=
            fmt::format("{}0, and nothing written, when an extent exceeds its bound", comment.empty() ? "" : "; ");
        functions.push_back({"int", symbol, parameters, comment, {fmt::format("return {} ? 1 : 0;", call)}});
    };
    add_call("forward", "");
    if (forward.backward) add_backward(model, forward, functions);
    if (!forward.states.members().empty()) {
        functions.push_back({"void",
                             fmt::format("{}_restart{}", name, end),
                             {"void* memory"},
                             "what forward keeps from call to call, as at the start",
                             {fmt::format("static_cast<{}*>(memory)->restart();", type)}});
    }
    if (draws_random_bits(forward)) {
        functions.push_back({"void",
                             fmt::format("{}_reseed{}", name, end),
                             {"void* memory", "unsigned long long seed"},
                             "random bits are a function of the seed and of the number of calls since",
                             {fmt::format("static_cast<{}*>(memory)->reseed(seed);", type)}});
    }
    if (forward.process == nullptr) return;
    const ProcessText& process = *forward.process;
    std::string comment = "goes on where the last call ended";
    if (!process.position.empty()) comment += fmt::format(", for {} steps in all", process.limit);
    add_call("process", comment);
    functions.push_back({"int",
                         fmt::format("{}_latency{}", name, end),
                         {},
                         "how many steps later than forward process gives its results",
                         {fmt::format("return {}::kLatency;", type)}});
    functions.push_back({"void",
                         fmt::format("{}_reset{}", name, end),
                         {"void* memory"},
                         "process begins anew",
                         {fmt::format("static_cast<{}*>(memory)->reset();", type)}});
}

void add_fit(const std::string& name, const TrainerText& trainer, std::vector<CFunction>& functions) {
    std::vector<std::string> parameters{"void* memory"}, arguments;
    for (const std::string& extent : trainer.extents) {
        parameters.push_back("int " + extent);
        arguments.push_back(extent);
    }
    for (std::size_t k = 0; k < trainer.model_inputs; ++k) {
        parameters.push_back(c_parameter(trainer.inputs[k], false));
        arguments.push_back(cpp_argument(trainer.inputs[k], false));
    }
    parameters.insert(parameters.end(), {"int rows", "int last"});
    arguments.insert(arguments.end(), {"rows", "last != 0"});
    functions.push_back({"int",
                         name + "_trainer_fit_sweeps",
                         {},
                         "over all rows, before the first step",
                         {fmt::format("return {}::Trainer::kFitSweeps;", name)}});
    functions.push_back(
        {"void",
         name + "_trainer_fit",
         parameters,
         "a batch of the sweep at hand, of which `rows` exist; last: of this sweep",
         {fmt::format("static_cast<{}::Trainer*>(memory)->fit({});", name, fmt::join(arguments, ", "))}});
}

void add_trainer(const ModelText& model, const TrainerText& trainer, std::vector<CFunction>& functions) {
    const std::string& name = model.name;
    const std::string type = name + "::Trainer", weights = name + "::Weights";
    functions.push_back({"__SIZE_TYPE__",
                         name + "_trainer_bytes",
                         {},
                         fmt::format("a trainer for batch {}: plain memory, without pointers", trainer.batch),
                         {fmt::format("return sizeof({});", type)}});
    functions.push_back(
        {"void",
         name + "_trainer_init",
         {"void* memory", "const void* weights", "unsigned long long seed"},
         "memory aligned to 64 bytes",
         {fmt::format("static_cast<{}*>(memory)->restart(*static_cast<const {}*>(weights), seed);", type, weights)}});
    std::vector<std::string> parameters{"void* memory"}, arguments;
    for (const std::string& extent : trainer.extents) {
        parameters.push_back("int " + extent);
        arguments.push_back(extent);
    }
    for (const Argument& input : trainer.inputs) {
        parameters.push_back(c_parameter(input, false));
        arguments.push_back(cpp_argument(input, false));
    }
    const auto as_double = [&](const std::string& call) {
        return trainer.loss == DType::kF64 ? fmt::format("return {};", call)
                                           : fmt::format("return static_cast<double>({});", call);
    };
    functions.push_back(
        {"double",
         name + "_trainer_step",
         parameters,
         "forward, backward, update: the loss",
         {as_double(fmt::format("static_cast<{}*>(memory)->step({})", type, fmt::join(arguments, ", ")))}});
    parameters.push_back("void* gradient");
    arguments.push_back(fmt::format("*static_cast<{}*>(gradient)", weights));
    functions.push_back(
        {"double",
         name + "_trainer_gradients",
         parameters,
         "the loss; gradient has the layout of the weights",
         {as_double(fmt::format("static_cast<{}*>(memory)->gradients({})", type, fmt::join(arguments, ", ")))}});
    functions.push_back(
        {"void",
         name + "_trainer_update",
         {"void* memory", "const void* gradient"},
         "",
         {fmt::format("static_cast<{}*>(memory)->update(*static_cast<const {}*>(gradient));", type, weights)}});
    functions.push_back(
        {"void",
         name + "_trainer_update_scaled",
         {"void* memory", "const void* gradient", "float rate_scale"},
         "every parameter changes by rate_scale times as much",
         {fmt::format("static_cast<{}*>(memory)->update(*static_cast<const {}*>(gradient), rate_scale);", type,
                      weights)}});
    if (!trainer.fit_sweeps.empty()) add_fit(name, trainer, functions);
    functions.push_back({"const void*",
                         name + "_trainer_weights",
                         {"const void* memory"},
                         "",
                         {fmt::format("return &static_cast<const {}*>(memory)->weights();", type)}});
    if (has_slot_table(model)) {
        functions.push_back({"const void*",
                             name + "_slot_tensors",
                             {},
                             "an array of nncc::Tensor",
                             {fmt::format("return {}::kSlotTensors;", name)}});
        functions.push_back(
            {"int", name + "_slot_tensor_count", {}, "", {fmt::format("return {};", model.slots.members().size())}});
        functions.push_back({"void*",
                             name + "_trainer_slots",
                             {"void* memory"},
                             "offsets of the slots' table count from here",
                             {fmt::format("return &static_cast<{}*>(memory)->slots();", type)}});
    }
    functions.push_back({"unsigned long long",
                         name + "_trainer_steps",
                         {"const void* memory"},
                         "",
                         {fmt::format("return static_cast<const {}*>(memory)->steps;", type)}});
}

std::vector<CFunction> c_functions(const ModelText& model) {
    const std::string& name = model.name;
    const std::string weights = name + "::Weights", packed = name + "::Packed";
    std::vector<CFunction> functions;
    functions.push_back(
        {"__SIZE_TYPE__", name + "_weights_bytes", {}, "", {fmt::format("return sizeof({});", weights)}});
    functions.push_back({"const void*",
                         name + "_tensors",
                         {},
                         "an array of nncc::Tensor",
                         {fmt::format("return {}::kTensors;", name)}});
    functions.push_back(
        {"int", name + "_tensor_count", {}, "", {fmt::format("return {};", model.weights.members().size())}});
    functions.push_back({"void",
                         name + "_initialize",
                         {"void* weights", "unsigned long long seed"},
                         "memory aligned to 64 bytes, as all of it here",
                         {fmt::format("{}::initialize(*static_cast<{}*>(weights), seed);", name, weights)}});
    functions.push_back({"__SIZE_TYPE__", name + "_packed_bytes", {}, "", {fmt::format("return sizeof({});", packed)}});
    functions.push_back({"void",
                         name + "_pack",
                         {"const void* weights", "void* packed"},
                         "",
                         {fmt::format("{}::pack(*static_cast<const {}*>(weights), *static_cast<{}*>(packed));", name,
                                      weights, packed)}});
    if (has_selftest(model))
        functions.push_back({"int",
                             name + "_selftest",
                             {},
                             "0, or how many of the embedded vectors differ",
                             {fmt::format("return {}::selftest();", name)}});
    for (const ForwardText& forward : model.forwards) add_forward(model, forward, functions);
    if (model.trainer) add_trainer(model, *model.trainer, functions);
    return functions;
}

}  // namespace

void print_c_functions(const ModelText& model, Code& code) {
    code.line(fmt::format("extern \"C\" {{  // {}_c.h", model.name));
    for (const CFunction& function : c_functions(model)) {
        code.blank();
        code.list(fmt::format("{} {}(", function.result, function.name), function.parameters, ") noexcept {");
        code.indent(1);
        for (const std::string& line : function.body) code.line(line);
        code.indent(-1);
        code.line("}");
    }
    code.blank();
    code.line("}  // extern \"C\"");
}

std::string c_header_text(const ModelText& model) {
    Code code;
    code.line(fmt::format(
        "// {} for C: the same functions as in {}.h, over memory that the caller owns, aligned to 64 bytes.",
        model.name, model.name));
    code.line("#pragma once");
    code.blank();
    code.line("#include <stddef.h>");
    code.blank();
    code.line("#ifdef __cplusplus");
    code.line("extern \"C\" {");
    code.line("#endif");
    code.blank();
    for (CFunction& function : c_functions(model)) {
        if (function.result == "__SIZE_TYPE__") function.result = "size_t";
        if (function.parameters.empty()) function.parameters.push_back("void");
        if (!function.comment.empty()) code.line("// " + function.comment);
        code.list(fmt::format("{} {}(", function.result, function.name), function.parameters, ");");
    }
    code.blank();
    code.line("#ifdef __cplusplus");
    code.line("}");
    code.line("#endif");
    return code.text();
}

}  // namespace nncc

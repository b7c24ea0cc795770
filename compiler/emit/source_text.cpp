// The C++ source of a model: its tables, kernels, entry functions and C functions.
#include <fmt/format.h>

#include "emit/model_text.h"

namespace nncc {

namespace {

constexpr std::size_t kTableLines = 60;  // longest table in the header comment

void print_table(std::string_view title, const std::vector<std::string>& lines, Code& code) {
    if (lines.empty()) return;
    code.line("//");
    code.line(fmt::format("// {}", title));
    for (std::size_t k = 0; k < lines.size() && k < kTableLines; ++k) code.line("// " + lines[k]);
    if (lines.size() > kTableLines) code.line(fmt::format("//   and {} more", lines.size() - kTableLines));
}

void print_head(const ModelText& model, Code& code) {
    const EmitRequest& request = model.request;
    code.line(fmt::format("// {}, emitted by nncc {} from {}; do not edit.", model.name, comment_text(request.version),
                          comment_text(request.source_name)));
    code.line(fmt::format("// sha256 {}", comment_text(request.source_hash)));
    if (!request.command.empty()) code.line("// " + comment_text(request.command));
    std::vector<std::string> lines;
    for (const StructMember& member : model.weights.members()) {
        lines.push_back(
            fmt::format("{:>9}  {} {}", member.offset, member.path, comment_text(type_text(member.storage->type))));
    }
    print_table("Weights: byte, member, type", lines, code);
    for (const ForwardText& forward : model.forwards) {
        print_table(fmt::format("Arena of Model<{}>::forward, {} bytes{}: range, tensor, type", forward.batch,
                                forward.arena_bytes + forward.local_arena_bytes,
                                forward.local_arena_bytes > 0 ? " on the stack" : ""),
                    forward.body.arena_lines, code);
    }
    if (model.trainer) {
        print_table(fmt::format("Arena of Trainer::step, {} bytes: range, tensor, type", model.trainer->arena_bytes),
                    model.trainer->step.arena_lines, code);
    }
}

std::string_view kind_text(StorageKind kind) {
    switch (kind) {
        case StorageKind::kParam: return "kParam";
        case StorageKind::kState: return "kState";
        case StorageKind::kFit: return "kFit";
        case StorageKind::kStream: return "kStream";
        case StorageKind::kSlot:
        case StorageKind::kCounter:
        case StorageKind::kPacked: break;
    }
    return "kSlot";
}

std::string_view element_text(DType dtype) {
    switch (dtype) {
        case DType::kF32: return "kF32";
        case DType::kF64: return "kF64";
        case DType::kI32: return "kI32";
        case DType::kBool: return "kBool";
    }
    return "kF32";
}

void print_tensors(const StructLayout& layout, std::string_view table, std::string_view type, Code& code) {
    const auto& members = layout.members();
    code.open(fmt::format("const nncc::Tensor {}[{}] = {{", table, std::max<std::size_t>(1, members.size())));
    for (const StructMember& member : members) {
        code.line(
            fmt::format("{{{}, nncc::TensorKind::{}, nncc::ElementType::{}, {}, {{{}}}, __builtin_offsetof({}, {})}},",
                        string_literal(member.storage->name), kind_text(member.storage->kind),
                        element_text(member.storage->type.dtype), member.extents.size(),
                        fmt::join(member.extents, ", "), type, member.path));
    }
    if (members.empty()) code.line("{\"\", nncc::TensorKind::kParam, nncc::ElementType::kF32, 0, {}, 0},");
    code.close("};");
}

void print_function(const std::string& head, const std::vector<std::string>& parameters, const EntryText& body,
                    const Code& before, const Code& after, Code& code) {
    code.blank();
    code.list(head + "(", parameters, ") noexcept {");
    code.append(before);
    code.append(body.code);
    code.append(after);
    code.line("}");
}

// Parameters of a function whose body does not mention them lose their names.
std::vector<std::string> unnamed_where_unused(std::vector<std::string> parameters, const std::string& body) {
    for (std::string& parameter : parameters) {
        const std::size_t space = parameter.rfind(' ');
        if (!uses_word(body, parameter.substr(space + 1))) parameter = parameter.substr(0, space);
    }
    return parameters;
}

Code statements(const std::vector<std::string>& lines) {
    Code code;
    code.indent(1);
    for (const std::string& line : lines) code.line(line);
    return code;
}

void print_weight_functions(const ModelText& model, Code& code) {
    Code before = statements({});
    if (uses_word(model.initialize.code.text(), "seed_word"))
        before.line("const nncc::i32 seed_word = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));");
    if (model.initialize_arena_bytes > 0)
        before.line(fmt::format("alignas(64) unsigned char arena[{}];", model.initialize_arena_bytes));
    const std::string initialize = before.text() + model.initialize.code.text();
    print_function("void initialize", unnamed_where_unused({"Weights& weights", "nncc::u64 seed"}, initialize),
                   model.initialize, before, {}, code);
    print_function("void pack",
                   unnamed_where_unused({"const Weights& weights", "Packed& packed"}, model.pack.code.text()),
                   model.pack, {}, {}, code);
}

// `before` checks what the caller gave.
void print_entry_of_model(const ForwardText& forward, std::string_view name, const std::vector<std::string>& parameters,
                          const EntryText& body, std::int64_t local_arena_bytes, Code before, Code& code) {
    if (local_arena_bytes > 0) before.line(fmt::format("alignas(64) unsigned char arena[{}];", local_arena_bytes));
    const bool fixed = forward.extents.empty();
    const Code after = statements(fixed ? std::vector<std::string>{} : std::vector<std::string>{"return true;"});
    print_function(fmt::format("{} Model<{}>::{}", fixed ? "void" : "bool", forward.batch, name),
                   unnamed_where_unused(parameters, before.text() + body.code.text()), body, before, after, code);
}

Code extent_checks(const ForwardText& forward, const std::set<Dim>& differences, const std::vector<Argument>& inputs,
                   const std::vector<Argument>& outputs) {
    Code code = statements({});
    print_extent_checks(forward.extents, forward.bounds, differences, inputs, outputs, "return false;", code);
    return code;
}

void print_states(const ModelText& model, const ForwardText& forward, Code& code) {
    if (forward.states.members().empty()) return;
    code.blank();
    code.open(fmt::format("void Model<{}>::restart() noexcept {{", forward.batch));
    for (const StructMember& state : forward.states.members()) {
        const Storage& storage = *state.storage;
        const std::string to = fmt::format("flat<{}>(states_.{})", cpp_type(storage.type.dtype), state.path);
        const auto start = model.packed_states.find(storage.name);
        if (start == model.packed_states.end()) {
            code.line(fmt::format("*{} = 0;", to));
            continue;
        }
        const std::string from = packed_pointer("packed_->bytes", start->second, storage.type.dtype, true);
        code.line(fmt::format("nncc::copy({}, {}, {});", from, to, state.elements));
    }
    code.close();
    if (!draws_random_bits(forward)) return;
    code.blank();
    code.open(fmt::format("void Model<{}>::reseed(nncc::u64 seed) noexcept {{", forward.batch));
    code.line(fmt::format("*flat<nncc::i32>(states_.{}) = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));",
                          forward.states.find("seed")->path));
    code.line(fmt::format("*flat<nncc::i32>(states_.{}) = 0;", forward.states.find("step")->path));
    code.close();
}

void print_forward(const ModelText& model, const ForwardText& forward, Code& code) {
    const std::vector<std::string> parameters = forward_parameters(forward);
    const Code forward_checks = extent_checks(forward, forward.differences, forward.inputs, forward.outputs);
    print_entry_of_model(forward, "forward", parameters, forward.body, forward.local_arena_bytes, forward_checks, code);
    if (forward.backward) {
        const BackwardText& backward = *forward.backward;
        print_entry_of_model(forward, "backward", backward_parameters(forward), backward.body,
                             backward.local_arena_bytes,
                             extent_checks(forward, backward.differences, backward.inputs, {}), code);
    }
    print_states(model, forward, code);
    if (forward.process == nullptr) return;
    const ProcessText& process = *forward.process;
    Code checks = extent_checks(forward, process.differences, forward.inputs, forward.outputs);
    if (!process.position.empty())
        checks.line(fmt::format("if (time > {} - streams_.{}) return false;  // steps since reset()", process.limit,
                                process.position));
    print_entry_of_model(forward, "process", parameters, process.body, process.local_arena_bytes, checks, code);
    Code before = statements({});
    if (uses_word(process.reset.code.text(), "seed_word")) before.line("const nncc::i32 seed_word = 0;");
    if (process.reset_arena_bytes > 0)
        before.line(fmt::format("alignas(64) unsigned char arena[{}];", process.reset_arena_bytes));
    print_function(fmt::format("void Model<{}>::reset", forward.batch), {}, process.reset, before, {}, code);
}

// The step count as the graph has it, around an entry that reads or writes it.
void add_step_word(const EntryText& body, bool stores, Code& before, Code& after) {
    if (!uses_word(body.code.text(), "step_word")) return;
    before.line(fmt::format("{}nncc::i32 step_word = static_cast<nncc::i32>(static_cast<nncc::u32>(steps));",
                            stores ? "" : "const "));
    if (stores) after.line("steps = static_cast<nncc::u64>(static_cast<nncc::u32>(step_word));");
}

void print_fit(const TrainerText& trainer, Code& code) {
    Code head = statements({});
    const std::vector<Argument> inputs(trainer.inputs.begin(),
                                       trainer.inputs.begin() + static_cast<std::ptrdiff_t>(trainer.model_inputs));
    print_extent_checks(trainer.extents, trainer.bounds, trainer.differences, inputs, {}, "return;", head);
    head.line("const nncc::i32 fit_rows = rows < 0 ? 0 : rows < kBatch ? rows : kBatch;");
    for (std::size_t sweep = 0; sweep < trainer.fit_sweeps.size(); ++sweep) {
        const std::string condition =
            sweep + 1 < trainer.fit_sweeps.size() ? fmt::format("if (fit_sweep_ == {}) {{", sweep) : std::string("{");
        head.line(sweep == 0 ? condition : "} else " + condition);
        head.append(trainer.fit_sweeps[sweep].code);
    }
    head.line("}");
    head.line("if (!last || ++fit_sweep_ < kFitSweeps) return;");
    head.line("fit_sweep_ = 0;");
    print_function("void Trainer::fit", unnamed_where_unused(fit_parameters(trainer), head.text()), trainer.fit_end,
                   head, {}, code);
}

void print_trainer(const TrainerText& trainer, Code& code) {
    const std::string_view loss = cpp_type(trainer.loss);
    const std::string failure = fmt::format("return {};", literal(__builtin_nan(""), trainer.loss));
    Code before = statements({"seed_ = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));", "steps = 0;"});
    if (!trainer.fit_sweeps.empty()) before.line("fit_sweep_ = 0;");
    print_function("void Trainer::restart", {"const Weights& start", "nncc::u64 seed"}, trainer.restart, before,
                   statements({"weights_ = start;"}), code);
    for (const EntryText* entry : {&trainer.step, &trainer.gradients}) {
        const bool is_step = entry == &trainer.step;
        Code head = statements({}), tail = statements({});
        print_extent_checks(trainer.extents, trainer.bounds, trainer.differences, trainer.inputs, {}, failure, head);
        head.line(fmt::format("{} loss_value = {};", loss, literal(0, trainer.loss)));
        add_step_word(*entry, is_step, head, tail);
        tail.line("return loss_value;");
        std::vector<std::string> parameters = trainer_parameters(trainer);
        if (!is_step) parameters.push_back("Weights& gradient");
        print_function(fmt::format("{} Trainer::{}", loss, is_step ? "step" : "gradients"),
                       unnamed_where_unused(parameters, head.text() + entry->code.text()), *entry, head, tail, code);
    }
    Code head = statements({}), tail = statements({});
    add_step_word(trainer.update, true, head, tail);
    print_function("void Trainer::update",
                   unnamed_where_unused({"const Weights& gradient", "float rate_scale"}, trainer.update.code.text()),
                   trainer.update, head, tail, code);
    if (!trainer.fit_sweeps.empty()) print_fit(trainer, code);
}

}  // namespace

std::string source_text(const ModelText& model, const KernelLibrary& library) {
    Code functions;
    print_tensors(model.weights, "kTensors", "Weights", functions);
    if (has_slot_table(model)) print_tensors(model.slots, "kSlotTensors", "Trainer::Slots", functions);
    print_weight_functions(model, functions);
    for (const ForwardText& forward : model.forwards) print_forward(model, forward, functions);
    if (model.trainer) print_trainer(*model.trainer, functions);
    if (has_selftest(model)) print_selftest(model, functions);

    Code code;
    print_head(model, code);
    if (model.request.strict) {
        code.line(
            "// Strict: each operation is rounded by itself, so that every compiler and machine gets the same bits.");
        code.line("#define NNCC_STRICT");
        code.line("#if defined(__clang__)");
        code.line("#pragma clang fp contract(off)");
        code.line("#elif defined(__GNUC__)");
        code.line("#pragma GCC optimize(\"fp-contract=off\")");
        code.line("#endif");
    }
    code.line(fmt::format("#include \"{}.h\"", file_stem(model)));
    code.blank();
    if (model.request.check_arena) code.line("#include <nncc/arena_check.h>");
    code.line("#include <nncc/kernels.h>");
    if (model.request.time_launches) code.line("#include <nncc/measure.h>");
    if (has_selftest(model)) code.line("#include <nncc/selftest.h>");
    code.blank();
    code.line(fmt::format("namespace {} {{", model.name));
    code.line("namespace {");
    code.blank();
    if (uses_word(functions.text(), "flat")) {
        code.line("// The elements of an array of arrays, one after the other.");
        code.line("template <class T, class Array>");
        code.open("T* flat(Array& array) noexcept {");
        code.line("return reinterpret_cast<T*>(&array);");
        code.close();
        code.blank();
    }
    if (library.size() > 0 || library.has_tables()) {
        code.line("namespace kernels {");
        code.blank();
        library.print(code);
        code.line("}  // namespace kernels");
        code.blank();
    }
    code.line("}  // namespace");
    code.blank();
    code.append(functions);
    code.blank();
    code.line(fmt::format("}}  // namespace {}", model.name));
    code.blank();
    print_c_functions(model, code);
    return code.text();
}

}  // namespace nncc

// The C++ header of a model.
#include <fmt/format.h>

#include <algorithm>

#include "emit/model_text.h"

namespace nncc {

namespace {

void print_summary(const ModelText& model, Code& code) {
    const EmitRequest& request = model.request;
    const std::string summary = comment_text(request.program.summary);
    if (!summary.empty()) code.line("// " + summary);
    code.line(fmt::format("// Emitted by nncc {} from {} (sha256 {}).", comment_text(request.version),
                          comment_text(request.source_name), comment_text(request.source_hash.substr(0, 8))));
    code.line(fmt::format("// {}{}", count_text(model), model.trainer ? "" : " No train block, so no Trainer."));
}

// Of its streams but the count of steps.
std::int64_t cache_bytes(const ProcessText& process) {
    std::int64_t bytes = 0;
    for (const StructMember& member : process.streams.members()) {
        if (member.path != process.position) bytes += member.elements * dtype_bytes(member.storage->type.dtype);
    }
    return bytes;
}

void print_model_class(const ModelText& model, const ForwardText& forward, Code& code) {
    code.line("template <>");
    code.open(fmt::format("class Model<{}> {{  // one per thread{}", forward.batch,
                          forward.arena_bytes > 0 ? ": its arena is inside it" : ""));
    code.indent(-1);
    code.line("  public:");
    code.indent(1);
    const bool streams = forward.process != nullptr, states = !forward.states.members().empty();
    const bool limited = streams && !forward.process->position.empty();
    const std::string cache =
        limited ? fmt::format(" kCacheBytes = {},", cache_bytes(*forward.process)) : std::string();
    code.line(fmt::format("static constexpr int kArenaBytes = {},{} kStackBytes = {};  // the stack is an estimate",
                          forward.arena_bytes, cache, forward.body.stack_bytes));
    std::string start;
    if (states) start += " restart();";
    if (streams) start += " reset();";
    code.line(fmt::format("explicit Model(const Packed& packed) noexcept : packed_(&packed) {{{}{}}}", start,
                          start.empty() ? "" : " "));
    code.line(
        "void use(const Packed& packed) noexcept { packed_ = &packed; }  // same thread as forward; see "
        "nncc::Exchange");
    if (forward.extents.empty()) {
        code.list("void forward(", forward_parameters(forward), ") noexcept;");
    } else {
        code.line(
            "// False, and nothing written, when an extent exceeds its bound, is too short, or a size does not fit.");
        code.list("[[nodiscard]] bool forward(", forward_parameters(forward), ") noexcept;");
    }
    if (forward.backward) {
        code.line("// The derivative of forward by the parameters: the adjoints of its results in, the gradient out.");
        code.list(fmt::format("{} backward(", forward.extents.empty() ? "void" : "[[nodiscard]] bool"),
                  backward_parameters(forward), ") noexcept;");
    }
    if (states) {
        code.line("// What forward keeps from call to call is the Model's own; this is its start, as packed.");
        code.line("void restart() noexcept;");
    }
    if (draws_random_bits(forward)) {
        code.line("// Random bits are a function of the seed and of the number of calls since; 0 at the start.");
        code.line("void reseed(nncc::u64 seed) noexcept;");
    }
    const std::int64_t latency = model.request.program.latency;
    if (limited) {
        code.line(
            fmt::format("// Goes on where the last call ended, by what it keeps of earlier steps, until reset(). {} "
                        "steps in all:",
                        forward.process->limit));
        code.line("// false, and nothing written, when a call would go beyond.");
    } else if (streams) {
        code.line("// Goes on where the last call ended, until reset().");
    }
    if (streams && latency > 0) {
        const std::string steps = latency == 1 ? "step" : fmt::format("{} steps", latency);
        code.line(fmt::format(
            "// Its results are {} late: that for step t is forward's for step t - {}. The first {} mean{} nothing.",
            latency == 1 ? "1 step" : steps, latency, latency == 1 ? "one" : fmt::format("{}", latency),
            latency == 1 ? "s" : ""));
    }
    if (streams) {
        code.list(fmt::format("{} process(", forward.extents.empty() ? "void" : "[[nodiscard]] bool"),
                  forward_parameters(forward), ") noexcept;");
        code.line("void reset() noexcept;");
        code.line(fmt::format("static constexpr int kLatency = {};  // steps that process is late by", latency));
    }
    code.blank();
    code.indent(-1);
    code.line("  private:");
    code.indent(1);
    code.line("const Packed* packed_;");
    if (streams) {
        code.open("struct {");
        forward.process->streams.print(code);
        code.close("} streams_;");
    }
    if (states) {
        code.open("struct {");
        forward.states.print(code);
        code.close("} states_;");
    }
    if (forward.arena_bytes > 0) code.line("alignas(64) unsigned char arena_[kArenaBytes];");
    code.close("};");
}

void print_trainer_class(const ModelText& model, const TrainerText& trainer, Code& code) {
    const std::string note = comment_text(model.request.training);
    const std::string_view loss = cpp_type(trainer.loss);
    const bool fixed = trainer.extents.empty();
    code.open(fmt::format("class Trainer {{  // batch {}{}; arguments: the model's inputs, then the data of the loss",
                          trainer.batch, note.empty() ? "" : ", " + note));
    code.indent(-1);
    code.line("  public:");
    code.indent(1);
    code.line(fmt::format(
        "static constexpr int kBatch = {}, kArenaBytes = {}, kStackBytes = {};  // the stack is an estimate",
        trainer.batch, trainer.arena_bytes, trainer.stack_bytes));
    code.line("Trainer(const Weights& start, nncc::u64 seed) noexcept { restart(start, seed); }");
    code.line("void restart(const Weights& start, nncc::u64 seed) noexcept;");
    if (!trainer.fit_sweeps.empty()) {
        code.line(fmt::format("static constexpr int kFitSweeps = {};  // over all rows, before the first step",
                              trainer.fit_sweeps.size()));
        code.line(
            "// A batch of the sweep at hand, of which `rows` exist; `last`: of this sweep, the next call begins the "
            "next.");
        code.list("void fit(", fit_parameters(trainer), ") noexcept;");
    } else if (fit_obstacle_text(model)) {
        code.line(fmt::format("// No fit(): {}", comment_text(*fit_obstacle_text(model))));
    }
    std::vector<std::string> parameters = trainer_parameters(trainer);
    if (!fixed)
        code.line(
            "// NaN, and nothing written, when an extent exceeds its bound, is too short, or a size does not fit.");
    code.line("// Forward, backward, update: the loss.");
    code.list(fmt::format("{} step(", loss), parameters, ") noexcept;");
    parameters.push_back("Weights& gradient");
    code.list(fmt::format("{} gradients(", loss), parameters, ") noexcept;");
    code.line("// After one's own reduction or clipping; `rate_scale` multiplies the change of every parameter.");
    code.line("void update(const Weights& gradient, float rate_scale = 1.0F) noexcept;");
    code.line("const Weights& weights() const noexcept { return weights_; }");
    code.line("nncc::u64 steps = 0;  // with the weights and the slots: a checkpoint, bit for bit");
    if (has_slot_table(model)) {
        code.open("struct Slots {  // of the optimizer and its schedules");
        model.slots.print(code);
        code.close("};");
        code.line("Slots& slots() noexcept { return slots_; }");
    }
    code.blank();
    code.indent(-1);
    code.line("  private:");
    code.indent(1);
    code.line("Weights weights_;");
    if (has_slot_table(model)) {
        code.line("Slots slots_;");
    } else if (!model.slots.members().empty()) {
        code.open("struct {");
        model.slots.print(code);
        code.close("} slots_;");
    }
    code.line("nncc::i32 seed_ = 0;");
    if (!trainer.fit_sweeps.empty()) code.line("int fit_sweep_ = 0;");
    if (trainer.arena_bytes > 0) code.line("alignas(64) unsigned char arena_[kArenaBytes];");
    code.close("};");
}

}  // namespace

std::string file_stem(const ModelText& model) {
    const std::string& stem = model.request.file_stem;
    const bool plain = std::all_of(stem.begin(), stem.end(), [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' || letter == '.';
    });
    return stem.empty() || !plain ? model.name : stem;
}

std::string header_text(const ModelText& model) {
    Code code;
    print_summary(model, code);
    code.line("#pragma once");
    code.blank();
    code.line("#include <nncc/api.h>  // In, Out, Tensor, u64: no standard header");
    code.blank();
    code.line(fmt::format("namespace {} {{", model.name));
    code.blank();
    code.open(
        "struct alignas(64) Weights {  // what a weight file holds, member path = tensor name; plain memory, yours to "
        "copy");
    model.weights.print(code);
    code.close("};");
    code.line(
        fmt::format("extern const nncc::Tensor kTensors[{}];  // name, kind, extents, offset in Weights: for files, "
                    "freezing, tools",
                    std::max<std::size_t>(1, model.weights.members().size())));
    code.line("void initialize(Weights& weights, nncc::u64 seed) noexcept;");
    code.blank();
    code.open("struct alignas(64) Packed {  // Weights as the kernels read them");
    code.line(fmt::format("unsigned char bytes[{}];", model.packed_bytes));
    code.close("};");
    code.line("void pack(const Weights& weights, Packed& packed) noexcept;");
    if (has_selftest(model)) {
        code.line(
            "// 0, or how many of the embedded vectors differ from what the compiler computed in f64. One thread at a "
            "time.");
        code.line("int selftest() noexcept;");
    }
    code.blank();
    code.line("template <int batch>");
    code.line("class Model;");
    for (const ForwardText& forward : model.forwards) {
        code.blank();
        print_model_class(model, forward, code);
    }
    if (model.trainer) {
        code.blank();
        print_trainer_class(model, *model.trainer, code);
    }
    if (has_slot_table(model)) {
        code.line(fmt::format("extern const nncc::Tensor kSlotTensors[{}];  // offsets in Trainer::Slots",
                              model.slots.members().size()));
    }
    code.blank();
    code.line(fmt::format("}}  // namespace {}", model.name));
    return code.text();
}

}  // namespace nncc

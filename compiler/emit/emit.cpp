// Plans of all entries to the files of a model; over 500 lines: one class, whose entries share layouts and names.
#include "emit/emit.h"

#include <fmt/format.h>

#include <algorithm>

#include "emit/model_text.h"
#include "lowering/diagnostic_kinds.h"
#include "passes/derive_entries.h"
#include "passes/derive_fit.h"

namespace nncc {

namespace {

constexpr std::int64_t kRegisterBytes = 2048;  // room on the stack for spilled registers and return addresses
// The arena of `forward` is an array of the function's own up to here: what one kernel stores and the next loads then
// stays in registers, and the stores go.
constexpr std::int64_t kLocalArenaLimit = 1024;
constexpr std::int64_t kStackArenaLimit = 1 << 20;  // of `initialize`, whose arena lies on the stack

bool is_weight(StorageKind kind) {
    return kind == StorageKind::kParam || kind == StorageKind::kState || kind == StorageKind::kFit;
}
bool is_slot(StorageKind kind) { return kind == StorageKind::kSlot; }

Error missing(const std::string& what) {
    return Error{.kind = &kMissingEntry, .message = what, .hint = {}, .notes = {}, .exit_code = ExitCode::kWrongInput};
}

bool stores(const Graph& graph, std::string_view storage) {
    const std::vector<int> nodes = graph.stores();
    return std::any_of(nodes.begin(), nodes.end(),
                       [&](int node) { return graph.node(node).attributes.text("name") == storage; });
}

void find_differences(const Graph& graph, std::set<Dim>& found) {
    for (const Node& node : graph.nodes()) {
        for (const Type& type : node.types) {
            for (const Dim& extent : type.shape) {
                const std::vector<Dim::Term> terms = extent.terms();
                const bool falls =
                    std::any_of(terms.begin(), terms.end(), [](const auto& t) { return t.coefficient < 0; });
                if (!extent.is_constant() && falls) found.insert(extent);
            }
        }
        if (node.body) find_differences(*node.body, found);
    }
}

class ModelEmitter {
  public:
    explicit ModelEmitter(const EmitRequest& request)
        : request_(request), model_{.request = request}, library_(kernel_scope_, request.strict) {}

    Expected<EmittedFiles> emit() {
        model_.name = mangle(request_.program.name);
        for (const char* name : {"kernels", "kTensors", "kBatch", "kArenaBytes", "kStackBytes"})
            file_scope_.reserve(name);
        if (auto done = lay_out(); !done) return done.error();
        if (auto done = emit_initialize(); !done) return done.error();
        if (auto done = emit_forwards(); !done) return done.error();
        if (entry("step") != nullptr) {
            if (auto done = emit_trainer(); !done) return done.error();
        }
        EmittedFiles files;
        files.cpp_namespace = model_.name;
        files.header = header_text(model_);
        files.source = source_text(model_, library_);
        files.file_stem = file_stem(model_);
        files.c_header = c_header_text(model_);
        files.entries = std::move(statistics_);
        files.strict = request_.strict;
        files.kernel_count = library_.size();
        for (const StructMember& member : model_.weights.members()) {
            if (member.storage->kind == StorageKind::kParam) files.parameter_count += member.elements;
        }
        files.weights_bytes = model_.weights.bytes();
        files.packed_bytes = model_.packed_bytes;
        files.packing = std::move(decisions_);
        files.launches = std::move(launches_);
        return files;
    }

  private:
    const EmitEntry* entry(std::string_view name) const {
        for (const EmitEntry& candidate : request_.entries) {
            if (candidate.name == name) return &candidate;
        }
        return nullptr;
    }

    const Storage* storage(const std::string& name) const { return request_.program.find_storage(name); }

    Expected<> lay_out() {
        std::vector<const Storage*> weights, slots;
        for (const Storage& item : request_.program.storages) {
            if (is_weight(item.kind)) weights.push_back(&item);
            if (is_slot(item.kind)) slots.push_back(&item);
        }
        // A bounded dimension counts with its bound: a parameter owns that much.
        DimBindings dims = request_.program.dims;
        for (const EmitEntry& item : request_.entries) dims.insert(item.dims.begin(), item.dims.end());
        auto weights_layout = StructLayout::make(weights, dims);
        if (!weights_layout) return weights_layout.error();
        auto slots_layout = StructLayout::make(slots, dims);
        if (!slots_layout) return slots_layout.error();
        model_.weights = std::move(*weights_layout);
        model_.slots = std::move(*slots_layout);
        return Nothing{};
    }

    // A pointer into a struct: flat<float>(weights.dense_1.w).
    static std::string flat(const std::string& object, const StructMember& member, bool written) {
        return fmt::format("flat<{}{}>({}.{})", written ? "" : "const ", cpp_type(member.storage->type.dtype), object,
                           member.path);
    }

    void count(const EmitEntry& item, const EntryText& text, std::int64_t arena_bytes) {
        statistics_.push_back({.name = item.name,
                               .batch = item.batch,
                               .kernel_count = text.kernel_count,
                               .arena_bytes = arena_bytes,
                               .stack_bytes = text.stack_bytes + kRegisterBytes});
    }

    EntryBinding checked(EntryBinding binding) const {
        binding.check_arena = request_.check_arena;
        binding.functions = "kernels::";
        return binding;
    }

    void count_launches(const EmitEntry& item, EntryBinding& binding) {
        binding.launches = &launches_;
        binding.time_launches = request_.time_launches;
        binding.launch = {.entry = item.name, .batch = item.batch};
        binding.dims = item.dims;
    }

    // The part of `initialize` that fills Weights.
    Expected<> emit_initialize() {
        const EmitEntry* item = entry("initialize");
        if (item == nullptr) {
            if (model_.weights.members().empty()) return Nothing{};
            return missing("no plan of `initialize` was given");
        }
        auto lowered =
            lower_entry(item->plan, [&](const std::string& name) { return model_.weights.find(name) != nullptr; });
        if (!lowered) return lowered.error();
        EntryBinding binding;
        binding.arena = "arena";
        binding.inputs["seed"] = "&seed_word";
        binding.reserved = {"seed_word"};
        binding.storage = [&](const std::string& name, DType, bool written) {
            return flat("weights", *model_.weights.find(name), written);
        };
        model_.initialize = print_entry(*lowered, checked(binding), library_, file_scope_, 1);
        model_.initialize_arena_bytes = model_.initialize.uses_arena ? item->plan.arena_bytes : 0;
        if (model_.initialize_arena_bytes > kStackArenaLimit) {
            return Error{.kind = &kTooLargeToEmit,
                         .message = fmt::format("`initialize` needs {} bytes of scratch, more than {}",
                                                model_.initialize_arena_bytes, kStackArenaLimit),
                         .hint = {},
                         .notes = {},
                         .exit_code = ExitCode::kWrongInput};
        }
        count(*item, model_.initialize, model_.initialize_arena_bytes);
        return Nothing{};
    }

    // Bound type of a named input, from the plan or, where the plan has dropped it, from the program.
    Expected<Type> input_type(const EmitEntry& item, const std::string& name) const {
        const auto search = [&](const Graph& graph) -> const Node* {
            for (const Node& node : graph.nodes()) {
                if (node.op->name == "input" && node.attributes.text("name") == name) return &node;
            }
            return nullptr;
        };
        const Node* found = search(item.plan.graph);
        for (const char* other : {"forward", "loss", "step", "gradients"}) {
            auto graph = request_.program.entries.find(other);
            if (found == nullptr && graph != request_.program.entries.end()) found = search(graph->second);
        }
        if (found == nullptr) return missing(fmt::format("input `{}` is not in the program", name));
        Type type = found->type();
        for (Dim& extent : type.shape) extent = extent.bind(item.dims);
        return type;
    }

    Expected<std::vector<Argument>> arguments(const EmitEntry& item, const std::vector<std::string>& names,
                                              NameScope& scope) const {
        std::vector<Argument> result;
        for (const std::string& name : names) {
            auto type = input_type(item, name);
            if (!type) return type.error();
            result.push_back({.name = scope.unique(name), .graph_name = name, .type = std::move(*type)});
        }
        return result;
    }

    static void add_extents(const EmitEntry& item, std::vector<std::string>& names, std::vector<std::int64_t>& bounds) {
        for (const auto& [name, binding] : item.dims) {
            if (!binding.bounded) continue;
            names.push_back(mangle(name));
            bounds.push_back(binding.value);
        }
    }

    static NameScope scope_with_extents(const EmitEntry& item) {
        NameScope scope;
        for (const auto& [name, binding] : item.dims) {
            if (binding.bounded) scope.reserve(mangle(name));
        }
        return scope;
    }

    Expected<> emit_forwards() {
        std::vector<const EmitEntry*> items;
        std::vector<LoweredEntry> lowered;
        for (const EmitEntry& item : request_.entries) {
            if (item.name != "forward") continue;
            auto states = states_of(item);
            if (!states) return states.error();
            auto one = lower_entry(item.plan, [&](const std::string& name) { return states->find(name) != nullptr; });
            if (!one) return one.error();
            items.push_back(&item);
            lowered.push_back(std::move(*one));
        }
        if (items.empty()) return missing("no plan of `forward` was given");
        const std::size_t forwards = items.size();
        for (const EmitEntry& item : request_.entries) {
            if (item.name != "process" && item.name != "backward") continue;
            auto one = lower_entry(item.plan, [](const std::string&) { return true; });
            if (!one) return one.error();
            items.push_back(&item);
            lowered.push_back(std::move(*one));
        }
        PackedLayout packed(lowered, request_.pack_panels, !request_.strict);
        decisions_ = packed.decisions();
        if (auto done = emit_pack(packed); !done) return done.error();
        for (std::size_t k = 0; k < forwards; ++k) {
            if (auto done = emit_forward(*items[k], lowered[k], packed); !done) return done.error();
        }
        for (std::size_t k = forwards; k < items.size(); ++k) {
            for (ForwardText& forward : model_.forwards) {
                if (forward.batch != items[k]->batch) continue;
                auto done = items[k]->name == "process" ? emit_process(*items[k], lowered[k], packed, forward)
                                                        : emit_backward(*items[k], lowered[k], packed, forward);
                if (!done) return done.error();
            }
        }
        return Nothing{};
    }

    // What the Model keeps from call to call: states that forward changes, the seed and the count of calls that it
    // draws random bits by.
    Expected<StructLayout> states_of(const EmitEntry& item) const {
        std::vector<const Storage*> kept;
        const std::set<std::string> changed = kept_in_model(item.plan.graph);
        for (const Storage& row : request_.program.storages) {
            if (row.kind != StorageKind::kStream && changed.contains(row.name)) kept.push_back(&row);
        }
        return StructLayout::make(kept, item.dims);
    }

    // The streams of a plan, with their types at its dimensions.
    std::vector<Storage> streams_of(const Graph& graph) const {
        std::map<std::string, Type> types;
        for (const Node& node : graph.nodes()) {
            const bool is_store = node.op->name == "store";
            if (!is_store && node.op->name != "storage") continue;
            const std::string& name = node.attributes.text("name");
            const Storage* known = storage(name);
            if (known == nullptr || known->kind != StorageKind::kStream) continue;
            types.emplace(name, is_store ? graph.type(node.operands[0]) : node.type());
        }
        std::vector<Storage> storages;
        for (const auto& [name, type] : types) storages.push_back({name, StorageKind::kStream, type});
        return storages;
    }

    // `process`, which has the arguments of `forward` and keeps its streams in the Model, and `reset`.
    Expected<> emit_process(const EmitEntry& item, const LoweredEntry& lowered, const PackedLayout& packed,
                            ForwardText& forward) {
        auto process = std::make_shared<ProcessText>();
        process->storages = streams_of(item.plan.graph);
        find_differences(item.plan.graph, process->differences);
        std::vector<const Storage*> rows;
        for (const Storage& row : process->storages) rows.push_back(&row);
        auto layout = StructLayout::make(rows, item.dims);
        if (!layout) return layout.error();
        process->streams = std::move(*layout);
        for (int store : item.plan.graph.stores()) {
            const std::string& name = item.plan.graph.node(store).attributes.text("name");
            if (process->streams.find(name) == nullptr && forward.states.find(name) == nullptr)
                return missing(fmt::format("`process` stores `{}`, which is no stream", name));
        }
        if (const StructMember* position = process->streams.find(request_.program.position)) {
            process->position = position->path;
            process->limit = item.dims.at("time").value;
        }
        EntryBinding binding = binding_of(forward.inputs);
        for (const Argument& output : forward.outputs) {
            binding.outputs[output.graph_name] = output.name + ".data()";
            binding.reserved.push_back(output.name);
        }
        binding.storage = [&](const std::string& name, DType dtype, bool written) {
            const StructMember* stream = process->streams.find(name);
            return stream != nullptr ? flat("streams_", *stream, written)
                                     : storage_of_model(forward, packed, name, dtype, written);
        };
        ModelCall call = call_of(item, lowered, packed, std::move(binding));
        process->body = std::move(call.body);
        process->local_arena_bytes = call.local_arena_bytes;
        forward.arena_bytes = std::max(forward.arena_bytes, call.arena_bytes);
        forward.body.stack_bytes = std::max(forward.body.stack_bytes, process->body.stack_bytes + kRegisterBytes);
        if (auto done = emit_reset(item.batch, *process, forward); !done) return done.error();
        forward.process = std::move(process);
        return Nothing{};
    }

    // An entry that a Model calls: its text, with a small arena on the stack and a larger one in the Model.
    struct ModelCall {
        EntryText body;
        std::int64_t arena_bytes = 0, local_arena_bytes = 0, scratch = 0;
    };
    ModelCall call_of(const EmitEntry& item, const LoweredEntry& lowered, const PackedLayout& packed,
                      EntryBinding binding) {
        ModelCall call;
        call.scratch = scratch_bytes_of(lowered);
        const std::int64_t bytes = call.scratch > 0 ? scratch_offset(item.plan) + call.scratch : item.plan.arena_bytes;
        const bool is_local = bytes <= kLocalArenaLimit;
        binding.arena = is_local ? "arena" : "arena_";
        binding.scratch = fmt::format("{} + {}", binding.arena, scratch_offset(item.plan));
        binding.panels = [&packed](const std::string& key) {
            return packed_pointer("packed_->bytes", *packed.find(key), packed.find(key)->type.dtype, true);
        };
        count_launches(item, binding);
        call.body = print_entry(lowered, checked(std::move(binding)), library_, file_scope_, 1);
        (is_local ? call.local_arena_bytes : call.arena_bytes) = call.body.uses_arena ? bytes : 0;
        call.body.stack_bytes += call.local_arena_bytes;
        count(item, call.body, call.arena_bytes);
        return call;
    }

    // `backward`, which has the inputs of `forward` and an adjoint of each floating output, and fills a gradient.
    Expected<> emit_backward(const EmitEntry& item, const LoweredEntry& lowered, const PackedLayout& packed,
                             ForwardText& forward) {
        BackwardText backward;
        NameScope scope = scope_with_extents(item);
        scope.reserve("gradient");
        for (const Argument& input : forward.inputs) scope.reserve(input.name);
        backward.inputs = forward.inputs;
        for (const Argument& output : forward.outputs) {
            if (!is_floating(output.type.dtype)) continue;
            const std::string name = fmt::format("d {}", output.graph_name);
            backward.inputs.push_back({scope.unique("d_" + output.name), name, output.type});
        }
        find_differences(item.plan.graph, backward.differences);
        EntryBinding binding = binding_of(backward.inputs);
        binding.reserved.emplace_back("gradient");
        bind_gradient(binding);
        binding.storage = [&](const std::string& name, DType dtype, bool written) {
            return storage_of_model(forward, packed, name, dtype, written);
        };
        ModelCall call = call_of(item, lowered, packed, std::move(binding));
        clear_other_gradients(item, call.body.code);
        forward.arena_bytes = std::max(forward.arena_bytes, call.arena_bytes);
        forward.body.stack_bytes = std::max(forward.body.stack_bytes, call.body.stack_bytes + kRegisterBytes);
        backward.local_arena_bytes = call.local_arena_bytes;
        backward.body = std::move(call.body);
        forward.backward = std::move(backward);
        return Nothing{};
    }

    // Streams as `initialize` makes them, with the seed 0 where one is asked for.
    Expected<> emit_reset(std::int64_t batch, ProcessText& process, ForwardText& forward) {
        const auto found = std::find_if(request_.entries.begin(), request_.entries.end(), [&](const EmitEntry& item) {
            return item.name == "reset" && item.batch == batch;
        });
        if (found == request_.entries.end()) return missing("`process` comes with `reset`");
        const auto is_stream = [&](const std::string& name) { return process.streams.find(name) != nullptr; };
        auto lowered = lower_entry(found->plan, is_stream);
        if (!lowered) return lowered.error();
        EntryBinding binding;
        binding.arena = "arena";
        binding.inputs["seed"] = "&seed_word";
        binding.reserved = {"seed_word"};
        binding.storage = [&](const std::string& name, DType, bool written) {
            return flat("streams_", *process.streams.find(name), written);
        };
        process.reset = print_entry(*lowered, checked(binding), library_, file_scope_, 1);
        process.reset_arena_bytes = process.reset.uses_arena ? found->plan.arena_bytes : 0;
        if (process.reset_arena_bytes > kStackArenaLimit) {
            return Error{.kind = &kTooLargeToEmit,
                         .message = fmt::format("`reset` needs {} bytes of scratch, more than {}",
                                                process.reset_arena_bytes, kStackArenaLimit),
                         .hint = {},
                         .notes = {},
                         .exit_code = ExitCode::kWrongInput};
        }
        forward.body.stack_bytes =
            std::max(forward.body.stack_bytes, process.reset.stack_bytes + process.reset_arena_bytes + kRegisterBytes);
        return Nothing{};
    }

    // A state of the Model's own, or what all Models share.
    static std::string storage_of_model(const ForwardText& forward, const PackedLayout& packed, const std::string& name,
                                        DType dtype, bool written) {
        const StructMember* state = forward.states.find(name);
        return state != nullptr ? flat("states_", *state, written)
                                : packed_pointer("packed_->bytes", *packed.find(name), dtype, true);
    }

    Expected<> emit_forward(const EmitEntry& item, const LoweredEntry& lowered, const PackedLayout& packed) {
        ForwardText forward{.batch = item.batch};
        auto states = states_of(item);
        if (!states) return states.error();
        forward.states = std::move(*states);
        for (const StructMember& state : forward.states.members()) {
            if (const PackedItem* start = packed.find(state.storage->name))
                model_.packed_states[state.storage->name] = start->offset;
        }
        NameScope scope = scope_with_extents(item);
        auto inputs = arguments(item, request_.program.inputs, scope);
        if (!inputs) return inputs.error();
        forward.inputs = std::move(*inputs);
        for (const Output& output : item.plan.graph.outputs()) {
            forward.outputs.push_back({.name = scope.unique(output.name),
                                       .graph_name = output.name,
                                       .type = item.plan.graph.type(output.value)});
        }
        add_extents(item, forward.extents, forward.bounds);
        find_differences(item.plan.graph, forward.differences);
        EntryBinding binding = binding_of(forward.inputs);
        for (const Argument& output : forward.outputs) {
            binding.outputs[output.graph_name] = output.name + ".data()";
            binding.reserved.push_back(output.name);
        }
        binding.storage = [&](const std::string& name, DType dtype, bool written) {
            return storage_of_model(forward, packed, name, dtype, written);
        };
        ModelCall call = call_of(item, lowered, packed, std::move(binding));
        forward.body = std::move(call.body);
        forward.arena_bytes = call.arena_bytes;
        forward.local_arena_bytes = call.local_arena_bytes;
        if (call.scratch > 0) {
            const std::int64_t begin = scratch_offset(item.plan);
            forward.body.arena_lines.push_back(
                fmt::format("{:>9} .. {:>9}  scratch of kernels", begin, begin + call.scratch));
        }
        forward.body.stack_bytes += kRegisterBytes;
        if (request_.selftest) forward.selftest = make_selftest(request_, item);
        model_.forwards.push_back(std::move(forward));
        return Nothing{};
    }

    // Kernels' scratch lies behind the tensors of the arena.
    static std::int64_t scratch_offset(const Plan& plan) { return (plan.arena_bytes + 63) / 64 * 64; }

    EntryBinding binding_of(const std::vector<Argument>& inputs) const {
        EntryBinding binding;
        for (const Argument& input : inputs) {
            binding.inputs[input.graph_name] = input.name + ".data()";
            binding.reserved.push_back(input.name);
        }
        for (const auto& item : request_.entries) {
            for (const auto& [name, dim] : item.dims) {
                if (dim.bounded) binding.reserved.push_back(mangle(name));
            }
        }
        return binding;
    }

    static std::string packed_pointer(const std::string& bytes, const PackedItem& item, DType dtype, bool constant) {
        return nncc::packed_pointer(bytes, item.offset, dtype, constant);
    }

    Expected<> emit_pack(PackedLayout& packed) {
        const EmitEntry* item = entry("pack");
        // Storages of which forward reads panels alone are made in scratch first.
        std::map<std::string, PackedItem> scratch;
        for (const auto& [key, panel] : packed.items()) {
            const Storage* source = storage(panel.storage);
            if (source == nullptr) return missing(fmt::format("storage `{}` is not in the program", panel.storage));
            if (!is_weight(source->kind) && source->kind != StorageKind::kPacked) {
                return Error{.kind = &kNotLowered,
                             .message = fmt::format("`forward` reads `{}`, which lives from call to call ({})",
                                                    panel.storage, storage_kind_name(source->kind)),
                             .hint = {},
                             .notes = {},
                             .exit_code = ExitCode::kWrongInput};
            }
            if (!panel.is_panels || source->kind != StorageKind::kPacked || packed.find(panel.storage) != nullptr)
                continue;
            PackedItem raw{.storage = panel.storage, .type = panel.type};
            const auto elements = element_count(panel.type.shape);
            raw.bytes = elements->constant() * dtype_bytes(panel.type.dtype);
            raw.offset =
                scratch.contains(panel.storage) ? scratch[panel.storage].offset : packed.add_scratch(raw.bytes);
            scratch[panel.storage] = std::move(raw);
        }
        const auto find_raw = [&](const std::string& name) -> const PackedItem& {
            const PackedItem* found = packed.find(name);
            return found != nullptr ? *found : scratch.at(name);
        };
        LoweredEntry lowered;
        if (item != nullptr) {
            auto result = lower_entry(item->plan, [&](const std::string& name) {
                return packed.find(name) != nullptr || scratch.contains(name);
            });
            if (!result) return result.error();
            lowered = std::move(*result);
            EntryBinding binding;
            const std::int64_t offset = packed.add_scratch(item->plan.arena_bytes);
            binding.arena = fmt::format("packed.bytes + {}", offset);
            binding.reserved = {};
            binding.storage = [&](const std::string& name, DType dtype, bool written) {
                const StructMember* member = model_.weights.find(name);
                return member != nullptr ? flat("weights", *member, written)
                                         : packed_pointer("packed.bytes", find_raw(name), dtype, !written);
            };
            model_.pack = print_entry(lowered, checked(binding), library_, file_scope_, 1);
            count(*item, model_.pack, 0);
        }
        Code& code = model_.pack.code;
        code.indent(item != nullptr ? 0 : 1);
        for (const auto& [key, target] : packed.items()) {
            const StructMember* member = model_.weights.find(target.storage);
            const std::string to = packed_pointer("packed.bytes", target, target.type.dtype, false);
            if (target.is_panels) {
                const std::string from = member != nullptr ? flat("weights", *member, false)
                                                           : packed_pointer("packed.bytes", find_raw(target.storage),
                                                                            target.type.dtype, true);
                const std::string function =
                    target.winograd > 0
                        ? fmt::format("pack_winograd<{}, {}, {}>", target.winograd, target.k / 9, target.n)
                        : fmt::format("pack_panels<{}, {}>", target.k, target.n);
                code.line(fmt::format("nncc::{}(nncc::Matrix<{}, {}, {}>{{{}{}}}, {});", function,
                                      cpp_type(target.type.dtype), target.row, target.column, from,
                                      target.first == 0 ? "" : fmt::format(" + {}", target.first), to));
            } else if (member != nullptr) {
                code.line(
                    fmt::format("nncc::copy({}, {}, {});", flat("weights", *member, false), to, member->elements));
            }
        }
        model_.packed_bytes = packed.bytes();
        return Nothing{};
    }

    // Storages inside the Trainer.
    std::string trainer_storage(const std::string& name, bool written) const {
        if (const StructMember* member = model_.weights.find(name)) return flat("weights_", *member, written);
        if (const StructMember* member = model_.slots.find(name)) return flat("slots_", *member, written);
        if (name == "seed") return "&seed_";
        NNCC_CHECK(name == "step", "storage `{}` in a training entry", name);
        return "&step_word";
    }

    Expected<EntryText> trainer_entry(const EmitEntry& item, const EntryBinding& binding, int depth = 1) {
        for (int store : item.plan.graph.stores()) {
            const std::string& name = item.plan.graph.node(store).attributes.text("name");
            const Storage* target = storage(name);
            if (target == nullptr || target->kind == StorageKind::kPacked)
                return missing(fmt::format("`{}` stores `{}`, which a Trainer has not", item.name, name));
        }
        auto lowered = lower_entry(item.plan, [](const std::string&) { return true; });
        if (!lowered) return lowered.error();
        EntryBinding timed = checked(binding);
        if (item.name == "step") count_launches(item, timed);
        EntryText text = print_entry(*lowered, timed, library_, file_scope_, depth);
        const std::int64_t arena = text.uses_arena ? item.plan.arena_bytes : 0;
        count(item, text, arena);
        model_.trainer->arena_bytes = std::max(model_.trainer->arena_bytes, arena);
        model_.trainer->stack_bytes = std::max(model_.trainer->stack_bytes, text.stack_bytes + kRegisterBytes);
        return text;
    }

    Expected<> emit_trainer() {
        const EmitEntry& step = *entry("step");
        const EmitEntry* gradients = entry("gradients");
        const EmitEntry* update = entry("update");
        const EmitEntry* initialize = entry("initialize");
        if (gradients == nullptr || update == nullptr || initialize == nullptr)
            return missing("`step` comes with `gradients`, `update` and `initialize`");
        model_.trainer.emplace();
        TrainerText& trainer = *model_.trainer;
        trainer.batch = step.batch;
        NameScope scope = scope_with_extents(step);
        for (const char* name : {"rows", "last", "fit_rows", "rate_scale"}) scope.reserve(name);
        std::vector<std::string> names = request_.program.inputs;
        trainer.model_inputs = names.size();
        for (const std::string& name : request_.program.data) {
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        }
        auto inputs = arguments(step, names, scope);
        if (!inputs) return inputs.error();
        trainer.inputs = std::move(*inputs);
        add_extents(step, trainer.extents, trainer.bounds);
        for (const EmitEntry* item : {&step, gradients}) find_differences(item->plan.graph, trainer.differences);
        for (const Output& output : step.plan.graph.outputs()) {
            if (output.name == "loss") trainer.loss = step.plan.graph.type(output.value).dtype;
        }
        EntryBinding binding = binding_of(trainer.inputs);
        binding.reserved.insert(binding.reserved.end(),
                                {"step_word", "gradient", "rows", "last", "fit_rows", "rate_scale"});
        binding.arena = "arena_";
        binding.outputs["loss"] = "&loss_value";
        binding.storage = [this](const std::string& name, DType, bool written) {
            return trainer_storage(name, written);
        };
        auto step_text = trainer_entry(step, binding);
        if (!step_text) return step_text.error();
        trainer.step = std::move(*step_text);
        EntryBinding with_gradient = binding;
        bind_gradient(with_gradient);
        auto gradients_text = trainer_entry(*gradients, with_gradient);
        if (!gradients_text) return gradients_text.error();
        trainer.gradients = std::move(*gradients_text);
        clear_other_gradients(*gradients, trainer.gradients.code);
        with_gradient.inputs[std::string(kRateScale)] = "&rate_scale";
        auto update_text = trainer_entry(*update, with_gradient);
        if (!update_text) return update_text.error();
        trainer.update = std::move(*update_text);
        trainer.has_update = true;
        if (auto done = emit_fit(binding); !done) return done.error();
        return emit_restart(*initialize);
    }

    // The sweeps of `fit`, each a branch of one function.
    Expected<> emit_fit(EntryBinding binding) {
        TrainerText& trainer = *model_.trainer;
        const EmitEntry* end = entry("fit_end");
        if (end == nullptr) return Nothing{};
        binding.inputs[std::string(kFitRows)] = "&fit_rows";
        std::int64_t stack_bytes = 0;  // all sweeps are one function
        for (int sweep = 1; const EmitEntry* item = entry(fit_sweep_name(sweep)); ++sweep) {
            auto text = trainer_entry(*item, binding, 2);
            if (!text) return text.error();
            stack_bytes += text->stack_bytes + kRegisterBytes;
            trainer.fit_sweeps.push_back(std::move(*text));
        }
        auto text = trainer_entry(*end, binding);
        if (!text) return text.error();
        trainer.fit_end = std::move(*text);
        trainer.stack_bytes = std::max(trainer.stack_bytes, stack_bytes + trainer.fit_end.stack_bytes + kRegisterBytes);
        return Nothing{};
    }

    void bind_gradient(EntryBinding& binding) const {
        for (const StructMember& member : model_.weights.members()) {
            binding.outputs["d " + member.storage->name] = flat("gradient", member, true);
            binding.inputs["d " + member.storage->name] = flat("gradient", member, false);
        }
    }

    // Parameters without a gradient, such as frozen ones, get 0.
    void clear_other_gradients(const EmitEntry& gradients, Code& code) const {
        for (const StructMember& member : model_.weights.members()) {
            const std::string name = "d " + member.storage->name;
            const auto& outputs = gradients.plan.graph.outputs();
            const bool given =
                std::any_of(outputs.begin(), outputs.end(), [&](const Output& output) { return output.name == name; });
            const DType dtype = member.storage->type.dtype;
            if (!given)
                code.line(fmt::format("nncc::fill({}, {}, {});", flat("gradient", member, true), member.elements,
                                      literal(0, dtype)));
        }
    }

    // Slots as `initialize` makes them.
    Expected<> emit_restart(const EmitEntry& initialize) {
        auto lowered =
            lower_entry(initialize.plan, [&](const std::string& name) { return model_.slots.find(name) != nullptr; });
        if (!lowered) return lowered.error();
        EntryBinding binding;
        binding.arena = "arena_";
        binding.inputs["seed"] = "&seed_";
        binding.reserved = {"start"};
        binding.storage = [this](const std::string& name, DType, bool written) {
            return trainer_storage(name, written);
        };
        TrainerText& trainer = *model_.trainer;
        trainer.restart = print_entry(*lowered, checked(binding), library_, file_scope_, 1);
        for (const StructMember& member : model_.slots.members()) {
            const DType dtype = member.storage->type.dtype;
            if (!stores(initialize.plan.graph, member.storage->name)) {
                trainer.restart.code.line(fmt::format("nncc::fill({}, {}, {});", flat("slots_", member, true),
                                                      member.elements, literal(0, dtype)));
            }
        }
        if (trainer.restart.uses_arena)
            trainer.arena_bytes = std::max(trainer.arena_bytes, initialize.plan.arena_bytes);
        return Nothing{};
    }

    const EmitRequest& request_;
    NameScope file_scope_;
    ModelText model_;
    NameScope kernel_scope_;
    KernelLibrary library_;
    std::vector<EmittedEntry> statistics_;
    std::vector<std::string> decisions_;
    std::vector<Launch> launches_;
};

}  // namespace

Expected<EmittedFiles> emit_model(const EmitRequest& request) { return ModelEmitter(request).emit(); }

}  // namespace nncc

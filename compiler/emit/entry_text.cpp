// Plans to statements: pointers named by role, one call per group, copies of what already lies elsewhere.
#include "emit/entry_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "lowering/diagnostic_kinds.h"
#include "lowering/lower.h"

namespace nncc {

namespace {

const std::string& stored_name(const Node& store) { return store.attributes.text("name"); }

// Whether the operand of a store lies in the storage already.
bool lies_in(const Plan& plan, Value value, Place place, const std::string& name) {
    const int buffer = plan.buffer_of[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
    if (buffer < 0) return false;
    const Buffer& found = plan.buffers[static_cast<std::size_t>(buffer)];
    return found.place == place && found.name == name;
}

// A group may also compute what is stored in a storage that this function leaves alone.
void drop_unwanted_stores(const Plan& plan, Kernel& kernel, const std::function<bool(const std::string&)>& wants_store) {
    auto* nests = std::get_if<std::vector<LoopNest>>(&kernel.body);
    if (nests == nullptr) return;
    for (LoopNest& nest : *nests) {
        std::erase_if(nest.stores, [&](const LoopStore& store) {
            const Value value = kernel.parameters[static_cast<std::size_t>(store.parameter)].value;
            const int index = plan.buffer_of[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
            if (index < 0) return false;
            const Buffer& buffer = plan.buffers[static_cast<std::size_t>(index)];
            return buffer.place == Place::kStorage && !wants_store(buffer.name);
        });
    }
}

class EntryPrinter {
  public:
    EntryPrinter(const LoweredEntry& entry, const EntryBinding& binding, KernelLibrary& library, const NameScope& file_scope, int depth)
        : entry_(entry), plan_(*entry.plan), binding_(binding), library_(library), file_scope_(file_scope) {
        text_.code.indent(depth);
        calls_.indent(depth);
        locals_.indent(depth);
    }

    EntryText print() {
        // Functions first: the names of locals must differ from theirs.
        std::vector<EmittedKernel> functions;
        for (const Kernel& kernel : entry_.kernels) functions.push_back(library_.add(kernel));
        scope_ = file_scope_;
        for (const std::string& name : binding_.reserved) scope_.reserve(name);
        find_written();
        for (std::size_t k = 0; k < functions.size(); ++k) {
            check_arena(entry_.groups[k]);
            call(entry_.kernels[k], functions[k]);
        }
        for (int store : entry_.stores) copy_store(plan_.graph.node(store));
        for (int output : entry_.outputs) copy_output(plan_.graph.outputs()[static_cast<std::size_t>(output)]);
        if (binding_.check_arena && text_.uses_arena) {
            calls_.line(fmt::format("nncc::all_alive({}, {});", binding_.arena, plan_.arena_bytes));
        }
        text_.kernel_count = static_cast<int>(functions.size());
        text_.code.append(locals_);
        if (!locals_.text().empty() && !calls_.text().empty()) text_.code.blank();
        text_.code.append(calls_);
        return std::move(text_);
    }

  private:
    const Buffer* buffer_of(Value value) const {
        const int index = plan_.buffer_of[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
        return index < 0 ? nullptr : &plan_.buffers[static_cast<std::size_t>(index)];
    }

    void find_written() {
        for (const Kernel& kernel : entry_.kernels) {
            for (const KernelParameter& parameter : kernel.parameters) {
                const Buffer* buffer = parameter.written && parameter.value ? buffer_of(parameter.value) : nullptr;
                if (buffer != nullptr && buffer->place == Place::kStorage) written_.insert(buffer->name);
            }
        }
        for (int store : entry_.stores) written_.insert(stored_name(plan_.graph.node(store)));
    }

    std::string declare(const std::string& key, const std::string& role, DType dtype, bool constant, const std::string& pointer, const std::string& comment) {
        if (auto found = locals_by_key_.find(key); found != locals_by_key_.end()) return found->second;
        const std::string name = scope_.unique(role);
        locals_.line(fmt::format("{}{}* const {} = {};{}", constant ? "const " : "", cpp_type(dtype), name, pointer, comment.empty() ? "" : "  // " + comment));
        locals_by_key_.emplace(key, name);
        return name;
    }

    std::string storage_pointer(const std::string& name, DType dtype) {
        const bool written = written_.contains(name);
        return declare("storage " + name, name, dtype, !written, binding_.storage(name, dtype, written), "");
    }

    // The pointer to a value's first element.
    std::string pointer_to(Value value, const std::string& role) {
        const Node& node = plan_.graph.node(value);
        const Type& type = node.type(value.result);
        if (node.op->name == "constant") return library_.table(type, full_table(node));
        const Buffer* buffer = buffer_of(value);
        NNCC_CHECK(buffer != nullptr, "node {} `{}` has no buffer", value.node, node.op->name);
        switch (buffer->place) {
            case Place::kInput: return binding_.inputs.at(buffer->name);
            case Place::kOutput: return binding_.outputs.at(buffer->name);
            case Place::kStorage: return storage_pointer(buffer->name, type.dtype);
            case Place::kConstant: return constant_pointer(value);
            case Place::kArena: break;
        }
        text_.uses_arena = true;
        const std::string at = buffer->offset == 0 ? binding_.arena : fmt::format("{} + {}", binding_.arena, buffer->offset);
        const std::string key = fmt::format("arena {} {} {}", buffer - plan_.buffers.data(), buffer->offset, cpp_type(type.dtype));
        if (!locals_by_key_.contains(key)) {
            text_.arena_lines.push_back(fmt::format("{:>9} .. {:>9}  {} {}", buffer->offset, buffer->offset + buffer->bytes, mangle(role), type_text(type)));
        }
        return declare(key, role, type.dtype, false, fmt::format("reinterpret_cast<{}*>({})", cpp_type(type.dtype), at), comment_text(shape_text(type.shape)));
    }

    static std::vector<double> full_table(const Node& constant) {
        std::vector<double> elements = constant.attributes.constant("value").elements;
        const auto count = element_count(constant.type().shape);
        if (elements.size() == 1 && count && count->is_constant()) elements.assign(static_cast<std::size_t>(count->constant()), elements[0]);
        return elements;
    }

    // A reshape of a constant shares the constant's table.
    std::string constant_pointer(Value value) {
        const Node* node = &plan_.graph.node(value);
        while (node->op->name == "reshape") node = &plan_.graph.node(node->operands[0]);
        NNCC_CHECK(node->op->name == "constant", "`{}` in a constant's place", node->op->name);
        return library_.table(node->type(), full_table(*node));
    }

    void call(const Kernel& kernel, const EmittedKernel& function) {
        if (function.text.body.empty()) return;  // every result is empty
        std::vector<std::string> arguments;
        for (const std::string& extent : function.text.extents) arguments.push_back(mangle(extent));
        for (std::size_t k = 0; k < kernel.parameters.size(); ++k) {
            if (std::find(function.text.unused.begin(), function.text.unused.end(), k) != function.text.unused.end()) continue;
            const KernelParameter& parameter = kernel.parameters[k];
            if (!parameter.panels.empty()) {
                arguments.push_back(declare("panels " + parameter.panels, parameter.role, parameter.type.dtype, true, binding_.panels(parameter.panels), "panels"));
            } else if (!parameter.value) {
                arguments.push_back(library_.table(parameter.type, parameter.table));
            } else {
                arguments.push_back(pointer_to(parameter.value, parameter.role));
            }
        }
        calls_.list(function.name + "(", arguments, ");");
        text_.stack_bytes += function.text.stack_bytes;
    }

    // The tensors that are alive while `group` runs: written before or by it, and read by it or after.
    void check_arena(int group) {
        if (!binding_.check_arena || plan_.arena_bytes == 0) return;
        const int launch = static_cast<int>(std::find(plan_.launches.begin(), plan_.launches.end(), group) - plan_.launches.begin());
        std::vector<std::string> alive;
        for (const Buffer& buffer : plan_.buffers) {
            if (buffer.place != Place::kArena || buffer.bytes == 0 || buffer.first > launch || buffer.last < launch) continue;
            alive.push_back(fmt::format("{{{}, {}}}", buffer.offset, buffer.bytes));
        }
        if (alive.empty()) return;
        text_.uses_arena = true;
        calls_.list(fmt::format("nncc::only_alive({}, {}, {{", binding_.arena, plan_.arena_bytes), alive, "});");
    }

    // Writes `value`, which lies elsewhere, to `target`.
    void copy(Value value, const std::string& target) {
        const Node& node = plan_.graph.node(value);
        const Type& type = node.type(value.result);
        const auto count = element_count(type.shape);
        NNCC_CHECK(count.has_value());
        const std::string size = dim_text(*count, false);
        if (node.op->name == "extent") {
            calls_.line(fmt::format("{}[0] = static_cast<{}>({});", target, cpp_type(type.dtype), mangle(node.attributes.text("dimension"))));
        } else if (node.op->name == "constant" && node.attributes.constant("value").elements.size() == 1) {
            calls_.line(fmt::format("nncc::fill({}, {}, {});", target, size, literal(node.attributes.constant("value").elements[0], type.dtype)));
        } else {
            calls_.line(fmt::format("nncc::copy({}, {}, {});", pointer_to(value, node.origin.name.empty() ? "value" : node.origin.name), target, size));
        }
    }
    void copy_store(const Node& store) { copy(store.operands[0], storage_pointer(stored_name(store), plan_.graph.type(store.operands[0]).dtype)); }
    void copy_output(const Output& output) { copy(output.value, binding_.outputs.at(output.name)); }

    const LoweredEntry& entry_;
    const Plan& plan_;
    const EntryBinding& binding_;
    KernelLibrary& library_;
    const NameScope& file_scope_;
    NameScope scope_;
    EntryText text_;
    Code locals_, calls_;
    std::map<std::string, std::string> locals_by_key_;
    std::set<std::string> written_;
};

}  // namespace

Expected<LoweredEntry> lower_entry(const Plan& plan, const std::function<bool(const std::string&)>& wants_store) {
    LoweredEntry entry;
    entry.plan = &plan;
    std::vector<bool> needed(static_cast<std::size_t>(plan.graph.size()), false);
    const auto need = [&](Value value) { needed[static_cast<std::size_t>(value.node)] = true; };
    for (const Output& output : plan.graph.outputs()) need(output.value);
    for (int store : plan.graph.stores()) {
        const Node& node = plan.graph.node(store);
        if (!wants_store(stored_name(node))) continue;
        need(node.operands[0]);
        if (!lies_in(plan, node.operands[0], Place::kStorage, stored_name(node))) entry.stores.push_back(store);
    }
    for (int node = plan.graph.size(); node-- > 0;) {
        if (!needed[static_cast<std::size_t>(node)]) continue;
        for (Value operand : plan.graph.node(node).operands) need(operand);
    }
    for (std::size_t k = 0; k < plan.graph.outputs().size(); ++k) {
        const Output& output = plan.graph.outputs()[k];
        if (!lies_in(plan, output.value, Place::kOutput, output.name)) entry.outputs.push_back(static_cast<int>(k));
    }
    for (int group : plan.launches) {
        if (!needed[static_cast<std::size_t>(group)]) continue;
        for (const Type& type : plan.graph.node(group).types) {
            const auto count = element_count(type.shape);
            if (!count || (count->is_constant() && count->constant() > 2147483647)) {
                return Error{.kind = &kTooLargeToEmit,
                             .message = fmt::format("{}: {} has more than 2147483647 elements", plan.graph.node(group).origin.place, type_text(type)),
                             .hint = {},
                             .notes = {},
                             .exit_code = ExitCode::kWrongInput};
            }
        }
        auto kernel = lower_group(plan, group);
        if (!kernel) return kernel.error();
        drop_unwanted_stores(plan, *kernel, wants_store);
        entry.groups.push_back(group);
        entry.kernels.push_back(std::move(*kernel));
    }
    return entry;
}

EntryText print_entry(const LoweredEntry& entry, const EntryBinding& binding, KernelLibrary& library, const NameScope& file_scope, int depth) {
    return EntryPrinter(entry, binding, library, file_scope, depth).print();
}

}  // namespace nncc

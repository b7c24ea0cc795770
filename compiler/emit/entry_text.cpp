// Plans to statements: pointers named by role, one call per group, copies of what already lies elsewhere.
#include "emit/entry_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "lowering/work.h"
#include "passes/scan_body.h"
#include "passes/scan_builder.h"

namespace nncc {

namespace {

// The functions of an entry and of the steps of its scans.
using EntryFunctions = std::map<const LoweredEntry*, std::vector<EmittedKernel>>;

// A kernel that only fills a tensor with one number, or copies one: a call of the runtime, no function of its own.
struct PlainKernel {
    int from = -1;  // parameter; -1: filled
    int to = -1;
    Dim count;
    double fill = 0;
};

bool is_alias(const LoopValue& value) {
    if (value.kind != LoopValue::Kind::kOp || value.operands.size() != 1) return false;
    const auto* lowering = std::get_if<ElementwiseLowering>(&value.op->lowering);
    return lowering != nullptr && (lowering->expression == "{0}" || value.op->name == "cast");
}

bool is_contiguous(const IndexMap& map) {
    return map.offset.is_constant(0) &&
           (map.strides.empty() || (map.strides.size() == 1 && map.strides[0].is_constant(1)));
}

std::optional<PlainKernel> as_plain(const Kernel& kernel) {
    const auto* nests = std::get_if<std::vector<LoopNest>>(&kernel.body);
    if (nests == nullptr || nests->size() != 1) return std::nullopt;
    const LoopNest& nest = nests->front();
    if (nest.stores.size() != 1 || nest.axes.size() > 1 || !is_contiguous(nest.stores[0].map)) return std::nullopt;
    if (!nest.axes.empty() && nest.axes[0].reduced) return std::nullopt;
    PlainKernel plain{.to = nest.stores[0].parameter, .count = nest.axes.empty() ? Dim(1) : nest.axes[0].extent};
    const DType dtype = kernel.parameters[static_cast<std::size_t>(plain.to)].type.dtype;
    const LoopValue* value = &nest.values[static_cast<std::size_t>(nest.stores[0].value)];
    while (is_alias(*value) && value->dtype == nest.values[static_cast<std::size_t>(value->operands[0])].dtype)
        value = &nest.values[static_cast<std::size_t>(value->operands[0])];
    if (value->dtype != dtype) return std::nullopt;
    if (value->kind == LoopValue::Kind::kConstant) {
        plain.fill = value->constant;
        return plain;
    }
    if (value->kind != LoopValue::Kind::kLoad || !is_contiguous(value->map)) return std::nullopt;
    // A scalar that is spread is no copy.
    if (nest.axes.size() != value->map.strides.size()) return std::nullopt;
    plain.from = value->parameter;
    return plain;
}

void add_functions(const LoweredEntry& entry, KernelLibrary& library, std::string_view name,
                   EntryFunctions& functions) {
    for (std::size_t k = 0; k < entry.kernels.size(); ++k) {
        const Kernel& kernel = entry.kernels[k];
        functions[&entry].push_back(as_plain(kernel) ? EmittedKernel{} : library.add(kernel, name));
        if (entry.scans[k]) add_functions(*entry.scans[k], library, name, functions);
    }
}

class EntryPrinter {
  public:
    // Locals stand at the head of the function, also those of the steps of a scan.
    EntryPrinter(const LoweredEntry& entry, const EntryBinding& binding, const EntryFunctions& functions,
                 KernelLibrary& library, NameScope& scope, int locals_depth, int depth)
        : entry_(entry),
          plan_(*entry.plan),
          binding_(binding),
          functions_(functions),
          library_(library),
          scope_(scope),
          locals_depth_(locals_depth),
          depth_(depth) {
        text_.code.indent(depth);
        calls_.indent(depth);
        locals_.indent(locals_depth);
    }

    void print_launches() {
        const auto found = functions_.find(&entry_);
        const std::vector<EmittedKernel> functions =
            found == functions_.end() ? std::vector<EmittedKernel>{} : found->second;
        find_written();
        for (std::size_t k = 0; k < functions.size(); ++k) {
            check_arena(entry_.groups[k]);
            if (entry_.scans[k]) {
                scan(entry_.groups[k], *entry_.scans[k]);
                continue;
            }
            call(entry_.kernels[k], functions[k]);
            const bool is_plain = as_plain(entry_.kernels[k]).has_value();
            if (is_plain || !functions[k].text.body.empty())
                mark(entry_.groups[k], entry_.kernels[k], is_plain ? "fill or copy" : functions[k].name);
        }
        for (int store : entry_.stores) copy_store(plan_.graph.node(store));
        for (int output : entry_.outputs) copy_output(plan_.graph.outputs()[static_cast<std::size_t>(output)]);
        if (binding_.check_arena && text_.uses_arena) {
            calls_.line(fmt::format("nncc::all_alive({}, {});", binding_.arena, plan_.arena_bytes));
        }
        for (const EmittedKernel& function : functions) text_.kernel_count += function.name.empty() ? 0 : 1;
    }

    EntryText print() {
        if (binding_.time_launches) calls_.line("nncc::begin_launches();");
        print_launches();
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
        for (std::size_t k = 0; k < entry_.groups.size(); ++k) {
            if (!entry_.scans[k]) continue;
            for (int index : plan_.buffer_of[static_cast<std::size_t>(entry_.groups[k])]) {
                const Buffer& buffer = plan_.buffers[static_cast<std::size_t>(index)];
                if (buffer.place == Place::kStorage) written_.insert(buffer.name);
            }
        }
        for (int store : entry_.stores) written_.insert(stored_name(plan_.graph.node(store)));
    }

    std::string declare(const std::string& key, const std::string& role, DType dtype, bool constant,
                        const std::string& pointer, const std::string& comment) {
        if (auto found = locals_by_key_.find(key); found != locals_by_key_.end()) return found->second;
        const std::string name = scope_.unique(role);
        locals_.line(fmt::format("{}{}* const {} = {};{}", constant ? "const " : "", cpp_type(dtype), name, pointer,
                                 comment.empty() ? "" : "  // " + comment));
        locals_by_key_.emplace(key, name);
        return name;
    }

    std::string storage_pointer(const std::string& name, DType dtype) {
        const bool written = written_.contains(name);
        if (binding_.is_step) return binding_.storage(name, dtype, written);
        return declare("storage " + name, name, dtype, !written, binding_.storage(name, dtype, written), "");
    }

    // The pointer to a value's first element.
    std::string pointer_to(Value value, const std::string& role) {
        const Node& node = plan_.graph.node(value);
        const Type& type = node.type(value.result);
        if (node.op->name == "constant") return binding_.functions + library_.table(type, full_table(node));
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
        const std::string at =
            buffer->offset == 0 ? binding_.arena : fmt::format("{} + {}", binding_.arena, buffer->offset);
        const std::string key =
            fmt::format("arena {} {} {}", buffer - plan_.buffers.data(), buffer->offset, cpp_type(type.dtype));
        if (!locals_by_key_.contains(key)) {
            text_.arena_lines.push_back(fmt::format("{:>9} .. {:>9}  {} {}", buffer->offset,
                                                    buffer->offset + buffer->bytes, mangle(role), type_text(type)));
        }
        // Steps of a scan whose values have no elements have no arena.
        const std::string pointer =
            at.empty() ? "nullptr" : fmt::format("reinterpret_cast<{}*>({})", cpp_type(type.dtype), at);
        return declare(key, role, type.dtype, false, pointer, comment_text(shape_text(type.shape)));
    }

    static std::vector<double> full_table(const Node& constant) {
        std::vector<double> elements = constant.attributes.constant("value").elements;
        const auto count = element_count(constant.type().shape);
        if (elements.size() == 1 && count && count->is_constant())
            elements.assign(static_cast<std::size_t>(count->constant()), elements[0]);
        return elements;
    }

    // A reshape of a constant shares the constant's table.
    std::string constant_pointer(Value value) {
        const Node* node = &plan_.graph.node(value);
        while (node->op->name == "reshape") node = &plan_.graph.node(node->operands[0]);
        NNCC_CHECK(node->op->name == "constant", "`{}` in a constant's place", node->op->name);
        return binding_.functions + library_.table(node->type(), full_table(*node));
    }

    std::string argument(const KernelParameter& parameter) {
        if (!parameter.value) return binding_.functions + library_.table(parameter.type, parameter.table);
        return pointer_to(parameter.value, parameter.role);
    }

    void call_plain(const Kernel& kernel, const PlainKernel& plain) {
        const KernelParameter& to = kernel.parameters[static_cast<std::size_t>(plain.to)];
        const std::string target = argument(to), count = dim_text(plain.count, false);
        if (plain.from < 0) {
            calls_.line(fmt::format("nncc::fill({}, {}, {});", target, count, literal(plain.fill, to.type.dtype)));
        } else {
            const std::string from = argument(kernel.parameters[static_cast<std::size_t>(plain.from)]);
            if (from != target) calls_.line(fmt::format("nncc::copy({}, {}, {});", from, target, count));
        }
    }

    void call(const Kernel& kernel, const EmittedKernel& function) {
        if (std::optional<PlainKernel> plain = as_plain(kernel)) return call_plain(kernel, *plain);
        if (function.text.body.empty()) return;  // every result is empty
        std::vector<std::string> arguments;
        for (const std::string& extent : function.text.extents) arguments.push_back(mangle(extent));
        for (std::size_t k = 0; k < kernel.parameters.size(); ++k) {
            if (std::find(function.text.unused.begin(), function.text.unused.end(), k) != function.text.unused.end())
                continue;
            const KernelParameter& parameter = kernel.parameters[k];
            if (parameter.scratch_bytes > 0) {
                text_.uses_arena = true;
                arguments.push_back(
                    declare("scratch", parameter.role, parameter.type.dtype, false,
                            fmt::format("reinterpret_cast<{}*>({})", cpp_type(parameter.type.dtype), binding_.scratch),
                            "of the kernels"));
            } else if (!parameter.panels.empty()) {
                arguments.push_back(declare("panels " + parameter.panels, parameter.role, parameter.type.dtype, true,
                                            binding_.panels(parameter.panels), "panels"));
            } else {
                arguments.push_back(argument(parameter));
            }
        }
        calls_.list(fmt::format("{}{}(", binding_.functions, function.name), arguments, ");");
        text_.stack_bytes += function.text.stack_bytes;
    }

    void mark(int group, const Kernel& kernel, const std::string& name) {
        if (binding_.launches == nullptr) return;
        const KernelWork work = work_of(kernel, binding_.dims);
        const Origin& origin = plan_.graph.node(group).origin;
        Launch launch = binding_.launch;
        launch.name = name;
        if (!origin.place.empty()) launch.origin = fmt::format("{}  {}", origin.place, origin.expression);
        launch.bytes = work.bytes * launch.runs;
        launch.operations = work.operations * launch.runs;
        if (binding_.time_launches) calls_.line(fmt::format("nncc::end_launch({});", binding_.launches->size()));
        binding_.launches->push_back(std::move(launch));
    }

    bool same_memory(Value a, Value b) const {
        const Buffer* x = buffer_of(a);
        const Buffer* y = buffer_of(b);
        if (x == y) return true;
        return x != nullptr && y != nullptr && x->place == Place::kArena && y->place == Place::kArena &&
               x->offset == y->offset;
    }

    // Carries get their initial values, then the steps run one by one.
    void scan(int group, const LoweredEntry& steps) {
        const Node& node = plan_.graph.node(group);
        const Node& scan_node = scan_in(node);
        const ScanRoles roles = roles_of(scan_node);
        const ScanPlan& plan = *plan_.scans.at(group);
        const std::string t = scope_.unique("t");
        const auto at_step = [&](const std::string& pointer, const Type& step) {
            const auto count = element_count(step.shape);
            NNCC_CHECK(count.has_value());
            if (count->is_constant(0)) return pointer;
            return count->is_constant(1) ? fmt::format("{} + {}", pointer, t)
                                         : fmt::format("{} + {} * {}", pointer, dim_text(*count, true), t);
        };
        const Graph& body = plan.plan.graph;
        EntryBinding inner;
        inner.is_step = true;
        inner.functions = binding_.functions;
        inner.panels = binding_.panels;
        inner.scratch = binding_.scratch;
        inner.launches = binding_.launches;
        inner.time_launches = binding_.time_launches;
        inner.launch = binding_.launch;
        inner.dims = binding_.dims;
        std::map<std::string, std::string> carries;
        Dim count;
        for (std::size_t k = 0; k < scan_node.operands.size(); ++k) {
            const Value operand = scan_operand(node, k);
            const std::string& name = plan.operands[k];
            Type type = plan_.graph.type(operand);
            if (roles.is_carry(k)) {
                const Value last{group, static_cast<int>(roles.yields + k - roles.sequences)};
                carries[name] = pointer_to(last, name);
                if (!same_memory(operand, last)) copy(operand, carries[name]);
                continue;
            }
            if (roles.is_sequence(k)) {
                count = type.shape[0];
                type.shape.erase(type.shape.begin());
            }
            if (!reads_input(body, name)) continue;
            const std::string pointer = pointer_to(
                operand, plan_.graph.node(operand).origin.name.empty() ? name : plan_.graph.node(operand).origin.name);
            inner.inputs[name] = roles.is_sequence(k) ? at_step(pointer, type) : pointer;
        }
        for (std::size_t k = 0; k < roles.yields; ++k) {
            const Type type = plan.plan.graph.type(plan.plan.graph.outputs()[k].value);
            inner.outputs[plan.yields[k]] = at_step(pointer_to({group, static_cast<int>(k)}, plan.yields[k]), type);
        }
        inner.storage = [&](const std::string& name, DType, bool) { return carries.at(name); };
        if (plan.arena >= 0) {
            const Buffer& arena = plan_.buffers[static_cast<std::size_t>(plan.arena)];
            inner.arena = arena.offset == 0 ? binding_.arena : fmt::format("{} + {}", binding_.arena, arena.offset);
        }
        const double times = static_cast<double>(count.bind(binding_.dims).bound(binding_.dims).value_or(1));
        inner.launch.runs = binding_.launch.runs * times;
        EntryPrinter printer(steps, inner, functions_, library_, scope_, locals_depth_, depth_ + 1);
        printer.print_launches();
        if (printer.calls_.text().empty()) return;
        if (!node.origin.place.empty())
            calls_.line("// " + comment_text(fmt::format("{}  {}", node.origin.place, node.origin.expression)));
        const std::string last =
            count.is_constant() ? fmt::format("{}", count.constant() - 1) : dim_text(count, true) + " - 1";
        if (roles.reverse) calls_.open(fmt::format("for (int {0} = {1}; {0} >= 0; --{0}) {{", t, last));
        else calls_.open(fmt::format("for (int {0} = 0; {0} < {1}; ++{0}) {{", t, dim_text(count, true)));
        calls_.append(printer.calls_);
        calls_.close();
        locals_.append(printer.locals_);
        text_.stack_bytes += printer.text_.stack_bytes;
        text_.kernel_count += printer.text_.kernel_count;
        text_.uses_arena = text_.uses_arena || printer.text_.uses_arena;
        for (const std::string& line : printer.text_.arena_lines) text_.arena_lines.push_back(line + ", in each step");
    }

    static bool reads_input(const Graph& body, const std::string& name) {
        return std::any_of(body.nodes().begin(), body.nodes().end(), [&](const Node& node) {
            return node.op->name == "input" && node.attributes.text("name") == name;
        });
    }

    // The tensors that are alive while `group` runs: written before or by it, and read by it or after.
    void check_arena(int group) {
        if (!binding_.check_arena || plan_.arena_bytes == 0) return;
        const int launch =
            static_cast<int>(std::find(plan_.launches.begin(), plan_.launches.end(), group) - plan_.launches.begin());
        std::vector<std::string> alive;
        for (const Buffer& buffer : plan_.buffers) {
            if (buffer.place != Place::kArena || buffer.bytes == 0 || buffer.first > launch || buffer.last < launch)
                continue;
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
            calls_.line(fmt::format("{}[0] = static_cast<{}>({});", target, cpp_type(type.dtype),
                                    mangle(node.attributes.text("dimension"))));
        } else if (node.op->name == "constant" && node.attributes.constant("value").elements.size() == 1) {
            calls_.line(fmt::format("nncc::fill({}, {}, {});", target, size,
                                    literal(node.attributes.constant("value").elements[0], type.dtype)));
        } else {
            calls_.line(fmt::format("nncc::copy({}, {}, {});",
                                    pointer_to(value, node.origin.name.empty() ? "value" : node.origin.name), target,
                                    size));
        }
    }
    void copy_store(const Node& store) {
        copy(store.operands[0], storage_pointer(stored_name(store), plan_.graph.type(store.operands[0]).dtype));
    }
    void copy_output(const Output& output) { copy(output.value, binding_.outputs.at(output.name)); }

    const LoweredEntry& entry_;
    const Plan& plan_;
    const EntryBinding& binding_;
    const EntryFunctions& functions_;
    KernelLibrary& library_;
    NameScope& scope_;
    int locals_depth_, depth_;
    EntryText text_;
    Code locals_, calls_;
    std::map<std::string, std::string> locals_by_key_;
    std::set<std::string> written_;
};

}  // namespace

EntryText print_entry(const LoweredEntry& entry, const EntryBinding& binding, KernelLibrary& library,
                      const NameScope& file_scope, int depth) {
    EntryFunctions functions;
    add_functions(entry, library, entry.plan->graph.name(), functions);
    NameScope scope = file_scope;
    for (const std::string& name : binding.reserved) scope.reserve(name);
    return EntryPrinter(entry, binding, functions, library, scope, depth, depth).print();
}

}  // namespace nncc

// ScanBuilder: sequences, carries and captured values to a `scan` node in normal form.
#include "passes/scan_builder.h"

#include <algorithm>

#include "graph/constants.h"
#include "ops/build.h"
#include "ops/record.h"
#include "passes/node_kinds.h"

namespace nncc {
namespace {

Axes to_front(std::int64_t axis, int rank) {
    Axes permutation{axis};
    for (std::int64_t k = 0; k < rank; ++k) {
        if (k != axis) permutation.push_back(k);
    }
    return permutation;
}

Axes from_front(std::int64_t axis, int rank) {
    Axes permutation;
    for (std::int64_t k = 1; k < rank; ++k) permutation.push_back(k);
    permutation.insert(permutation.begin() + axis, 0);
    return permutation;
}

// Moving axes of extent 1 about moves no element.
Value move_axes(GraphBuilder& builder, Value value, const Axes& permutation) {
    const Shape from = builder.type(value).shape;
    Shape to;
    std::int64_t last = -1;
    bool in_order = true;
    for (std::int64_t axis : permutation) {
        const Dim& extent = from[static_cast<std::size_t>(axis)];
        to.push_back(extent);
        if (extent.is_constant(1)) continue;
        in_order = in_order && axis > last;
        last = axis;
    }
    return in_order ? reshape(builder, value, to) : transpose(builder, value, permutation);
}

Type step_type(Type type) {
    type.shape.erase(type.shape.begin());
    return type;
}

Type stacked_type(Type type, const Dim& steps) {
    type.shape.insert(type.shape.begin(), steps);
    return type;
}

Value argument(GraphBuilder& builder, std::size_t index, const Type& type, const Origin& origin) {
    return builder.add("argument", {}, {{"index", static_cast<std::int64_t>(index)}, {"type", type}}, origin);
}

}  // namespace

bool is_scan(const Node& node) { return node.op->name == "scan"; }

bool has_scan(const Graph& graph) {
    return std::any_of(graph.nodes().begin(), graph.nodes().end(), [](const Node& node) { return is_scan(node); });
}

ScanRoles roles_of(const Node& scan) {
    ScanRoles roles;
    roles.sequences = static_cast<std::size_t>(scan.attributes.integer("sequences"));
    roles.carries = static_cast<std::size_t>(scan.attributes.integer("carries"));
    roles.yields = scan.body->outputs().size() - roles.carries;
    roles.axis = scan.attributes.integer("axis");
    roles.reverse = scan.attributes.flag("reverse");
    return roles;
}

std::vector<Origin> argument_origins(const Node& scan) {
    std::vector<Origin> origins(scan.operands.size());
    for (const Node& node : scan.body->nodes()) {
        if (node.op->name == "argument")
            origins[static_cast<std::size_t>(node.attributes.integer("index"))] = node.origin;
    }
    return origins;
}

Dim steps_of(const GraphBuilder& builder, const Node& scan, const std::vector<Value>& operands) {
    return builder.type(operands[0]).shape[static_cast<std::size_t>(scan.attributes.integer("axis"))];
}

std::vector<Value> operands_along_first(GraphBuilder& builder, const Node& scan, std::vector<Value> operands) {
    const ScanRoles roles = roles_of(scan);
    for (std::size_t k = 0; k < roles.sequences; ++k) {
        operands[k] = move_axes(builder, operands[k], to_front(roles.axis, builder.type(operands[k]).rank()));
    }
    return operands;
}

Value yield_along_axis(GraphBuilder& builder, const Node& scan, Value stacked) {
    return move_axes(builder, stacked, from_front(roles_of(scan).axis, builder.type(stacked).rank()));
}

Value yield_along_first(GraphBuilder& builder, const Node& scan, Value stacked) {
    return move_axes(builder, stacked, to_front(roles_of(scan).axis, builder.type(stacked).rank()));
}

ScanBuilder::ScanBuilder(GraphBuilder& outer, Dim steps, bool reverse)
    : outer_(outer), steps_(std::move(steps)), reverse_(reverse) {}

Value ScanBuilder::add_argument(Role role, Value outer, const Type& type, const Origin& origin) {
    const Origin& own = origin == Origin{} ? outer_.node(outer).origin : origin;
    const Value inner = argument(body_, arguments_.size(), type, own);
    arguments_.push_back({role, outer, inner, {}, false});
    return inner;
}

Value ScanBuilder::sequence(Value outer, const Origin& origin) {
    for (const Argument& known : arguments_) {
        if (known.role == Role::kSequence && known.outer == outer) return known.inner;
    }
    const Type type = outer_.type(outer);
    NNCC_CHECK(type.rank() > 0 && type.shape[0] == steps_, "a sequence {} of {} steps", type_text(type), steps_.text());
    if (std::optional<double> value = splat_value(outer_, outer)) return splat(body_, *value, step_type(type));
    return add_argument(Role::kSequence, outer, step_type(type), origin);
}

Value ScanBuilder::captured(Value outer, const Origin& origin) {
    for (const Argument& known : arguments_) {
        if (known.role == Role::kCaptured && known.outer == outer) return known.inner;
    }
    const Node& node = outer_.node(outer);
    if (std::optional<double> value = splat_value(outer_, outer)) return splat(body_, *value, outer_.type(outer));
    if (node.op->name == "extent") return body_.add(*node.op, {}, node.attributes, node.origin);
    return add_argument(Role::kCaptured, outer, outer_.type(outer), origin);
}

Value ScanBuilder::carry(Value initial, const Origin& origin) {
    return add_argument(Role::kCarry, initial, outer_.type(initial), origin);
}

ScanBuilder::Argument* ScanBuilder::argument_of(Value inner) {
    for (Argument& known : arguments_) {
        if (known.inner == inner) return &known;
    }
    return nullptr;
}

void ScanBuilder::update(Value carry, Value next) {
    Argument* known = argument_of(carry);
    NNCC_CHECK(known != nullptr && known->role == Role::kCarry && body_.type(next) == body_.type(carry));
    known->next = next;
}

int ScanBuilder::yield(Value inner) {
    const int known = yield_index(inner);
    if (known >= 0) return known;
    yields_.push_back(inner);
    return static_cast<int>(yields_.size()) - 1;
}

int ScanBuilder::yield_index(Value inner) const {
    const auto found = std::find(yields_.begin(), yields_.end(), inner);
    return found == yields_.end() ? -1 : static_cast<int>(found - yields_.begin());
}

std::vector<std::vector<Value>> ScanBuilder::copy_body(const Node& scan, const std::vector<Value>& arguments) {
    return inline_graph(
        body_, *scan.body,
        [&](const Node& node) -> std::optional<std::vector<Value>> {
            if (node.op->name != "argument") return std::nullopt;
            return std::vector<Value>{arguments[static_cast<std::size_t>(node.attributes.integer("index"))]};
        },
        false);
}

// What each step yields without computing it: a sequence that is there, or the same value at every step.
std::optional<Value> ScanBuilder::yielded_outside(Value inner) {
    const Type stacked = stacked_type(body_.type(inner), steps_);
    if (std::optional<double> value = splat_value(body_, inner)) return splat(outer_, *value, stacked);
    const Argument* known = argument_of(inner);
    if (known == nullptr || known->role == Role::kCarry) return std::nullopt;
    if (known->role == Role::kSequence) return known->outer;
    Axes axes;
    for (std::int64_t k = 1; k < stacked.rank(); ++k) axes.push_back(k);
    return broadcast_to(outer_, known->outer, stacked.shape, axes);
}

void ScanBuilder::find_used(const std::vector<Value>& yields, const std::vector<bool>& wants_last) {
    std::vector<bool> live(at(body_.size()), false);
    const auto mark = [&](Value root) {
        if (live[at(root.node)]) return;
        live[at(root.node)] = true;
        for (int index = root.node; index >= 0; --index) {
            if (!live[at(index)]) continue;
            for (Value operand : body_.node({index, 0}).operands) live[at(operand.node)] = true;
        }
    };
    for (Value value : yields) mark(value);
    std::size_t carry = 0;
    for (const Argument& known : arguments_) {
        if (known.role == Role::kCarry && wants_last[carry++]) {
            mark(known.inner);
            mark(known.next);
        }
    }
    for (bool again = true; again;) {
        again = false;
        for (Argument& known : arguments_) {
            if (known.used || !live[at(known.inner.node)]) continue;
            known.used = true;
            again = true;
            if (known.role == Role::kCarry) mark(known.next);
        }
    }
}

ScanBuilder::Results ScanBuilder::finish(const Origin& origin, const std::vector<bool>& wants_last) {
    Results results;
    for (Argument& known : arguments_) {
        if (known.role == Role::kCarry) NNCC_CHECK(known.next, "a carry of a scan has no next value");
    }
    std::vector<Argument> all = arguments_;
    for (Argument& known : arguments_) {
        if (known.role == Role::kCarry && known.next == known.inner) known.role = Role::kCaptured;
    }
    std::vector<Value> inside;
    std::vector<int> place(yields_.size(), -1);  // among the yields that are left
    results.yields.resize(yields_.size());
    for (std::size_t k = 0; k < yields_.size(); ++k) {
        if (std::optional<Value> outside = yielded_outside(yields_[k])) {
            results.yields[k] = *outside;
        } else {
            place[k] = static_cast<int>(inside.size());
            inside.push_back(yields_[k]);
        }
    }
    std::vector<bool> wants;  // of those that are still carries
    std::size_t carry = 0;
    for (std::size_t k = 0; k < all.size(); ++k) {
        if (all[k].role != Role::kCarry) continue;
        if (arguments_[k].role == Role::kCarry) wants.push_back(wants_last[carry]);
        ++carry;
    }
    find_used(inside, wants);
    std::vector<Value> operands;
    std::vector<std::int64_t> index_of(arguments_.size(), -1);
    const auto take = [&](Role role) {
        const std::size_t before = operands.size();
        for (std::size_t k = 0; k < arguments_.size(); ++k) {
            if (arguments_[k].role != role || !arguments_[k].used) continue;
            index_of[k] = static_cast<std::int64_t>(operands.size());
            operands.push_back(arguments_[k].outer);
        }
        return static_cast<std::int64_t>(operands.size() - before);
    };
    std::int64_t sequences = take(Role::kSequence);
    if (sequences == 0) {  // the number of steps must come from somewhere
        const auto any = std::find_if(arguments_.begin(), arguments_.end(),
                                      [](const Argument& known) { return known.role == Role::kSequence; });
        operands.push_back(any != arguments_.end() ? any->outer : iota(outer_, DType::kI32, {steps_}, 0));
        sequences = 1;
    }
    const std::int64_t carries = take(Role::kCarry);
    take(Role::kCaptured);
    // Groups of results: yields, then carries.
    for (Value value : inside) body_.output("", value);
    for (const Argument& known : arguments_) {
        if (known.role == Role::kCarry && known.used) body_.output("", known.next);
    }
    results.has_node = !inside.empty() || carries > 0;
    Value node;
    if (results.has_node) {
        const Graph draft = std::move(body_).finish();
        auto body = std::make_shared<const Graph>(
            rewrite(draft,
                    [&](GraphBuilder& builder, const Node& old,
                        const std::vector<Value>&) -> std::optional<std::vector<Value>> {
                        if (old.op->name != "argument") return std::nullopt;
                        const auto index = static_cast<std::size_t>(old.attributes.integer("index"));
                        NNCC_CHECK(index_of[index] >= 0, "an argument of a scan is used after all");
                        return std::vector<Value>{
                            argument(builder, static_cast<std::size_t>(index_of[index]), old.type(), old.origin)};
                    }));
        node = outer_.add(
            op_named("scan"), operands,
            {{"axis", std::int64_t{0}}, {"carries", carries}, {"reverse", reverse_}, {"sequences", sequences}}, origin,
            body);
    }
    for (std::size_t k = 0; k < place.size(); ++k) {
        if (place[k] >= 0) results.yields[k] = {node.node, place[k]};
    }
    int next = static_cast<int>(inside.size());
    for (std::size_t k = 0; k < all.size(); ++k) {
        if (all[k].role != Role::kCarry) continue;
        if (arguments_[k].role != Role::kCarry) {
            results.last.push_back(all[k].outer);
        } else {
            results.last.push_back(arguments_[k].used ? Value{node.node, next++} : Value{});
        }
    }
    return results;
}

namespace {

// A scan of one step: the body itself.
std::vector<Value> run_once(GraphBuilder& builder, const Node& scan, const std::vector<Value>& operands) {
    const ScanRoles roles = roles_of(scan);
    std::vector<Value> arguments = operands;
    for (std::size_t k = 0; k < roles.sequences; ++k) {
        arguments[k] = reshape(builder, operands[k], step_type(builder.type(operands[k])).shape);
    }
    const auto inner = inline_graph(
        builder, *scan.body,
        [&](const Node& node) -> std::optional<std::vector<Value>> {
            if (node.op->name != "argument") return std::nullopt;
            return std::vector<Value>{arguments[static_cast<std::size_t>(node.attributes.integer("index"))]};
        },
        false);
    std::vector<Value> results;
    for (const Output& output : scan.body->outputs()) {
        Value value = inner[at(output.value.node)][at(output.value.result)];
        if (results.size() < roles.yields) {
            value = reshape(builder, value, stacked_type(builder.type(value), Dim(1)).shape);
        }
        results.push_back(value);
    }
    return results;
}

std::vector<Value> run_never(GraphBuilder& builder, const Node& scan, const std::vector<Value>& operands) {
    const ScanRoles roles = roles_of(scan);
    std::vector<Value> results;
    for (std::size_t k = 0; k < scan.body->outputs().size(); ++k) {
        if (k < roles.yields) {
            const Type type = scan.body->type(scan.body->outputs()[k].value);
            results.push_back(splat(builder, 0.0, stacked_type(type, Dim(0))));
        } else {
            results.push_back(operands[roles.sequences + k - roles.yields]);
        }
    }
    return results;
}

}  // namespace

std::vector<Value> rebuild_scan(GraphBuilder& builder, const Node& scan, const std::vector<Value>& given,
                                const std::vector<bool>& used, Graph (*change)(const Graph&)) {
    const ScanRoles roles = roles_of(scan);
    const Dim steps = steps_of(builder, scan, given);
    const std::vector<Value> operands = operands_along_first(builder, scan, given);
    Node changed = scan;
    if (change != nullptr) changed.body = std::make_shared<const Graph>(change(*scan.body));
    std::vector<Value> results;
    if (steps.is_constant(0)) {
        results = run_never(builder, changed, operands);
    } else if (steps.is_constant(1)) {
        results = run_once(builder, changed, operands);
    } else {
        ScanBuilder made(builder, steps, roles.reverse);
        const std::vector<Origin> origins = argument_origins(changed);
        std::vector<Value> arguments;
        for (std::size_t k = 0; k < operands.size(); ++k) {
            arguments.push_back(roles.is_sequence(k) ? made.sequence(operands[k], origins[k])
                                : roles.is_carry(k)  ? made.carry(operands[k], origins[k])
                                                     : made.captured(operands[k], origins[k]));
        }
        const auto inner = made.copy_body(changed, arguments);
        std::vector<int> yields(roles.yields, -1);
        std::vector<bool> wants_last;
        for (std::size_t k = 0; k < changed.body->outputs().size(); ++k) {
            const Value output = changed.body->outputs()[k].value;
            const Value value = inner[at(output.node)][at(output.result)];
            if (k >= roles.yields) {
                made.update(arguments[roles.sequences + k - roles.yields], value);
                wants_last.push_back(used[k]);
            } else if (used[k]) {
                yields[k] = made.yield(value);
            }
        }
        const ScanBuilder::Results finished = made.finish(scan.origin, wants_last);
        for (int index : yields) results.push_back(index < 0 ? Value{} : finished.yields[at(index)]);
        results.insert(results.end(), finished.last.begin(), finished.last.end());
    }
    for (std::size_t k = 0; k < roles.yields; ++k) {
        if (results[k]) results[k] = yield_along_axis(builder, scan, results[k]);
    }
    return results;
}

std::vector<std::vector<bool>> used_results(const Graph& graph) {
    std::vector<std::vector<bool>> used(at(graph.size()));
    for (int index = 0; index < graph.size(); ++index) used[at(index)].resize(graph.node(index).types.size(), false);
    const std::vector<bool> live = live_nodes(graph);
    for (int index = 0; index < graph.size(); ++index) {
        if (!live[at(index)]) continue;
        for (Value operand : graph.node(index).operands) used[at(operand.node)][at(operand.result)] = true;
    }
    for (const Output& output : graph.outputs()) used[at(output.value.node)][at(output.value.result)] = true;
    return used;
}

Graph rebuild_scans(const Graph& graph, Graph (*change)(const Graph&)) {
    const std::vector<std::vector<bool>> used = used_results(graph);
    return rewrite(graph,
                   [&](GraphBuilder& builder, const Node& node,
                       const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
                       if (!is_scan(node)) return std::nullopt;
                       return rebuild_scan(builder, node, operands,
                                           used[static_cast<std::size_t>(&node - graph.nodes().data())], change);
                   });
}

}  // namespace nncc

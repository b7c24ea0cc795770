// The table of all ops, and finding one by its name.
#include <map>

#include "ops/record.h"
#include "ops/tables.h"

namespace nncc {
namespace {

std::vector<const OpRecord*> collect() {
    std::vector<const OpRecord*> all;
    for (auto family : {leaf_ops, arithmetic_ops, function_ops, logic_ops, reduction_ops, contraction_ops,
                        convolution_ops, view_ops, window_ops, indexed_ops, composite_ops, region_ops}) {
        for (const OpRecord& op : family()) all.push_back(&op);
    }
    return all;
}

}  // namespace

std::span<const OpRecord* const> all_ops() {
    static const std::vector<const OpRecord*> all = collect();
    return all;
}

const OpRecord* find_op(std::string_view name) {
    static const std::map<std::string_view, const OpRecord*> by_name = [] {
        std::map<std::string_view, const OpRecord*> result;
        for (const OpRecord* op : all_ops()) {
            NNCC_CHECK(result.emplace(op->name, op).second, "two ops are named `{}`", op->name);
        }
        return result;
    }();
    auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : found->second;
}

const OpRecord& op_named(std::string_view name) {
    const OpRecord* op = find_op(name);
    NNCC_CHECK(op != nullptr, "there is no op `{}`", name);
    return *op;
}

}  // namespace nncc

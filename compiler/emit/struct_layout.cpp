// Dotted storage names to nested structs.
#include "emit/struct_layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"
#include "emit/mangle.h"
#include "lowering/diagnostic_kinds.h"

namespace nncc {

namespace {

std::vector<std::string> parts_of(std::string_view name) {
    std::vector<std::string> parts(1);
    for (char c : name) {
        if (c == '.' || c == '/') parts.emplace_back();
        else parts.back() += c;
    }
    return parts;
}

std::string declarator(const std::string& name, const std::vector<std::int64_t>& extents) {
    std::string text = name;
    for (std::int64_t extent : extents) text += fmt::format("[{}]", extent);
    return text;
}

}  // namespace

Expected<StructLayout> StructLayout::make(const std::vector<const Storage*>& storages, const DimBindings& dims) {
    StructLayout layout;
    for (const Storage* storage : storages) {
        StructMember member{.storage = storage, .path = {}, .extents = {}};
        for (const Dim& dim : storage->type.shape) {
            auto extent = dim.bind(dims).bound(dims);
            auto product = extent ? checked_multiply(member.elements, *extent) : std::nullopt;
            if (!product || *product <= 0 || *product > 2147483647) {
                return Error{.kind = &kTooLargeToEmit,
                             .message = fmt::format("storage `{}` {} has no extents that can be emitted", storage->name,
                                                    type_text(storage->type)),
                             .hint = {},
                             .notes = {},
                             .exit_code = ExitCode::kWrongInput};
            }
            member.extents.push_back(*extent);
            member.elements = *product;
        }
        const int index = static_cast<int>(layout.members_.size());
        layout.members_.push_back(std::move(member));
        Branch* at = &layout.root_;
        const std::vector<std::string> parts = parts_of(storage->name);
        for (std::size_t k = 0; k < parts.size(); ++k) {
            const bool is_leaf = k + 1 == parts.size();
            auto found = std::find_if(at->children.begin(), at->children.end(), [&](const Branch& child) {
                return child.source == parts[k] && child.member < 0 && !is_leaf;
            });
            if (found == at->children.end()) {
                NameScope scope;
                for (const Branch& child : at->children) scope.reserve(child.name);
                at->children.push_back({.name = scope.unique(parts[k]),
                                        .source = parts[k],
                                        .member = is_leaf ? index : -1,
                                        .children = {}});
                found = at->children.end() - 1;
            }
            at = &*found;
        }
    }
    std::int64_t offset = 0, alignment = 1;
    for (Branch& child : layout.root_.children) place(layout, child, offset, alignment, "");
    layout.bytes_ = std::max<std::int64_t>(64, (offset + 63) / 64 * 64);
    return layout;
}

std::int64_t StructLayout::alignment_of(const StructLayout& layout, const Branch& branch) {
    if (branch.member >= 0)
        return dtype_bytes(layout.members_[static_cast<std::size_t>(branch.member)].storage->type.dtype);
    std::int64_t alignment = 1;
    for (const Branch& child : branch.children) alignment = std::max(alignment, alignment_of(layout, child));
    return alignment;
}

// As the System V ABI lays structs out: each member at a multiple of its alignment, the size a multiple of the
// struct's.
void StructLayout::place(StructLayout& layout, Branch& branch, std::int64_t& offset, std::int64_t& alignment,
                         const std::string& path) {
    const std::int64_t own = alignment_of(layout, branch);
    alignment = std::max(alignment, own);
    offset = (offset + own - 1) / own * own;
    const std::string here = path.empty() ? branch.name : path + "." + branch.name;
    if (branch.member >= 0) {
        StructMember& member = layout.members_[static_cast<std::size_t>(branch.member)];
        member.path = here;
        member.offset = offset;
        offset += member.elements * dtype_bytes(member.storage->type.dtype);
        return;
    }
    for (Branch& child : branch.children) place(layout, child, offset, alignment, here);
    offset = (offset + own - 1) / own * own;
}

const StructMember* StructLayout::find(std::string_view storage) const {
    for (const StructMember& member : members_) {
        if (member.storage->name == storage) return &member;
    }
    return nullptr;
}

// Neighbours of one element type share a declaration; a struct that fits one line is one item.
std::vector<std::string> StructLayout::declarations(const std::vector<Branch>& branches) const {
    std::vector<std::string> lines;
    DType last = DType::kF32;
    bool open = false;
    for (const Branch& branch : branches) {
        if (branch.member < 0) {
            lines.push_back(
                fmt::format("struct {{ {} }} {};", fmt::join(declarations(branch.children), " "), branch.name));
            open = false;
            continue;
        }
        const StructMember& member = members_[static_cast<std::size_t>(branch.member)];
        const DType dtype = member.storage->type.dtype;
        const std::string text = declarator(branch.name, member.extents);
        if (open && dtype == last && lines.back().size() + text.size() < 90) {
            lines.back().pop_back();
            lines.back() += ", " + text + ";";
        } else {
            lines.push_back(fmt::format("{} {};", cpp_type(dtype), text));
        }
        open = true;
        last = dtype;
    }
    return lines;
}

void StructLayout::print_branches(const std::vector<Branch>& branches, Code& code) const {
    std::vector<Branch> leaves;
    const auto flush = [&] {
        for (const std::string& line : declarations(leaves)) code.line(line);
        leaves.clear();
    };
    for (const Branch& branch : branches) {
        if (branch.member >= 0) {
            leaves.push_back(branch);
            continue;
        }
        flush();
        const std::string line = declarations({branch}).front();
        if (line.size() <= 100) {
            code.line(line);
        } else {
            code.open("struct {");
            print_branches(branch.children, code);
            code.close(fmt::format("}} {};", branch.name));
        }
    }
    flush();
}

void StructLayout::print(Code& code) const { print_branches(root_.children, code); }

}  // namespace nncc

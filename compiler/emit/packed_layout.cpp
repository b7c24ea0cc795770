// Which weights become panels, and where everything in Packed lies.
#include "emit/packed_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "emit/choose_winograd.h"
#include "passes/scan_body.h"
#include "passes/scan_builder.h"

namespace nncc {

namespace {

std::int64_t constant_elements(const Type& type) {
    const auto count = element_count(type.shape);
    NNCC_CHECK(count && count->is_constant(), "a storage of type {}", type_text(type));
    return count->constant();
}

bool is_zero(const std::vector<Dim>& strides) {
    return std::all_of(strides.begin(), strides.end(), [](const Dim& stride) { return stride.is_constant(0); });
}

// Panels spare the kernel its own packing (several rows, and a matrix that is long or transposed), or strided reads of
// a transposed one (one row). A short row-major matrix is read as fast as it lies.
bool panels_pay(const Contraction& product) {
    const bool fixed = product.k.is_constant() && product.n.is_constant() && product.b_row.is_constant() &&
                       product.b_column.is_constant() && product.a_row.is_constant() &&
                       product.a_column.is_constant() && product.b_offset.is_constant();
    if (!fixed || !is_zero(product.b_batch) || !is_floating(product.dtype)) return false;
    if (product.places) return !product.places->depthwise;
    if (product.n.constant() < 2) return false;
    if (!product.b_column.is_constant(1)) return true;
    if (product.m.is_constant(1)) return false;
    return product.k.constant() * product.b_row.constant() * dtype_bytes(product.dtype) > 16384;
}

// Whether a loop value or store of the epilogue, or the left operand, uses the parameter.
bool used_otherwise(const Contraction& product, int parameter) {
    if (product.a == parameter) return true;
    const auto reads = [&](const LoopValue& value) {
        return value.kind == LoopValue::Kind::kLoad && value.parameter == parameter;
    };
    return std::any_of(product.epilogue.values.begin(), product.epilogue.values.end(), reads);
}

}  // namespace

std::set<std::string> kept_in_model(const Graph& graph) {
    std::set<std::string> names;
    for (int store : graph.stores()) names.insert(graph.node(store).attributes.text("name"));
    for (const Node& node : graph.nodes()) {
        if (node.op->name != "storage") continue;
        const std::string& kind = node.attributes.text("storage_kind");
        if (kind == storage_kind_name(StorageKind::kStream) || kind == storage_kind_name(StorageKind::kCounter))
            names.insert(node.attributes.text("name"));
    }
    return names;
}

PackedLayout::PackedLayout(std::vector<LoweredEntry>& forwards, bool pack_panels, bool allow_winograd)
    : allow_winograd_(allow_winograd) {
    std::map<std::string, Type> raw;
    for (LoweredEntry& entry : forwards) {
        const Plan& plan = *entry.plan;
        const std::set<std::string> kept = kept_in_model(plan.graph);
        const StorageOf storage_of = [&plan, &kept](Value value) {
            const Buffer& buffer = plan.buffer(value);
            return buffer.place == Place::kStorage && !kept.contains(buffer.name) ? buffer.name : std::string();
        };
        // What a state that changes starts as.
        for (const Node& node : plan.graph.nodes()) {
            const bool is_state = node.op->name == "storage" &&
                                  node.attributes.text("storage_kind") == storage_kind_name(StorageKind::kState);
            if (is_state && kept.contains(node.attributes.text("name")))
                raw.emplace(node.attributes.text("name"), node.type());
        }
        visit(entry, storage_of, pack_panels, raw);
        for (int output : entry.outputs) {
            const Value value = plan.graph.outputs()[static_cast<std::size_t>(output)].value;
            if (const std::string name = storage_of(value); !name.empty()) raw.emplace(name, plan.graph.type(value));
        }
    }
    for (const auto& [name, type] : raw) {
        PackedItem item{.storage = name, .type = type};
        item.bytes = constant_elements(type) * dtype_bytes(type.dtype);
        items_.emplace(name, std::move(item));
    }
    for (auto& [key, item] : items_) place(item);
}

// `storage_of` names the storage a value of the entry's plan lies in, "" when it is none. A step of a scan reads
// weights as its inputs.
void PackedLayout::visit(LoweredEntry& entry, const StorageOf& storage_of, bool pack_panels,
                         std::map<std::string, Type>& raw) {
    const Plan& plan = *entry.plan;
    const auto read = [&](Value value) {
        if (const std::string name = storage_of(value); !name.empty()) raw.emplace(name, plan.graph.type(value));
    };
    for (std::size_t k = 0; k < entry.kernels.size(); ++k) {
        if (entry.scans[k]) {
            const Node& group = plan.graph.node(entry.groups[k]);
            const ScanPlan& scan = *plan.scans.at(entry.groups[k]);
            const std::size_t varying = roles_of(scan_in(group)).sequences + roles_of(scan_in(group)).carries;
            for (std::size_t operand = 0; operand < varying; ++operand) read(scan_operand(group, operand));
            const StorageOf inner = [&](Value value) {
                const Buffer& buffer = scan.plan.buffer(value);
                if (buffer.place != Place::kInput) return std::string();
                const auto found = std::find(scan.operands.begin(), scan.operands.end(), buffer.name);
                NNCC_CHECK(found != scan.operands.end());
                const auto operand = static_cast<std::size_t>(found - scan.operands.begin());
                return operand < varying ? std::string() : storage_of(scan_operand(group, operand));
            };
            visit(*entry.scans[k], inner, pack_panels, raw);
            continue;
        }
        Kernel& kernel = entry.kernels[k];
        if (pack_panels) choose_panels(kernel, storage_of);
        for (const KernelParameter& parameter : kernel.parameters) {
            if (parameter.value && !parameter.written) read(parameter.value);
        }
    }
}

void PackedLayout::place(PackedItem& item) {
    item.offset = bytes_;
    bytes_ += (item.bytes + 63) / 64 * 64;
}

std::int64_t PackedLayout::add_scratch(std::int64_t bytes) {
    const std::int64_t offset = bytes_;
    bytes_ += (bytes + 63) / 64 * 64;
    return offset;
}

const PackedItem* PackedLayout::find(const std::string& key) const {
    auto found = items_.find(key);
    return found == items_.end() ? nullptr : &found->second;
}

void PackedLayout::choose_panels(Kernel& kernel, const StorageOf& storage_of) {
    auto* product = std::get_if<Contraction>(&kernel.body);
    if (product == nullptr || !panels_pay(*product)) return;
    const KernelParameter right = kernel.parameters[static_cast<std::size_t>(product->b)];
    if (!right.value) return;
    const std::string storage = storage_of(right.value);
    if (storage.empty()) return;
    PackedItem item{.storage = storage, .type = right.type, .is_panels = true};
    item.k = product->k.constant();
    item.n = product->n.constant();
    item.first = product->b_offset.constant();
    item.row = product->b_row.constant();
    item.column = product->b_column.constant();
    const std::int64_t element = dtype_bytes(right.type.dtype), width = 64 / element;
    item.bytes = item.k * ((item.n + width - 1) / width * width) * element;
    choose_form(kernel, item);
    const std::string key =
        fmt::format("{} panels {} {} {} {} {}{}", item.storage, item.k, item.n, item.first, item.row, item.column,
                    item.winograd > 0 ? fmt::format(" winograd {}", item.winograd) : "");
    KernelParameter panels{.role = right.role + "_panels", .type = right.type, .panels = key};
    if (used_otherwise(*product, product->b)) {
        product->b = static_cast<int>(kernel.parameters.size());
        kernel.parameters.push_back(std::move(panels));
    } else {
        kernel.parameters[static_cast<std::size_t>(product->b)] = std::move(panels);
    }
    product->b_packed = true;
    product->b_offset = Dim(0);
    items_.emplace(key, std::move(item));
}

// A convolution that is faster by Winograd's: its weights are transformed, and it gets scratch.
void PackedLayout::choose_form(Kernel& kernel, PackedItem& item) {
    auto& product = std::get<Contraction>(kernel.body);
    if (allow_winograd_) product.winograd = choose_winograd(product);
    if (!product.winograd) return;
    item.winograd = product.winograd->m;
    item.bytes = winograd_weights_bytes(product);
    product.scratch = static_cast<int>(kernel.parameters.size());
    KernelParameter scratch{.role = "scratch", .type = {DType::kF32, {}}, .written = true};
    scratch.scratch_bytes = winograd_scratch_bytes(product);
    kernel.parameters.push_back(std::move(scratch));
}

std::vector<std::string> PackedLayout::decisions() const {
    std::vector<std::string> lines;
    for (const auto& [key, item] : items_) {
        std::string what = "as it is";
        if (item.is_panels) what = fmt::format("panels of {} x {}", item.k, item.n);
        if (item.winograd > 0) {
            what = fmt::format("{} x {} for F({}x{}, 3x3)", item.k, item.n, item.winograd, item.winograd);
        }
        lines.push_back(fmt::format("{}: {}, {} bytes", item.storage, what, item.bytes));
    }
    return lines;
}

}  // namespace nncc

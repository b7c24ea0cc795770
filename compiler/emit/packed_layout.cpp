// Which weights become panels, and where everything in Packed lies.
#include "emit/packed_layout.h"

#include <fmt/format.h>

#include <algorithm>

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
    const bool fixed = product.k.is_constant() && product.n.is_constant() && product.b_row.is_constant() && product.b_column.is_constant() &&
                       product.a_row.is_constant() && product.a_column.is_constant() && product.b_offset.is_constant();
    if (!fixed || !is_zero(product.b_batch) || !is_floating(product.dtype)) return false;
    if (product.n.constant() < 2) return false;
    if (!product.b_column.is_constant(1)) return true;
    if (product.m.is_constant(1)) return false;
    return product.k.constant() * product.b_row.constant() * dtype_bytes(product.dtype) > 16384;
}

// Whether a loop value or store of the epilogue, or the left operand, uses the parameter.
bool used_otherwise(const Contraction& product, int parameter) {
    if (product.a == parameter) return true;
    const auto reads = [&](const LoopValue& value) { return value.kind == LoopValue::Kind::kLoad && value.parameter == parameter; };
    return std::any_of(product.epilogue.values.begin(), product.epilogue.values.end(), reads);
}

}  // namespace

PackedLayout::PackedLayout(std::vector<LoweredEntry>& forwards, bool pack_panels) {
    std::map<std::string, Type> raw;
    for (LoweredEntry& entry : forwards) {
        const Plan& plan = *entry.plan;
        const auto read = [&](Value value) {
            const int buffer = plan.buffer_of[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
            if (buffer >= 0 && plan.buffers[static_cast<std::size_t>(buffer)].place == Place::kStorage) {
                raw.emplace(plan.buffers[static_cast<std::size_t>(buffer)].name, plan.graph.type(value));
            }
        };
        for (Kernel& kernel : entry.kernels) {
            if (pack_panels) choose_panels(entry, kernel);
            for (const KernelParameter& parameter : kernel.parameters) {
                if (parameter.value && !parameter.written) read(parameter.value);
            }
        }
        for (int output : entry.outputs) read(plan.graph.outputs()[static_cast<std::size_t>(output)].value);
    }
    for (const auto& [name, type] : raw) {
        PackedItem item{.storage = name, .type = type};
        item.bytes = constant_elements(type) * dtype_bytes(type.dtype);
        items_.emplace(name, std::move(item));
    }
    for (auto& [key, item] : items_) place(item);
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

void PackedLayout::choose_panels(LoweredEntry& entry, Kernel& kernel) {
    auto* product = std::get_if<Contraction>(&kernel.body);
    if (product == nullptr || !panels_pay(*product)) return;
    const KernelParameter right = kernel.parameters[static_cast<std::size_t>(product->b)];
    if (!right.value) return;
    const Plan& plan = *entry.plan;
    const int buffer = plan.buffer_of[static_cast<std::size_t>(right.value.node)][static_cast<std::size_t>(right.value.result)];
    if (buffer < 0 || plan.buffers[static_cast<std::size_t>(buffer)].place != Place::kStorage) return;
    PackedItem item{.storage = plan.buffers[static_cast<std::size_t>(buffer)].name, .type = right.type, .is_panels = true};
    item.k = product->k.constant();
    item.n = product->n.constant();
    item.first = product->b_offset.constant();
    item.row = product->b_row.constant();
    item.column = product->b_column.constant();
    const std::int64_t element = dtype_bytes(right.type.dtype), width = 64 / element;
    item.bytes = item.k * ((item.n + width - 1) / width * width) * element;
    const std::string key = fmt::format("{} panels {} {} {} {} {}", item.storage, item.k, item.n, item.first, item.row, item.column);
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

std::vector<std::string> PackedLayout::decisions() const {
    std::vector<std::string> lines;
    for (const auto& [key, item] : items_) {
        lines.push_back(item.is_panels ? fmt::format("{}: panels of {} x {}, {} bytes", item.storage, item.k, item.n, item.bytes)
                                       : fmt::format("{}: as it is, {} bytes", item.storage, item.bytes));
    }
    return lines;
}

}  // namespace nncc

// Bytes of a safetensors file to tensors, and back; every size is proven before it is used.
#include "interop/safetensors.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/checked.h"
#include "base/file.h"
#include "interop/diagnostic_kinds.h"
#include "interop/safetensors_header.h"

namespace nncc {

namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = std::uint64_t{16} << 20;
constexpr std::int64_t kMaxFileBytes = std::int64_t{1} << 36;

struct DtypeRow {
    DType dtype;
    std::string_view name;
    std::int64_t bytes;
};
constexpr std::array<DtypeRow, 4> kDtypes = {{
    {DType::kF32, "F32", 4},
    {DType::kF64, "F64", 8},
    {DType::kI32, "I32", 4},
    {DType::kBool, "BOOL", 1},
}};

const DtypeRow& row_of(DType dtype) {
    for (const DtypeRow& row : kDtypes) {
        if (row.dtype == dtype) return row;
    }
    NNCC_CHECK(false, "dtype {} has no safetensors name", static_cast<int>(dtype));
    return kDtypes.front();
}

const DtypeRow* row_named(std::string_view name) {
    for (const DtypeRow& row : kDtypes) {
        if (row.name == name) return &row;
    }
    return nullptr;
}

Error wrong(const DiagnosticKind& kind, std::string message, std::string hint = "") {
    return {.kind = &kind, .message = std::move(message), .hint = std::move(hint), .exit_code = ExitCode::kWrongInput};
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

std::optional<std::int64_t> byte_count(const std::vector<std::int64_t>& shape, std::int64_t element_bytes) {
    std::optional<std::int64_t> elements = checked_product(shape);
    return elements ? checked_multiply(*elements, element_bytes) : std::nullopt;
}

// Dtype, shape and range of one entry, each in itself.
Expected<> check_entry(const SafetensorsEntry& entry, std::int64_t data_bytes, const std::string& path) {
    const DtypeRow* row = row_named(entry.dtype);
    if (row == nullptr) {
        return wrong(kWeightDtypeUnsupported,
                     fmt::format("tensor `{}` of `{}` has type `{}`", entry.name, path, entry.dtype),
                     "F32, F64, I32 and BOOL can be read");
    }
    if (entry.begin > entry.end || entry.end > data_bytes) {
        return wrong(kWeightOffsetsInvalid,
                     fmt::format("tensor `{}` of `{}` has the offsets [{}, {}] in {} bytes of data", entry.name, path,
                                 entry.begin, entry.end, data_bytes));
    }
    std::optional<std::int64_t> needed = byte_count(entry.shape, row->bytes);
    if (!needed) {
        return wrong(kWeightShapeMismatch,
                     fmt::format("tensor `{}` of `{}` has shape {}, more elements than can be counted", entry.name,
                                 path, shape_text(entry.shape)));
    }
    if (*needed != entry.end - entry.begin) {
        return wrong(kWeightShapeMismatch,
                     fmt::format("tensor `{}` of `{}`: {} {} needs {} bytes, but its offsets [{}, {}] span {}",
                                 entry.name, path, entry.dtype, shape_text(entry.shape), *needed, entry.begin,
                                 entry.end, entry.end - entry.begin));
    }
    return Nothing{};
}

// The entries, sorted by place, cover the data without gap or overlap.
Expected<> check_cover(const std::vector<SafetensorsEntry>& entries, std::int64_t data_bytes, const std::string& path) {
    std::vector<const SafetensorsEntry*> order;
    order.reserve(entries.size());
    for (const SafetensorsEntry& entry : entries) order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const SafetensorsEntry* a, const SafetensorsEntry* b) {
        return std::tie(a->begin, a->end, a->name) < std::tie(b->begin, b->end, b->name);
    });
    std::int64_t end = 0;
    const SafetensorsEntry* before = nullptr;
    for (const SafetensorsEntry* entry : order) {
        if (entry->begin < end) {
            return wrong(kWeightOffsetsInvalid,
                         fmt::format("tensors `{}` [{}, {}] and `{}` [{}, {}] of `{}` overlap", before->name,
                                     before->begin, before->end, entry->name, entry->begin, entry->end, path));
        }
        if (entry->begin > end) {
            return wrong(kWeightOffsetsInvalid,
                         fmt::format("bytes {} to {} of the data of `{}`, before tensor `{}`, belong to none", end,
                                     entry->begin, path, entry->name));
        }
        end = entry->end;
        before = entry;
    }
    if (end != data_bytes) {
        return wrong(kWeightOffsetsInvalid,
                     fmt::format("the last {} bytes of `{}` belong to no tensor", data_bytes - end, path));
    }
    return Nothing{};
}

Expected<> check_unique(const std::vector<SafetensorsEntry>& sorted, const std::string& path) {
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        if (sorted[i - 1].name == sorted[i].name) {
            return wrong(kWeightNameDuplicate, fmt::format("`{}` has two tensors named `{}`", path, sorted[i].name));
        }
    }
    return Nothing{};
}

std::string json_string(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

const TensorData* WeightFile::find(std::string_view name) const {
    for (const TensorData& tensor : tensors) {
        if (tensor.name == name) return &tensor;
    }
    return nullptr;
}

std::string_view safetensors_dtype_name(DType dtype) { return row_of(dtype).name; }

Expected<WeightFile> parse_safetensors(std::string_view bytes, const std::string& path) {
    if (bytes.size() < kLengthBytes) {
        return wrong(
            kWeightFileTruncated,
            fmt::format("`{}` has {} bytes, fewer than the 8 that give its header's length", path, bytes.size()));
    }
    std::uint64_t header_bytes = 0;
    for (int i = 7; i >= 0; --i)
        header_bytes = header_bytes << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    if (header_bytes > kMaxHeaderBytes) {
        return wrong(kWeightHeaderTooLarge,
                     fmt::format("the header of `{}` claims {} bytes; at most {} are accepted", path, header_bytes,
                                 kMaxHeaderBytes),
                     "is it a safetensors file?");
    }
    bytes.remove_prefix(kLengthBytes);
    if (header_bytes > bytes.size()) {
        return wrong(kWeightFileTruncated, fmt::format("the header of `{}` claims {} bytes, but {} follow", path,
                                                       header_bytes, bytes.size()));
    }
    Expected<SafetensorsHeader> header = parse_safetensors_header(bytes.substr(0, header_bytes), path);
    if (!header) return header.error();
    std::string_view data = bytes.substr(header_bytes);
    auto data_bytes = static_cast<std::int64_t>(data.size());

    std::vector<SafetensorsEntry>& entries = header->entries;
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    if (Expected<> unique = check_unique(entries, path); !unique) return unique.error();
    for (const SafetensorsEntry& entry : entries) {
        if (Expected<> fits = check_entry(entry, data_bytes, path); !fits) return fits.error();
    }
    if (Expected<> covers = check_cover(entries, data_bytes, path); !covers) return covers.error();

    WeightFile weights;
    weights.metadata = std::move(header->metadata);
    weights.tensors.reserve(entries.size());
    for (SafetensorsEntry& entry : entries) {
        DType dtype = row_named(entry.dtype)->dtype;
        std::string_view content =
            data.substr(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(entry.end - entry.begin));
        if (dtype == DType::kBool &&
            std::any_of(content.begin(), content.end(), [](char c) { return c != 0 && c != 1; })) {
            return wrong(
                kWeightValueInvalid,
                fmt::format("tensor `{}` of `{}` is BOOL, but holds a byte other than 0 and 1", entry.name, path));
        }
        weights.tensors.push_back({std::move(entry.name), dtype, std::move(entry.shape), std::string(content)});
    }
    return weights;
}

Expected<WeightFile> read_safetensors(const std::string& path) {
    Expected<std::string> bytes = read_file(path, kMaxFileBytes);
    if (!bytes) return bytes.error();
    return parse_safetensors(*bytes, path);
}

std::string write_safetensors(const WeightFile& weights) {
    std::vector<const TensorData*> by_name;
    for (const TensorData& tensor : weights.tensors) {
        std::optional<std::int64_t> needed = byte_count(tensor.shape, row_of(tensor.dtype).bytes);
        NNCC_CHECK(needed && *needed == static_cast<std::int64_t>(tensor.bytes.size()),
                   "tensor `{}` with shape {} has {} bytes", tensor.name, shape_text(tensor.shape),
                   tensor.bytes.size());
        by_name.push_back(&tensor);
    }
    std::sort(by_name.begin(), by_name.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    for (std::size_t i = 1; i < by_name.size(); ++i) {
        NNCC_CHECK(by_name[i - 1]->name != by_name[i]->name, "two tensors named `{}`", by_name[i]->name);
    }
    std::vector<const TensorData*> by_place = by_name;
    std::stable_sort(by_place.begin(), by_place.end(),
                     [](const auto* a, const auto* b) { return row_of(a->dtype).bytes > row_of(b->dtype).bytes; });
    std::map<const TensorData*, std::size_t> begins;  // looked up, never iterated
    std::size_t data_bytes = 0;
    for (const TensorData* tensor : by_place) {
        begins[tensor] = data_bytes;
        data_bytes += tensor->bytes.size();
    }

    std::string header = "{";
    if (!weights.metadata.empty()) {
        header += "\"__metadata__\":{";
        for (const auto& [key, value] : weights.metadata) {
            if (header.back() != '{') header += ',';
            header += json_string(key) + ':' + json_string(value);
        }
        header += '}';
    }
    for (const TensorData* tensor : by_name) {
        if (header.size() > 1) header += ',';
        std::size_t begin = begins[tensor];
        header +=
            fmt::format("{}:{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}", json_string(tensor->name),
                        row_of(tensor->dtype).name, fmt::join(tensor->shape, ","), begin, begin + tensor->bytes.size());
    }
    header += '}';
    header.append((8 - header.size() % 8) % 8, ' ');

    std::string bytes;
    bytes.reserve(kLengthBytes + header.size() + data_bytes);
    for (unsigned i = 0; i < 8; ++i) bytes += static_cast<char>(std::uint64_t{header.size()} >> (8 * i) & 0xff);
    bytes += header;
    for (const TensorData* tensor : by_place) bytes += tensor->bytes;
    return bytes;
}

}  // namespace nncc

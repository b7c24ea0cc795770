// Reads columns and arrays and lays them out as the emitted code reads them.
#include "driver/feeds.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <system_error>

#include "base/checked.h"
#include "driver/diagnostic_kinds.h"

namespace nncc {

namespace {

template <class T>
void narrow(const std::vector<double>& values, std::vector<char>& bytes) {
    bytes.resize(values.size() * sizeof(T));
    for (std::size_t index = 0; index < values.size(); ++index) {
        const T value = static_cast<T>(values[index]);
        std::memcpy(bytes.data() + index * sizeof(T), &value, sizeof(T));
    }
}

template <class T>
void widen_elements(const char* bytes, std::int64_t count, double* out) {
    for (std::int64_t index = 0; index < count; ++index) {
        T value;
        std::memcpy(&value, bytes + index * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
        out[index] = static_cast<double>(value);
    }
}

bool has_batch(const Type& type) {
    return std::any_of(type.shape.begin(), type.shape.end(), [](const Dim& dim) { return dim == Dim::named("batch"); });
}

// `available`: numbers in a row, or in all. Where one free dimension would make them fit, the hint names its value.
Error width_error(const Feed& feed, const std::string& found, std::int64_t available) {
    std::string hint = "give as many columns, or an array of that shape per row";
    std::int64_t rest = 1;
    std::vector<std::string> open;
    for (const Dim& dim : feed.type.shape) {
        if (dim.is_constant()) {
            rest *= dim.constant();
        } else if (dim != Dim::named("batch")) {
            open.push_back(dim.text());
        }
    }
    if (open.size() == 1 && rest > 0 && available > 0 && available % rest == 0) {
        hint = fmt::format("`-D {}={}` makes it fit", open[0], available / rest);
    }
    return Error{&kFeedWidth,
                 fmt::format("`{}` is {} in the model, but its data has {}", feed.name, type_text(feed.type), found),
                 hint,
                 {},
                 ExitCode::kWrongInput};
}

// The columns side by side, row after row.
std::vector<double> interleave(const Dataset& dataset, const std::vector<const DataColumn*>& columns) {
    std::int64_t width = 0;
    for (const DataColumn* column : columns) width += column->values_per_row();
    std::vector<double> values(static_cast<std::size_t>(width * dataset.rows));
    std::int64_t at = 0;
    for (const DataColumn* column : columns) {
        const std::int64_t part = column->values_per_row();
        for (std::int64_t row = 0; row < dataset.rows; ++row) {
            std::copy_n(column->values.begin() + row * part, part, values.begin() + row * width + at);
        }
        at += part;
    }
    return values;
}

Expected<FeedTable> make_table(const Feed& feed, const CompiledModel& model, const Dataset& dataset) {
    std::vector<const DataColumn*> columns;
    std::vector<int> indices;
    for (const std::string& name : feed.columns) {
        const auto found = std::find_if(dataset.columns.begin(), dataset.columns.end(),
                                        [&](const DataColumn& column) { return column.name == name; });
        NNCC_CHECK(found != dataset.columns.end(), "{}", name);
        columns.push_back(&*found);
        indices.push_back(static_cast<int>(found - dataset.columns.begin()));
    }
    if (feed.type.dtype == DType::kI32) {
        Expected<> integers = check_integers(dataset, indices);
        if (!integers) return integers.error();
    }

    FeedTable table;
    table.name = feed.name;
    table.dtype = feed.type.dtype;
    table.whole = !has_batch(feed.type);
    std::int64_t found_elements = 0;
    for (const DataColumn* column : columns) found_elements += column->values_per_row();
    for (std::size_t axis = table.whole ? 0 : 1; axis < feed.type.shape.size(); ++axis) {
        const std::optional<std::int64_t> extent = feed.type.shape[axis].bound(model.program.dims);
        table.row_extents.push_back(extent.value_or(1));
    }
    const std::optional<std::int64_t> elements = checked_product(table.row_extents);
    if (!elements) return width_error(feed, "fewer elements than that", 0);
    table.row_elements = *elements;
    const std::int64_t available = table.whole ? found_elements * dataset.rows : found_elements;
    if (available != table.row_elements) {
        return width_error(
            feed,
            table.whole ? fmt::format("{} elements in all", available) : fmt::format("{} per row", found_elements),
            available);
    }
    table.row_bytes = table.row_elements * dtype_bytes(table.dtype);
    const std::vector<double> values = interleave(dataset, columns);
    switch (table.dtype) {
        case DType::kF32: narrow<float>(values, table.bytes); break;
        case DType::kF64: narrow<double>(values, table.bytes); break;
        case DType::kI32: narrow<std::int32_t>(values, table.bytes); break;
        case DType::kBool: narrow<bool>(values, table.bytes); break;
    }
    return table;
}

DataSource source_of(const DataSpec& spec) {
    DataSource source;
    switch (spec.kind) {
        case DataSpec::Kind::kCsv: source.kind = DataSourceKind::kCsv; break;
        case DataSpec::Kind::kNpz: source.kind = DataSourceKind::kNpz; break;
        case DataSpec::Kind::kText: source.kind = DataSourceKind::kText; break;
        default: source.kind = DataSourceKind::kSqlite;
    }
    source.stride = spec.stride;
    source.path = spec.path;
    source.table = spec.table;
    source.query = spec.query;
    return source;
}

}  // namespace

void FeedTable::gather(std::span<const std::int64_t> rows, char* out) const {
    if (whole) {
        std::memcpy(out, bytes.data(), static_cast<std::size_t>(row_bytes));
        return;
    }
    for (const std::int64_t index : rows) {
        std::memcpy(out, row(index), static_cast<std::size_t>(row_bytes));
        out += row_bytes;
    }
}

void widen(DType dtype, const char* bytes, std::int64_t count, double* out) {
    switch (dtype) {
        case DType::kF32: widen_elements<float>(bytes, count, out); break;
        case DType::kF64: widen_elements<double>(bytes, count, out); break;
        case DType::kI32: widen_elements<std::int32_t>(bytes, count, out); break;
        case DType::kBool: widen_elements<bool>(bytes, count, out); break;
    }
}

Expected<DataSource> choose_source(const CompiledModel& model, const std::string& option,
                                   const std::string& model_file) {
    if (!option.empty()) return parse_data_source(option);
    if (!model.train || model.train->data.kind == DataSpec::Kind::kNone) {
        return Error{&kNoData,
                     fmt::format("`{}` has no `data` in a train block, and no `--data` was given", model.program.name),
                     "give `--data sqlite:FILE?table=T`, `--data csv:FILE`, `--data npz:FILE` or `--data text:FILE`",
                     {},
                     ExitCode::kUsage};
    }
    DataSource source = source_of(model.train->data);
    const std::filesystem::path beside = std::filesystem::path(model_file).parent_path() / source.path;
    std::error_code ignored;
    if (!std::filesystem::exists(source.path, ignored) && std::filesystem::exists(beside, ignored))
        source.path = beside.string();
    return source;
}

Expected<Feeds> read_feeds(const CompiledModel& model, const DataSource& source, bool with_data) {
    NNCC_CHECK(model.train.has_value());
    const auto feed_named = [&](const std::string& name) -> const Feed* {
        for (const Feed& feed : model.train->feeds) {
            if (feed.name == name) return &feed;
        }
        return nullptr;
    };
    std::vector<const Feed*> wanted;
    for (const auto& [name, type] : model.inputs) {
        const Feed* feed = feed_named(name);
        if (feed == nullptr) {
            return Error{&kNoData,
                         fmt::format("the train block feeds nothing into the model's input `{}`", name),
                         fmt::format("write `{} = columns(...)` in the train block", name),
                         {},
                         ExitCode::kWrongInput};
        }
        wanted.push_back(feed);
    }
    if (with_data) {
        for (const std::string& name : model.program.data) {
            const Feed* feed = feed_named(name);
            NNCC_CHECK(feed != nullptr, "{}", name);
            wanted.push_back(feed);
        }
    }
    std::vector<std::string> names;
    for (const Feed* feed : wanted) {
        for (const std::string& column : feed->columns) {
            if (std::find(names.begin(), names.end(), column) == names.end()) names.push_back(column);
        }
    }
    DataSource windowed = source;
    if (source.kind == DataSourceKind::kText) {
        // A row is as long as the first feed's; make_table refuses others.
        for (const Feed* feed : wanted) {
            if (windowed.window == 0 && feed->type.rank() > 1)
                windowed.window = feed->type.shape[1].bound(model.program.dims).value_or(1);
        }
    }
    Expected<Dataset> dataset = read_columns(windowed, names);
    if (!dataset) return dataset.error();
    // Names are matched without regard to case where that is what finds them; here they are as the model writes them.
    for (std::size_t index = 0; index < names.size(); ++index) dataset->columns[index].name = names[index];

    Feeds feeds;
    feeds.rows = dataset->rows;
    feeds.keys = dataset->keys;
    feeds.characters = dataset->characters;
    for (std::size_t index = 0; index < wanted.size(); ++index) {
        Expected<FeedTable> table = make_table(*wanted[index], model, *dataset);
        if (!table) return table.error();
        (index < model.inputs.size() ? feeds.inputs : feeds.data).push_back(std::move(*table));
    }
    return feeds;
}

Tensor<double> feed_tensor(const FeedTable& table, std::span<const std::int64_t> rows) {
    Tensor<double> tensor;
    tensor.dtype = table.dtype;
    if (!table.whole) tensor.extents.push_back(static_cast<std::int64_t>(rows.size()));
    tensor.extents.insert(tensor.extents.end(), table.row_extents.begin(), table.row_extents.end());
    const std::int64_t count = table.whole ? 1 : static_cast<std::int64_t>(rows.size());
    tensor.elements.resize(count * table.row_elements);
    for (std::int64_t index = 0; index < count; ++index) {
        widen(table.dtype, table.row(table.whole ? 0 : rows[static_cast<std::size_t>(index)]), table.row_elements,
              tensor.elements.data() + index * table.row_elements);
    }
    return tensor;
}

}  // namespace nncc

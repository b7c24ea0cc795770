// The named columns of a CSV file to numbers.
#include <algorithm>

#include "data/csv.h"
#include "data/data_error.h"
#include "data/dataset_readers.h"
#include "data/diagnostic_kinds.h"

namespace nncc {

namespace {

Expected<double> number_of(const CsvField& field, const std::string& column, const std::string& path,
                           std::int64_t line) {
    Cell cell = read_cell(field);
    if (cell.kind == CellKind::kInteger || cell.kind == CellKind::kReal) return cell.number;
    std::string place = fmt::format("column `{}` in line {} of `{}`", column, line, path);
    constexpr std::size_t kShown = 40;
    std::string shown = field.text.size() > kShown ? field.text.substr(0, kShown) + "..." : field.text;
    switch (cell.kind) {
        case CellKind::kMissing:
            return wrong_data(kValueMissing, fmt::format("{} is empty", place),
                              "fill the value in, or leave the line out");
        case CellKind::kNotFinite:
            return wrong_data(kValueNotFinite, fmt::format("{} is `{}`, no finite number", place, shown));
        case CellKind::kInteger:
        case CellKind::kReal:
        case CellKind::kText: break;
    }
    return wrong_data(kValueNotANumber, fmt::format("{} is the text `{}`, no number", place, shown));
}

}  // namespace

Expected<std::vector<std::string>> list_csv_columns(const DataSource& source) {
    Expected<CsvFile> file = open_csv(source);
    if (!file) return file.error();
    return file->names;
}

Expected<Dataset> read_csv_columns(const DataSource& source, const std::vector<std::string>& names) {
    Expected<CsvFile> file = open_csv(source);
    if (!file) return file.error();
    std::string place = fmt::format("`{}`", source.path);
    Expected<std::vector<int>> found = find_columns(names, file->names, place);
    if (!found) {
        Error error = found.error();
        if (file->names_are_numbered)
            error.hint = fmt::format("the file has no header; name its columns: csv:{}?columns=a,b,...", source.path);
        return error;
    }
    Dataset dataset;
    dataset.keys.columns = {"row"};
    // At most so many rows; growing by doubling would take three times the memory.
    auto line_count = static_cast<std::size_t>(std::count(file->bytes.begin(), file->bytes.end(), '\n')) + 1;
    for (const std::string& name : names) {
        dataset.columns.push_back({name, {}, {}});
        dataset.columns.back().values.reserve(
            std::min(line_count, static_cast<std::size_t>(kMaxDatasetBytes / 8) / names.size()));
    }

    CsvReader reader = file->rows();
    std::vector<CsvField> fields;
    while (true) {
        Expected<bool> row = reader.next(fields);
        if (!row) return row.error();
        if (!*row) break;
        if (Expected<> full = check_field_count(*file, fields, reader.line()); !full) return full.error();
        for (std::size_t i = 0; i < names.size(); ++i) {
            const CsvField& field = fields[static_cast<std::size_t>((*found)[i])];
            Expected<double> number = number_of(field, names[i], source.path, reader.line());
            if (!number) return number.error();
            dataset.columns[i].values.push_back(*number);
        }
        ++dataset.rows;
        Expected<> fits = check_dataset_size(dataset.rows, names.size(), place);
        if (!fits) return fits.error();
    }
    return dataset;
}

}  // namespace nncc

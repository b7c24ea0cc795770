// The cells of a CSV file to one type per column.
#include "data/load_plan.h"

#include "base/display.h"
#include "data/data_error.h"
#include "data/diagnostic_kinds.h"

namespace nncc {

namespace {

// What the cells of a column were.
struct Tally {
    std::int64_t missing = 0, integers = 0, reals = 0, texts = 0;
    std::string first_text;
    std::int64_t first_text_line = 0;
};

Expected<> check_names(const CsvFile& file, const LoadRequest& request) {
    if (file.names_are_numbered) {
        return wrong_data(
            kColumnNamesInvalid,
            fmt::format("`{}` has no header, and no names are given for its {} columns", file.path, file.names.size()),
            "name them: --columns a,b,c");
    }
    for (std::size_t i = 0; i < file.names.size(); ++i) {
        if (file.names[i].empty())
            return wrong_data(kColumnNamesInvalid, fmt::format("the name of column {} is empty", i + 1));
        std::vector<std::string> before(file.names.begin(), file.names.begin() + static_cast<std::ptrdiff_t>(i));
        // SQLite tells names apart without regard to case, so find_name's second pass is the one that counts.
        if (find_name(file.names[i], before) == -1) continue;
        return wrong_data(kColumnNamesInvalid,
                          fmt::format("two columns of `{}` are named `{}`, in {}", file.path, file.names[i],
                                      request.csv.columns.empty() ? "its header" : "the names given"),
                          "SQLite does not tell upper from lower case in names");
    }
    return Nothing{};
}

Expected<> tally_cell(const CsvField& field, std::int64_t line, const std::string& path, Tally& tally) {
    switch (read_cell(field).kind) {
        case CellKind::kMissing: ++tally.missing; return Nothing{};
        case CellKind::kInteger: ++tally.integers; return Nothing{};
        case CellKind::kReal: ++tally.reals; return Nothing{};
        case CellKind::kNotFinite:
        case CellKind::kText: break;
    }
    if (find_invalid_utf8(field.text) != std::string_view::npos) {
        return wrong_data(kCsvMalformed, fmt::format("line {} of `{}`: text that is not UTF-8", line, path),
                          fmt::format("convert it first: iconv -f LATIN1 -t UTF-8 {}", path));
    }
    if (tally.texts++ == 0) {
        tally.first_text = field.text;
        tally.first_text_line = line;
    }
    return Nothing{};
}

}  // namespace

Expected<LoadPlan> plan_load(const LoadRequest& request) {
    Expected<CsvFile> file = open_csv(request.csv);
    if (!file) return file.error();
    if (Expected<> named = check_names(*file, request); !named) return named.error();
    LoadPlan plan = {.file = std::move(*file), .report = {}, .text_lines = {}};
    plan.report.names_origin = request.csv.columns.empty() ? NamesOrigin::kHeader : request.names_origin;

    std::vector<Tally> tallies(plan.file.names.size());
    CsvReader reader = plan.file.rows();
    std::vector<CsvField> fields;
    while (true) {
        Expected<bool> row = reader.next(fields);
        if (!row) return row.error();
        if (!*row) break;
        if (Expected<> full = check_field_count(plan.file, fields, reader.line()); !full) return full.error();
        for (std::size_t i = 0; i < fields.size(); ++i) {
            Expected<> told = tally_cell(fields[i], reader.line(), plan.file.path, tallies[i]);
            if (!told) return told.error();
        }
        ++plan.report.rows;
    }
    for (std::size_t i = 0; i < tallies.size(); ++i) {
        Tally& tally = tallies[i];
        LoadedColumn column = {.name = plan.file.names[i],
                               .type = ColumnType::kReal,
                               .missing = tally.missing,
                               .first_text = "",
                               .first_text_line = 0};
        if (tally.texts > 0) {
            column.type = ColumnType::kText;
        } else if (tally.reals == 0 && tally.integers > 0) {
            column.type = ColumnType::kInteger;
        }
        if (tally.texts > 0 && tally.integers + tally.reals > 0) {
            column.first_text = std::move(tally.first_text);
            column.first_text_line = tally.first_text_line;
        }
        plan.text_lines.push_back(tally.first_text_line);
        plan.report.columns.push_back(std::move(column));
    }
    return plan;
}

}  // namespace nncc

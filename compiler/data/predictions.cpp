// Predictions to the table `<model>_predictions`, in one transaction, keyed by the rows of the source.
#include "data/predictions.h"

#include <cmath>

#include "data/data_error.h"
#include "data/diagnostic_kinds.h"
#include "data/sqlite_database.h"

namespace nncc {

namespace {

struct Layout {
    std::string table;
    std::vector<std::string> keys;     // columns of the primary key
    std::vector<std::string> columns;  // all of them: keys, outputs, model_hash, time
};

// A key column keeps its name, unless that means something else here.
std::string key_column_name(const std::string& name, const std::vector<std::string>& others) {
    bool is_rowid = find_name(name, {"rowid", "_rowid_", "oid"}) != -1;
    return is_rowid || find_name(name, others) != -1 ? "source_" + name : name;
}

Layout layout_of(const Predictions& predictions) {
    Layout layout;
    layout.table = prediction_table_name(predictions.model);
    std::vector<std::string> others = predictions.outputs;
    others.insert(others.end(), {"model_hash", "time"});
    for (const std::string& key : predictions.keys->columns) layout.keys.push_back(key_column_name(key, others));
    layout.columns = layout.keys;
    layout.columns.insert(layout.columns.end(), others.begin(), others.end());
    return layout;
}

std::string quoted_list(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + quote_identifier(name);
    return list;
}

Expected<> create(Database& database, const Layout& layout, RowKeyKind kind) {
    std::string body;
    for (std::size_t i = 0; i < layout.columns.size(); ++i) {
        bool is_key = i < layout.keys.size();
        bool is_text = i + 2 >= layout.columns.size();
        const char* type = is_key ? (kind == RowKeyKind::kPrimaryKey ? "" : " INTEGER") : is_text ? " TEXT" : " REAL";
        body += fmt::format("{}{} NOT NULL, ", quote_identifier(layout.columns[i]), type);
    }
    bool integer_key = kind != RowKeyKind::kPrimaryKey;
    return database.execute(fmt::format("CREATE TABLE main.{} ({}PRIMARY KEY ({})){}", quote_identifier(layout.table),
                                        body, quoted_list(layout.keys), integer_key ? "" : " WITHOUT ROWID"));
}

bool fits(const TableInfo& table, const Layout& layout) {
    if (table.type != "table" || table.column_names() != layout.columns) return false;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        int expected = i < layout.keys.size() ? static_cast<int>(i) + 1 : 0;
        if (table.columns[i].primary_key != expected) return false;
    }
    return true;
}

Expected<> make_table(Database& database, const Layout& layout, RowKeyKind kind, bool replace_table) {
    Expected<TableInfo> table = find_table(database, layout.table);
    if (!table) return table.error();
    bool exists = !table->name.empty();
    if (exists && fits(*table, layout)) return Nothing{};
    if (exists && (!replace_table || table->type != "table")) {
        return wrong_data(
            kPredictionTableDiffers,
            fmt::format(
                "{} `{}` of `{}` cannot take these predictions: it has the columns {}, but they need {} with the "
                "key {}",
                table->type, table->name, database.path(), quoted_list(table->column_names()),
                quoted_list(layout.columns), quoted_list(layout.keys)),
            "rename or drop that table, and predict again");
    }
    if (exists) {
        Expected<> dropped = database.execute(fmt::format("DROP TABLE main.{}", quote_identifier(table->name)));
        if (!dropped) return dropped;
    }
    return create(database, layout, kind);
}

std::string upsert_text(const Layout& layout) {
    std::string parameters, updates;
    for (std::size_t i = 0; i < layout.columns.size(); ++i) {
        parameters += fmt::format("{}?{}", i == 0 ? "" : ", ", i + 1);
        if (i < layout.keys.size()) continue;
        std::string name = quote_identifier(layout.columns[i]);
        updates += fmt::format("{}{} = excluded.{}", updates.empty() ? "" : ", ", name, name);
    }
    return fmt::format("INSERT INTO main.{} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}",
                       quote_identifier(layout.table), quoted_list(layout.columns), parameters,
                       quoted_list(layout.keys), updates);
}

Expected<std::int64_t> count_rows(Database& database, const std::string& table) {
    Expected<Statement> count = database.prepare(fmt::format("SELECT count(*) FROM main.{}", quote_identifier(table)));
    if (!count) return count.error();
    if (Expected<bool> row = count->step(); !row) return row.error();
    return count->integer(0);
}

Expected<> check_finite(const Predictions& predictions) {
    std::size_t outputs = predictions.outputs.size();
    for (std::size_t i = 0; i < predictions.values.size(); ++i) {
        double value = predictions.values[i];
        if (std::isfinite(value)) continue;
        return Error{.kind = &kValueNotFinite,
                     .message = fmt::format("`{}` predicts {} for `{}` at {}", predictions.model,
                                            std::isnan(value) ? "NaN" : "an infinity", predictions.outputs[i % outputs],
                                            row_key_text(*predictions.keys, predictions.rows[i / outputs])),
                     .hint = "nothing was written",
                     .exit_code = ExitCode::kNumeric};
    }
    return Nothing{};
}

Expected<> write_rows(Database& database, const Predictions& predictions, const Layout& layout) {
    Expected<Statement> upsert = database.prepare(upsert_text(layout));
    if (!upsert) return upsert.error();
    std::size_t outputs = predictions.outputs.size();
    for (std::size_t r = 0; r < predictions.rows.size(); ++r) {
        int parameter = 1;
        for (const KeyValue& value : predictions.keys->of(predictions.rows[r])) upsert->bind_key(parameter++, value);
        for (std::size_t i = 0; i < outputs; ++i) upsert->bind(parameter++, predictions.values[r * outputs + i]);
        upsert->bind(parameter, predictions.model_hash).bind(parameter + 1, predictions.time);
        if (Expected<> written = upsert->run(); !written) return written.error();
    }
    return Nothing{};
}

}  // namespace

std::string prediction_table_name(const std::string& model) { return model + "_predictions"; }

Expected<PredictionReport> write_predictions(const std::string& path, const Predictions& predictions,
                                             bool replace_table) {
    NNCC_CHECK(!predictions.outputs.empty() &&
                   predictions.values.size() == predictions.rows.size() * predictions.outputs.size(),
               "{} values for {} rows of {}", predictions.values.size(), predictions.rows.size(),
               predictions.outputs.size());
    if (Expected<> finite = check_finite(predictions); !finite) return finite.error();
    Expected<Database> database = Database::open_for_writing(path);
    if (!database) return database.error();
    Expected<Transaction> transaction = Transaction::begin(*database);
    if (!transaction) return transaction.error();
    Layout layout = layout_of(predictions);
    if (Expected<> made = make_table(*database, layout, predictions.keys->kind, replace_table); !made)
        return made.error();
    Expected<std::int64_t> before = count_rows(*database, layout.table);
    if (!before) return before.error();
    if (Expected<> written = write_rows(*database, predictions, layout); !written) return written.error();
    Expected<std::int64_t> after = count_rows(*database, layout.table);
    if (!after) return after.error();
    if (Expected<> committed = transaction->commit(); !committed) return committed.error();
    PredictionReport report = {.table = layout.table, .inserted = *after - *before, .replaced = 0};
    report.replaced = static_cast<std::int64_t>(predictions.rows.size()) - report.inserted;
    return report;
}

}  // namespace nncc

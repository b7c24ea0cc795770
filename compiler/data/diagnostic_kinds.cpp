// Codes of data sources and databases to their explanations.
#include "data/diagnostic_kinds.h"

#include <array>

namespace nncc {

const DiagnosticKind kDataSourceMalformed = {
    .code = "NN0301",
    .title = "data source not understood",
    .explanation =
        "A data source names a kind, a file and what to read of it:\n"
        "    sqlite:pima.db?table=patients\n"
        "    sqlite:pima.db?query=SELECT * FROM patients WHERE age > 30\n"
        "    csv:pima.csv?header=no&columns=glucose,age,outcome\n"
        "    npz:pima.npz\n"
        "    text:shakespeare.txt?stride=16\n"
        "Quote it on a command line, because shells give meaning to `?`, `&` and spaces.",
};

const DiagnosticKind kDataFileMissing = {
    .code = "NN0302",
    .title = "data file missing",
    .explanation =
        "There is no file of that name. A path in a `train` block starts from the folder of the model, one on the "
        "command\n"
        "line from the current folder. nncc never makes an empty database in passing, as SQLite would; a CSV file "
        "becomes\n"
        "a database with\n"
        "    nncc data load pima.csv --into pima.db --table patients",
};

const DiagnosticKind kNotADatabase = {
    .code = "NN0303",
    .title = "not an SQLite database",
    .explanation =
        "The file exists, but does not start as an SQLite 3 database does. It may be a CSV file (read it with "
        "csv:FILE),\n"
        "a dump of SQL statements (sqlite3 new.db < dump.sql), an encrypted database, or one cut short.",
};

const DiagnosticKind kDatabaseLocked = {
    .code = "NN0304",
    .title = "database locked",
    .explanation =
        "Another program is writing to the database and did not finish within two seconds. nncc reads inside one\n"
        "transaction and writes inside one transaction, so trying again is safe: nothing was written.",
};

const DiagnosticKind kDatabaseFailed = {
    .code = "NN0305",
    .title = "database operation failed",
    .explanation =
        "SQLite reported a failure that is neither a lock nor a wrong kind of file: the disk is full, the file or its\n"
        "folder may not be written, the database is damaged (sqlite3 FILE 'PRAGMA integrity_check' tells), or a "
        "constraint\n"
        "of a table refused a row. What was begun was rolled back: the database is as it was.",
};

const DiagnosticKind kTableMissing = {
    .code = "NN0306",
    .title = "no such table",
    .explanation =
        "The database has neither a table nor a view of that name. The message lists those it has. A typical mistake "
        "is\n"
        "    data = sqlite(\"pima.db\", table = \"patient\")\n"
        "where the table is `patients`.",
};

const DiagnosticKind kColumnMissing = {
    .code = "NN0307",
    .title = "no such column",
    .explanation =
        "The table, query or file has no column of that name. Names match exactly, or without regard to upper and "
        "lower\n"
        "case. A CSV file without a header has the columns column_1, column_2 and so on, until they are named:\n"
        "    csv:pima.csv?columns=glucose,age,outcome",
};

const DiagnosticKind kColumnAmbiguous = {
    .code = "NN0308",
    .title = "column name ambiguous",
    .explanation =
        "Several columns have that name, and nncc does not choose among them. In a query, name them apart:\n"
        "    SELECT a.value AS before, b.value AS after FROM a JOIN b USING (id)",
};

const DiagnosticKind kQueryRefused = {
    .code = "NN0309",
    .title = "query refused",
    .explanation =
        "A data query is one SELECT (WITH and VALUES included) that reads tables and calls functions, and nothing "
        "else.\n"
        "Statements that write, attach databases or set pragmas are refused even though the database is opened "
        "read-only,\n"
        "and so is a second statement after the first. If the SELECT itself is wrong, the message is SQLite's.",
};

const DiagnosticKind kValueMissing = {
    .code = "NN0310",
    .title = "value missing",
    .explanation =
        "A column that the model reads has NULL, or an empty CSV field, in the row that is named. What a missing "
        "value\n"
        "means (zero, the mean, no row at all) is for the model's author to say, so nncc does not guess. Leave such "
        "rows\n"
        "out, or fill them, in a query:\n"
        "    SELECT coalesce(insulin, 0) AS insulin, age FROM patients WHERE age IS NOT NULL",
};

const DiagnosticKind kValueNotANumber = {
    .code = "NN0311",
    .title = "text where a number is needed",
    .explanation =
        "A column that the model reads holds a text or a blob in the row that is named. SQLite keeps '12' as text in "
        "a\n"
        "column without a type, and the shell's .import makes such columns. Load the file again with `nncc data "
        "load`,\n"
        "which types columns by their content, or write CAST(age AS REAL) in a query. Marks for missing values such "
        "as\n"
        "`?` or `NA` are texts too.",
};

const DiagnosticKind kValueNotFinite = {
    .code = "NN0312",
    .title = "value not finite",
    .explanation =
        "NaN and infinities would spread through every weight within one training step, so they are refused when data "
        "is\n"
        "read, and when predictions are written. The message names the column and the row.",
};

const DiagnosticKind kNoRows = {
    .code = "NN0313",
    .title = "no rows",
    .explanation =
        "The table, query or file has no row of data, so there is nothing to train on or to predict. A query's WHERE "
        "may\n"
        "be too strict; a CSV file of one line may have that line taken for its header (header=no says otherwise).",
};

const DiagnosticKind kDataTooLarge = {
    .code = "NN0314",
    .title = "data set too large",
    .explanation =
        "The columns that a model reads are held in memory as numbers of double precision, 4 GiB at most. Read fewer\n"
        "columns, or fewer rows with a query (LIMIT, or a sample by rowid % 10 = 0).",
};

const DiagnosticKind kCsvMalformed = {
    .code = "NN0315",
    .title = "CSV file malformed",
    .explanation =
        "CSV is read as RFC 4180 describes it: a field that holds a delimiter, a quote or a line end is wholly quoted, "
        "and\n"
        "quotes inside it are doubled:\n"
        "    3,\"height 5\"\"10, in feet\"\n"
        "Lines end in LF or CRLF, text is UTF-8, and no line between others is blank.",
};

const DiagnosticKind kCsvRagged = {
    .code = "NN0316",
    .title = "CSV line with another number of fields",
    .explanation =
        "Every line has as many fields as the first. A line with fewer was often cut short; one with more often holds "
        "a\n"
        "delimiter inside an unquoted text, or a decimal comma. csv:FILE?delimiter=; sets another delimiter.",
};

const DiagnosticKind kCsvLineTooLong = {
    .code = "NN0317",
    .title = "CSV line too long",
    .explanation =
        "A line, or a quoted field with the line ends in it, is longer than 1 MiB. That is nearly always a quote that "
        "is\n"
        "opened and never closed, or a file that is no CSV.",
};

const DiagnosticKind kColumnNamesInvalid = {
    .code = "NN0318",
    .title = "column names missing, doubled or too many",
    .explanation =
        "To become a table, each column needs a name of its own: from the first line of the file, if that is a header, "
        "or\n"
        "from --columns, one name per field. A first line in which every field is a text is a header, and so is one "
        "with a\n"
        "text above a number. SQLite takes `Age` and `age` for the same name.",
};

const DiagnosticKind kTableExists = {
    .code = "NN0319",
    .title = "table exists",
    .explanation =
        "`nncc data load` does not touch a table that is there, unless told to: --replace drops it and makes it anew,\n"
        "--append adds the file's rows to it. Either happens in one transaction.",
};

const DiagnosticKind kTableDiffers = {
    .code = "NN0320",
    .title = "table has other columns",
    .explanation =
        "A table that is there lacks a column that is to be written, or has one of numbers where the file has text. "
        "Rows\n"
        "are appended by the names of columns, not by their order. The tables nncc_runs, nncc_metrics and "
        "nncc_held_back\n"
        "are nncc's own.",
};

const DiagnosticKind kPredictionTableDiffers = {
    .code = "NN0321",
    .title = "prediction table has other columns",
    .explanation =
        "The table MODEL_predictions was made for another key or another number of outputs: the model changed, or the\n"
        "rows come from another source. Mixing old and new predictions in one table would be wrong, and dropping the "
        "old\n"
        "ones is for you to decide:\n"
        "    ALTER TABLE pima_predictions RENAME TO pima_predictions_before",
};

const DiagnosticKind kRowCountsDiffer = {
    .code = "NN0322",
    .title = "arrays with different numbers of rows",
    .explanation =
        "The first axis of each array that a model reads from an .npz file is the row, so all have the same extent "
        "there:\n"
        "    numpy.savez(\"data.npz\", x=x, y=y)   # x.shape[0] == y.shape[0]",
};

const DiagnosticKind kSplitEmpty = {
    .code = "NN0323",
    .title = "validation split leaves no rows",
    .explanation =
        "`validation = 0.2` holds back a fifth of the rows, `last(0.25)` the last quarter, `last(100)` the last "
        "hundred.\n"
        "Both parts need at least one row; a fraction lies between 0 and 1; there are at least two folds, and no more\n"
        "than rows.",
};

const DiagnosticKind kRunMissing = {
    .code = "NN0324",
    .title = "no such run",
    .explanation =
        "The database records no training run of that number. SELECT id, model, started FROM nncc_runs lists them. A "
        "run\n"
        "is recorded when training starts, in the database that the data came from.",
};

const DiagnosticKind kValueNotAnInteger = {
    .code = "NN0325",
    .title = "number where an integer is needed",
    .explanation =
        "An input of type i32 (a class, a token, an index) is fed from a column that holds a fraction, or an integer "
        "of\n"
        "more than 32 bits. It is refused rather than rounded. Check which column the `train` block names.",
};

const DiagnosticKind kTextMalformed = {
    .code = "NN0326",
    .title = "text that cannot be numbered",
    .explanation =
        "A text is UTF-8, and each of its characters becomes a number. In training the numbers are the places of the\n"
        "characters that occur, sorted by their bytes; they are kept with the weights. In prediction a character that\n"
        "training never saw has no number.",
};

std::span<const DiagnosticKind* const> data_diagnostics() {
    static constexpr std::array kKinds = {
        &kDataSourceMalformed,
        &kDataFileMissing,
        &kNotADatabase,
        &kDatabaseLocked,
        &kDatabaseFailed,
        &kTableMissing,
        &kColumnMissing,
        &kColumnAmbiguous,
        &kQueryRefused,
        &kValueMissing,
        &kValueNotANumber,
        &kValueNotFinite,
        &kNoRows,
        &kDataTooLarge,
        &kCsvMalformed,
        &kCsvRagged,
        &kCsvLineTooLong,
        &kColumnNamesInvalid,
        &kTableExists,
        &kTableDiffers,
        &kPredictionTableDiffers,
        &kRowCountsDiffer,
        &kSplitEmpty,
        &kRunMissing,
        &kValueNotAnInteger,
        &kTextMalformed,
    };
    return kKinds;
}

}  // namespace nncc

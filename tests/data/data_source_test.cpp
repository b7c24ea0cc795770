// Texts of data sources: read, printed back, refused.
#include "data/data_source.h"

#include "data/diagnostic_kinds.h"
#include "scratch.h"

namespace nncc {
namespace {

TEST(DataSource, TextsAreReadAndPrintedBack) {
    for (const char* text :
         {"sqlite:pima.db?table=patients", "sqlite:a?b.db?table=odd ? & = name",
          "sqlite:p.db?query=SELECT a FROM t WHERE b = '?table='", "csv:pima.csv",
          "csv:p.csv?header=no&columns=a,b&delimiter=;", "csv:p.csv?header=yes", "csv:p.csv?delimiter=tab",
          "csv:what?.csv", "npz:data.npz", "text:a.txt", "text:a.txt?stride=16"}) {
        Expected<DataSource> source = parse_data_source(text);
        ASSERT_TRUE(source) << text;
        EXPECT_EQ(data_source_text(*source), text);
    }
}

TEST(DataSource, PartsAreWhereTheyBelong) {
    Expected<DataSource> table = parse_data_source("sqlite:a?b.db?table=odd ? name");
    EXPECT_EQ(table->path, "a?b.db");
    EXPECT_EQ(table->table, "odd ? name");
    Expected<DataSource> csv = parse_data_source("csv:p.csv?header=no&columns=a,b&delimiter=;");
    EXPECT_EQ(csv->path, "p.csv");
    EXPECT_EQ(csv->header, CsvHeader::kNo);
    EXPECT_EQ(csv->columns, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(csv->delimiter, ';');
}

TEST(DataSource, OtherTextsAreUsageErrors) {
    auto why = [](const std::string& text) {
        Expected<DataSource> source = parse_data_source(text);
        EXPECT_FALSE(source) << text;
        if (source) return std::string();
        EXPECT_EQ(source.error().kind, &kDataSourceMalformed);
        EXPECT_EQ(source.error().exit_code, ExitCode::kUsage);
        EXPECT_EQ(source.error().hint,
                  "sqlite:FILE?table=NAME, sqlite:FILE?query=SELECT ..., csv:FILE, npz:FILE or "
                  "text:FILE");
        return source.error().message;
    };
    EXPECT_EQ(why(""), "`` is no data source: it does not start with sqlite:, csv:, npz: or text:");
    EXPECT_EQ(why("pima.db"), "`pima.db` is no data source: it does not start with sqlite:, csv:, npz: or text:");
    EXPECT_EQ(why("csv"), "`csv` is no data source: it does not start with sqlite:, csv:, npz: or text:");
    EXPECT_EQ(why("sqlite:pima.db"), "`sqlite:pima.db` is no data source: it names neither a table nor a query");
    EXPECT_EQ(why("sqlite:pima.db?table="), "`sqlite:pima.db?table=` is no data source: the table's name is empty");
    EXPECT_EQ(why("sqlite:pima.db?query="), "`sqlite:pima.db?query=` is no data source: the query is empty");
    EXPECT_EQ(why("sqlite:?table=t"), "`sqlite:?table=t` is no data source: the file's name is empty");
    EXPECT_EQ(why("npz:"), "`npz:` is no data source: the file's name is empty");
    EXPECT_EQ(why("text:a?stride=0"), "`text:a?stride=0` is no data source: the stride `0` is no positive number");
    EXPECT_EQ(why("csv:a?header=maybe"),
              "`csv:a?header=maybe` is no data source: `header=maybe` is no option of a CSV file");
    EXPECT_EQ(why("csv:a?header=no&x=1"), "`csv:a?header=no&x=1` is no data source: `x=1` is no option of a CSV file");
}

TEST(DataDiagnostics, CodesAreDistinctAndExplained) {
    std::string before;
    for (const DiagnosticKind* kind : data_diagnostics()) {
        EXPECT_LT(before, kind->code);
        EXPECT_GT(std::string(kind->explanation).size(), 100U) << kind->code;
        before = kind->code;
    }
}

}  // namespace
}  // namespace nncc

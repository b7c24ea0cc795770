// CSV: RFC 4180, headers told from data, and each broken line found by its number.
#include "data/csv.h"

#include <cmath>
#include <random>

#include "data/dataset.h"
#include "data/dataset_readers.h"
#include "data/diagnostic_kinds.h"
#include "scratch.h"

namespace nncc {
namespace {

class Csv : public ScratchTest {
  protected:
    // All fields of all records: "a|b\nc|d\n", or the error.
    static std::string fields_of(const std::string& text, char delimiter = ',') {
        CsvReader reader(text, "d.csv", delimiter);
        std::vector<CsvField> fields;
        std::string all;
        while (true) {
            Expected<bool> record = reader.next(fields);
            if (!record) return outcome(record);
            if (!*record) return all;
            for (const CsvField& field : fields) all += (&field == fields.data() ? "" : "|") + field.text;
            all += '\n';
        }
    }
    static std::string reading(const std::string& text, const std::vector<std::string>& names, DataSource source = {}) {
        write("d.csv", text);
        source.kind = DataSourceKind::kCsv;
        source.path = "d.csv";
        return outcome(read_columns(source, names));
    }
    static std::vector<std::string> names_of(const std::string& text) {
        write("d.csv", text);
        Expected<std::vector<std::string>> names = list_columns({.kind = DataSourceKind::kCsv, .path = "d.csv"});
        return names ? *names : std::vector<std::string>{outcome(names)};
    }
};
using Names = std::vector<std::string>;

TEST_F(Csv, QuotesLineEndsAndMarks) {
    EXPECT_EQ(fields_of("a,b\n1,2\n"), "a|b\n1|2\n");
    EXPECT_EQ(fields_of("a,b\r\n1,2\r\n"), "a|b\n1|2\n");
    EXPECT_EQ(fields_of("a,b\n1,2"), "a|b\n1|2\n");
    EXPECT_EQ(fields_of("\xef\xbb\xbf"
                        "a,b\n"),
              "a|b\n");
    EXPECT_EQ(fields_of("\"a,\"\"x\"\"\",\"two\nlines\"\n1,\n"), "a,\"x\"|two\nlines\n1|\n");
    EXPECT_EQ(fields_of("a;b\n1,5;2\n", ';'), "a|b\n1,5|2\n");
    EXPECT_EQ(fields_of("a\n\n\n"), "a\n");
    EXPECT_EQ(fields_of(""), "");
    EXPECT_EQ(fields_of("\"\"\n"), "\n");
    EXPECT_EQ(fields_of(",\n"), "|\n");
}

TEST_F(Csv, BrokenLinesAreFound) {
    EXPECT_EQ(fields_of("a\nb\"c\n"),
              "NN0315: line 2 of `d.csv`: a quote stands inside a field / quote the whole field, and double the quotes "
              "in it");
    EXPECT_EQ(fields_of("a\n\"b\"c\n"),
              "NN0315: line 2 of `d.csv`: text follows a closing quote / double the quotes inside a quoted field");
    EXPECT_EQ(fields_of("a\nb\n\"c\nd\n"), "NN0315: line 3 of `d.csv`: the quote that opens a field is never closed");
    EXPECT_EQ(fields_of("a\rb\n"), "NN0315: line 1 of `d.csv`: a carriage return stands without a line feed");
    EXPECT_EQ(fields_of("a\n\nb\n"),
              "NN0315: line 2 of `d.csv`: it is blank, but more lines follow / remove the line, or fill it");
    EXPECT_EQ(fields_of("\na\n"),
              "NN0315: line 1 of `d.csv`: it is blank, but more lines follow / remove the line, or fill it");
    EXPECT_EQ(fields_of(std::string("a\nb\0c\n", 6)),
              "NN0315: line 2 of `d.csv`: there is a NUL byte / is it text? UTF-16 is to be converted to UTF-8 first");
    EXPECT_EQ(fields_of("a\n" + std::string(2 << 20, 'x') + "\n"),
              "NN0317: line 2 of `d.csv` is longer than 1048576 bytes");
    EXPECT_EQ(fields_of("a\n\"" + std::string(2 << 20, '\n') + "\n"),
              "NN0317: line 2 of `d.csv`: a quoted field is longer than 1048576 bytes / is a closing quote missing?");
    std::string many_short_fields;
    for (int i = 0; i < (1 << 20); ++i) many_short_fields += "1,";
    EXPECT_EQ(fields_of(many_short_fields), "NN0317: line 1 of `d.csv` is longer than 1048576 bytes");
}

TEST_F(Csv, HeadersAreToldFromData) {
    EXPECT_EQ(names_of("a,b\n1,2\n"), (Names{"a", "b"}));
    EXPECT_EQ(names_of("6,148,72\n1,85,66\n"), (Names{"column_1", "column_2", "column_3"}));
    EXPECT_EQ(names_of("5.1,3.5,setosa\n4.9,3.0,setosa\n"), (Names{"column_1", "column_2", "column_3"}));
    EXPECT_EQ(names_of("name,class\nx,y\n"), (Names{"name", "class"}));
    EXPECT_EQ(names_of(",a\n0,1\n1,2\n"), (Names{"column_1", "a"}));  // an index column without a name
    EXPECT_EQ(names_of("\"fixed acidity\"; pH \n7.4;3.5\n"), (Names{"fixed acidity", "pH"}));
    EXPECT_EQ(names_of("a\tb\n1\t2\n"), (Names{"a", "b"}));
    EXPECT_EQ(names_of("a\n1\n"), (Names{"a"}));
}

TEST_F(Csv, NumbersInEveryForm) {
    auto number = [](const std::string& text) {
        Cell cell = read_cell({.text = text});
        return cell.kind == CellKind::kInteger || cell.kind == CellKind::kReal ? cell.number : std::nan("");
    };
    EXPECT_EQ(number(" 12\t"), 12);
    EXPECT_EQ(number("+1.5e3"), 1500);
    EXPECT_EQ(number("-.5"), -0.5);
    EXPECT_EQ(number("1e-400"), 0);
    EXPECT_EQ(number("9223372036854775808"), 9223372036854775808.0);
    for (const char* text : {"", "1,5", "0x10", "1 2", "+-1", "--1", "e5", "1e", "12a", "."})
        EXPECT_TRUE(std::isnan(number(text))) << text;
    EXPECT_EQ(read_cell({.text = "nan"}).kind, CellKind::kNotFinite);
    EXPECT_EQ(read_cell({.text = "-Inf"}).kind, CellKind::kNotFinite);
    EXPECT_EQ(read_cell({.text = "1e999"}).kind, CellKind::kNotFinite);
    EXPECT_EQ(read_cell({.text = ""}).kind, CellKind::kMissing);
    EXPECT_EQ(read_cell({.text = "", .quoted = true}).kind, CellKind::kText);
    EXPECT_EQ(read_cell({.text = "9223372036854775807"}).integer, INT64_MAX);
}

TEST_F(Csv, ColumnsAreRead) {
    write("d.csv", "a,b,name\r\n1,\"2.5\",x\r\n-3, 4 ,\"two\r\nlines\"\r\n");
    Expected<Dataset> dataset = read_columns({.kind = DataSourceKind::kCsv, .path = "d.csv"}, {"B", "a"});
    ASSERT_TRUE(dataset) << outcome(dataset);
    EXPECT_EQ(dataset->rows, 2);
    EXPECT_EQ(dataset->columns[0].values, (std::vector<double>{2.5, 4}));
    EXPECT_EQ(dataset->columns[1].values, (std::vector<double>{1, -3}));
    EXPECT_EQ(row_key_text(dataset->keys, 1), "row 2");
}

TEST_F(Csv, PimaIsReadByNumberedOrGivenNames) {
    DataSource source = {.kind = DataSourceKind::kCsv,
                         .path = NNCC_SOURCE_DIR "/models/data/pima/pima-indians-diabetes.csv"};
    Expected<Dataset> dataset = read_columns(source, {"column_9", "column_2"});
    ASSERT_TRUE(dataset) << outcome(dataset);
    EXPECT_EQ(dataset->rows, 768);
    double positive = 0, glucose = 0;
    for (double value : dataset->columns[0].values) positive += value;
    for (double value : dataset->columns[1].values) glucose += value;
    EXPECT_EQ(positive, 268);  // as its description says
    EXPECT_NEAR(glucose / 768, 120.9, 0.05);
    source.columns = {"pregnancies", "glucose", "pressure", "skin", "insulin", "bmi", "pedigree", "age", "outcome"};
    EXPECT_EQ(read_columns(source, {"glucose"})->columns[0].values, dataset->columns[1].values);
}

TEST_F(Csv, EachWrongCellAndLineIsNamed) {
    EXPECT_EQ(outcome(read_columns({.kind = DataSourceKind::kCsv, .path = "no.csv"}, {"a"})),
              "NN0302: there is no file `no.csv`");
    EXPECT_EQ(reading("", {"a"}), "NN0313: `d.csv` is empty");
    EXPECT_EQ(reading("a,b\n", {"a"}), "NN0313: `d.csv` has a header, but no rows");
    EXPECT_EQ(reading("a,b\n1,2\n3\n", {"a"}), "NN0316: line 3 of `d.csv` has 1 field, but the first line has 2");
    EXPECT_EQ(reading("a,b\n1,2\n3,4,5\n", {"a"}), "NN0316: line 3 of `d.csv` has 3 fields, but the first line has 2");
    EXPECT_EQ(reading("a,b\n1,2\n3,\n", {"b"}),
              "NN0310: column `b` in line 3 of `d.csv` is empty / fill the value in, or leave the line out");
    EXPECT_EQ(reading("a,b\n1,2\n3,\n", {"a"}), "done");
    EXPECT_EQ(reading("a,b\n1,2\n3,?\n", {"b"}), "NN0311: column `b` in line 3 of `d.csv` is the text `?`, no number");
    EXPECT_EQ(reading("a,b\n\"1\n\",2\n3,nan\n", {"b"}),
              "NN0312: column `b` in line 4 of `d.csv` is `nan`, no finite number");
    EXPECT_EQ(reading("a,b\n1,2\n", {"c"}), "NN0307: `d.csv` has no column `c` / its columns: `a`, `b`");
    EXPECT_EQ(reading("a,a\n1,2\n", {"a"}),
              "NN0308: `d.csv` has several columns `a` / give them different names, in a query with AS");
    EXPECT_EQ(reading("1,2\n", {"a"}),
              "NN0307: `d.csv` has no column `a` / the file has no header; name its columns: csv:d.csv?columns=a,b,... "
              "/ its columns: "
              "`column_1`, `column_2`");
    EXPECT_EQ(reading("1,2\n", {"a"}, {.columns = {"a"}}),
              "NN0318: 1 column name is given, but line 1 of `d.csv` has 2 fields");
    EXPECT_EQ(reading(std::string("\xff\xfe"
                                  "a\0",
                                  4),
                      {"a"}),
              "NN0315: `d.csv` is text in UTF-16 / convert it to UTF-8: iconv -f UTF-16 -t UTF-8 d.csv");
}

TEST_F(Csv, RandomBytesNeverCrash) {
    constexpr unsigned kSeed = 3;
    SCOPED_TRACE(kSeed);
    std::mt19937 random(kSeed);
    const std::string alphabet = std::string("a1\",\n\r;. \xff", 10) + '\0';
    for (int trial = 0; trial < 20000; ++trial) {
        std::string text;
        for (auto i = random() % 24; i > 0; --i) text += alphabet[random() % alphabet.size()];
        std::string fields = fields_of(text);
        ASSERT_TRUE(fields.size() <= 2 * text.size() + 2 || fields.starts_with("NN03")) << text;
    }
}

TEST(Dataset, MoreThanMemoryHoldsIsRefusedBeforeItIsRead) {
    EXPECT_TRUE(check_dataset_size(1'000'000, 9, "`rows.csv`"));
    for (const std::int64_t rows : {std::int64_t{1} << 30, std::int64_t{1} << 62}) {
        const Expected<> checked = check_dataset_size(rows, 9, "`rows.csv`");
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().kind, &kDataTooLarge);
        EXPECT_EQ(checked.error().message, "`rows.csv` needs more than 4294967296 bytes of memory");
    }
}

}  // namespace
}  // namespace nncc

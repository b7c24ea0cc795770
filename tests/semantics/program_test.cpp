// Whole models: those of models/, every example of the language guide, the settings of a train block, the model's hash.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/file.h"
#include "case_file.h"
#include "semantics/diagnostic_kinds.h"

namespace nncc::testing {

namespace {

std::string read_model(const std::string& name) {
    Expected<std::string> text = read_file(std::string(NNCC_SOURCE_DIR) + "/models/" + name);
    EXPECT_TRUE(text) << name;
    return text ? *text : "";
}

TEST(Models, Compile) {
    for (const auto& entry : std::filesystem::directory_iterator(std::string(NNCC_SOURCE_DIR) + "/models")) {
        if (entry.path().extension() != ".nn") continue;
        SCOPED_TRACE(entry.path().filename().string());
        const std::string text = read_model(entry.path().filename());
        if (text.find("extern ") != std::string::npos) continue;  // tests/clang reads headers
        Analysed analysed = analyse_text(text);
        EXPECT_TRUE(analysed.model);
    }
}

// A block of the guide is a whole file, or, without a model, items that a small model is added to.
TEST(Models, ExamplesOfTheGuideCompile) {
    std::istringstream guide(read_model("README.md"));
    int examples = 0;
    std::string example;
    bool inside = false;
    for (std::string line; std::getline(guide, line);) {
        if (line == "```nn") {
            inside = true;
            example.clear();
        } else if (line == "```" && inside) {
            inside = false;
            ++examples;
            SCOPED_TRACE(example);
            bool has_model = example.find("model ") != std::string::npos;
            EXPECT_TRUE(analyse_text(example + (has_model ? "" : "\nmodel m(x: f32[batch, 2]) { x }\n")).model);
        } else if (inside) {
            example += line + "\n";
        }
    }
    EXPECT_GE(examples, 10);
}

// The functions of the guide, called.
TEST(Models, FunctionsOfTheGuideWork) {
    std::istringstream guide(read_model("README.md"));
    std::string items;
    std::string example;
    bool inside = false;
    for (std::string line; std::getline(guide, line);) {
        if (line == "```nn") {
            inside = true;
            example.clear();
        } else if (line == "```" && inside) {
            inside = false;
            if (example.find("model ") == std::string::npos) items += example + "\n";
        } else if (inside) {
            example += line + "\n";
        }
    }
    Analysed analysed = analyse_text(items + R"(
model m(x: f32[batch, 6, 4], y: f32[batch, 8]) -> f32[batch, 4] {
    let [last, flat, weights, turned] = views(x)
    let a = y |> scaled |> halves |> residual |> residual(8, activation = tanh) |> squares |> stack_of(2) |> noisy
    let b = similarity(a, last) + sum(flat, axis = 1) + sum(weights, axis = [1, 2]) + sum(turned, axis = [1, 2])
    normalise(last_step(x)) + a + broadcast(reshape(b, [batch, 1]), [batch, 4])
}

train m {
    x         = array("x")
    y         = array("y")
    loss      = mean(output ** 2)
    optimizer = lion(halving(0.1))
}

fn unused(x: f32[batch, n]) { dense(x, n, init = spread_out(2.0)) }
)");
    ASSERT_TRUE(analysed.model);
    EXPECT_NE(analysed.model->program.find_storage("similarity_1.tower.w"), nullptr);
    EXPECT_NE(analysed.model->program.find_storage("stack_of_1.layer_1.dense_1.w"), nullptr);
}

std::string repeated(const std::string& text, int count) {
    std::string result;
    for (int turn = 0; turn < count; ++turn) result += text;
    return result;
}

// What is small as a text and endless as a graph is refused, soon.
TEST(Robustness, LargeModelsAreRefused) {
    std::string deep = "fn f0(x: f32[...]) { x + 1 }\n";
    std::string wide = deep;
    for (int level = 1; level < 500; ++level) {
        deep += "fn f" + std::to_string(level) + "(x: f32[...]) { " + repeated("(", 50) + "f" +
                std::to_string(level - 1) + "(x)" + repeated(")", 50) + " }\n";
        wide += "fn f" + std::to_string(level) + "(x: f32[...]) { f" + std::to_string(level - 1) + "(x) + f" +
                std::to_string(level - 1) + "(2 * x) }\n";
    }
    std::string nested = "model m(x: f32[batch, 2]) {\n    let x = " + repeated("for i in 0..1000 carry x { ", 4) +
                         "x" + repeated(" }", 4) + "\n    x\n}\n";
    for (const std::string& text :
         {deep + "model m(x: f32[batch, 2]) { f499(x) }\n", wide + "model m(x: f32[batch, 2]) { f30(x) }\n", nested,
          std::string("model m(x: f32[batch, a, b, c]) { fill([(batch + a + b + c) ** 4 ** 4], 1) }\n"),
          std::string("model m(x: f32[batch, 100000000000]) { standardize(x) }\n"),
          std::string("model m(x: f32[batch, 2]) { fill([2 ** 62, 2 ** 62], 1) }\n")}) {
        SourceFile source{"m.nn", text};
        FolderLoader loader("cases");
        Diagnostics diagnostics;
        std::optional<CompiledModel> model = analyse(source, "", {}, loader, diagnostics);
        EXPECT_FALSE(model) << text.substr(0, 200);
        EXPECT_TRUE(diagnostics.has_errors());
        for (const Diagnostic& diagnostic : diagnostics.all()) EXPECT_NE(diagnostic.kind, &kUnknownName);
    }
}

TEST(TrainSpec, HasTheSettingsOfPima) {
    Analysed analysed = analyse_text(read_model("pima.nn"));
    ASSERT_TRUE(analysed.model);
    ASSERT_TRUE(analysed.model->train);
    const TrainSpec& train = *analysed.model->train;
    EXPECT_EQ(train.model, "pima");
    EXPECT_EQ(train.data.kind, DataSpec::Kind::kSqlite);
    EXPECT_EQ(train.data.path, "pima.db");
    EXPECT_EQ(train.data.table, "patients");
    ASSERT_EQ(train.feeds.size(), 2U);
    EXPECT_EQ(train.feeds[0].name, "x");
    EXPECT_TRUE(train.feeds[0].is_input);
    EXPECT_EQ(train.feeds[0].columns.size(), 8U);
    EXPECT_EQ(train.feeds[1].columns, std::vector<std::string>{"outcome"});
    EXPECT_EQ(type_text(train.feeds[1].type), "f32[batch, 1]");
    EXPECT_FALSE(train.feeds[1].is_input);
    EXPECT_EQ(train.metrics, (std::vector<std::string>{"accuracy", "auc"}));
    EXPECT_EQ(train.batch, 32);
    EXPECT_EQ(train.epochs, 150);
    EXPECT_EQ(train.seed, 7U);
    EXPECT_EQ(train.validation.kind, Validation::Kind::kFraction);
    EXPECT_EQ(train.validation.value, 0.2);
    EXPECT_EQ(analysed.model->program.inputs, std::vector<std::string>{"x"});
    EXPECT_EQ(analysed.model->program.data, std::vector<std::string>{"y"});
}

std::string settings(const std::string& more) {
    return "model m(x: f32[batch, 2]) { dense(x, 1) }\ntrain m {\n    x = columns(\"a\", \"b\")\n    loss = "
           "mean(output)\n    optimizer = sgd\n" +
           more + "}\n";
}

TEST(TrainSpec, ReadsEveryFormOfValidationAndData) {
    auto validation = [](const std::string& text) {
        Analysed analysed = analyse_text(settings("    validation = " + text + "\n"));
        return analysed.model ? analysed.model->train->validation : Validation{};
    };
    EXPECT_EQ(validation("last(0.25)").kind, Validation::Kind::kLastFraction);
    EXPECT_EQ(validation("last(192)").kind, Validation::Kind::kLastRows);
    EXPECT_EQ(validation("last(192)").value, 192);
    EXPECT_EQ(validation("0").kind, Validation::Kind::kNone);
    Analysed analysed =
        analyse_text(settings("    data = npz(\"d.npz\")\n    y: i32[batch] = array(\"Y\")\n    freeze = [\"*.b\"]\n"));
    ASSERT_TRUE(analysed.model);
    EXPECT_EQ(analysed.model->train->data.kind, DataSpec::Kind::kNpz);
    EXPECT_EQ(type_text(analysed.model->train->feeds[1].type), "i32[batch]");
    EXPECT_EQ(analysed.model->train->freeze, std::vector<std::string>{"*.b"});
}

TEST(ModelHash, DependsOnTheModelAndNotOnItsLinesOrTraining) {
    std::string model = "model m(x: f32[batch, 2]) { dense(x, 1) }\n";
    std::string hash = analyse_text(model).model->model_hash;
    EXPECT_EQ(hash.size(), 64U);
    EXPECT_EQ(hash, analyse_text("# A comment.\n\n\n" + model).model->model_hash);
    EXPECT_NE(hash, analyse_text("model m(x: f32[batch, 3]) { dense(x, 1) }\n").model->model_hash);
}

// A small edit of a valid model gives a located error or a model, and never a crash.
TEST(Robustness, AnyTokenRemovedOrDoubled) {
    std::string text = read_model("char_gpt.nn") + read_model("pima.nn");
    std::vector<std::pair<std::size_t, std::size_t>> tokens;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        while (end < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) &&
               std::isalnum(static_cast<unsigned char>(text[end])))
            ++end;
        if (!std::isspace(static_cast<unsigned char>(text[at]))) tokens.emplace_back(at, end);
        at = end;
    }
    constexpr std::size_t kStride = 7;  // a share that takes seconds; 1 is the whole
    for (std::size_t index = 0; index < tokens.size(); index += kStride) {
        auto [begin, end] = tokens[index];
        for (bool doubled : {false, true}) {
            std::string edited =
                doubled ? text.substr(0, end) + " " + text.substr(begin) : text.substr(0, begin) + text.substr(end);
            auto source = std::make_unique<SourceFile>(SourceFile{"pima.nn", edited});
            Diagnostics diagnostics;
            FolderLoader loader("cases");
            std::optional<CompiledModel> model = analyse(*source, "", {}, loader, diagnostics);
            EXPECT_EQ(model.has_value(), !diagnostics.has_errors()) << edited;
            for (const Diagnostic& diagnostic : diagnostics.all())
                EXPECT_NE(diagnostic.range.file, nullptr) << diagnostic.message;
        }
    }
}

}  // namespace

}  // namespace nncc::testing

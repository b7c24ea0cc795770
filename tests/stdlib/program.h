// A small program of the language, run by the evaluator in f64: what the tests compare with formulas written in C++.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "ops/record.h"
#include "semantics/model.h"

namespace nncc::testing {

// Row-major elements with extents.
struct Array {
    std::vector<std::int64_t> extents;
    std::vector<double> elements;
};
using Arrays = std::map<std::string, Array>;

class TestProgram {
  public:
    // f32 of the text means f64, so that nothing is rounded, unless `real_f64` is false: then constants are, and types
    // are those that programs have by default. Mistakes fail the test.
    explicit TestProgram(const std::string& text, bool real_f64 = true);
    bool is_valid() const { return model_.has_value(); }
    const Program& program() const { return model_->program; }
    // Runs an entry; storages that are not given start as `initialize` makes them with `seed`, and stores of the entry
    // are kept for the next run.
    Arrays run(const std::string& entry, const Arrays& inputs);
    // The same of a graph made from an entry of the program.
    Arrays run(const Graph& graph, const Arrays& inputs);
    std::map<std::string, Array>& storages() { return storages_; }

  private:
    std::string text_;
    SourceFile source_;
    std::deque<SourceFile> imported_;
    std::optional<CompiledModel> model_;
    Arrays storages_;
};

// The elements of the only output of `forward`.
std::vector<double> forward(const std::string& text, const Arrays& inputs);

// `count` numbers in [low, high) from a fixed generator.
Array random_array(std::vector<std::int64_t> extents, double low, double high, unsigned seed);

void expect_near(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance = 1e-12);

}  // namespace nncc::testing

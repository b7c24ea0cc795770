// Reads the files of tests/data/oracle: what PyTorch, JAX and Keras say of programs and of optimisers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "program.h"

namespace nncc::testing {

std::string oracle_path(const std::string& file);

// The names of a folder's files with that extension, sorted: "updates", ".npz" gives "adam_torch" …
std::vector<std::string> oracle_names(const std::string& folder, const std::string& extension);

// The arrays by group: "d" holds "dense_1.w" for "d.dense_1.w"; a name without a group is one of "".
std::map<std::string, Arrays> read_oracle(const std::string& name);

// An array of bytes as text.
std::string text_of(const Array& array);

// Errors relative to the largest magnitude of each tensor: sums of some hundred products in f64 err by 1e-14, which
// exponentials, variances and their gradients amplify.
constexpr double kOracleTolerance = 1e-9;
// The same with constants rounded to f32, whose relative error of 6e-8 divisions by small numbers amplify.
constexpr double kOracleToleranceF32 = 2e-5;
void expect_oracle(const std::string& what, const Arrays& found, const std::string& name, const Array& expected,
                   double tolerance);

}  // namespace nncc::testing

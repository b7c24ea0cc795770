// The commands of nncc: each does all of what was asked and returns the exit code.
#pragma once

#include <string>

#include "driver/console.h"
#include "driver/options.h"

namespace nncc {

ExitCode run_emit(const EmitOptions& options, const Console& console);           // nncc MODEL.nn -o OUT.cpp
ExitCode run_train(const TrainOptions& options, const Console& console);         // nncc train
ExitCode run_predict(const PredictOptions& options, const Console& console);     // nncc predict
ExitCode run_build(const BuildOptions& options, const Console& console);         // nncc build
ExitCode run_check(const CheckOptions& options, const Console& console);         // nncc check
ExitCode run_verify(const VerifyOptions& options, const Console& console);       // nncc verify
ExitCode run_bench(const BenchOptions& options, const Console& console);         // nncc bench
ExitCode run_profile(const BenchOptions& options, const Console& console);       // nncc profile
ExitCode run_fmt(const FormatOptions& options, const Console& console);          // nncc fmt
ExitCode run_data_load(const DataLoadOptions& options, const Console& console);  // nncc data load
ExitCode run_explain(const std::string& code, const Console& console);           // nncc explain NN0012

}  // namespace nncc

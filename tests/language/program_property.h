// What every program is held to, by evaluation: layout, text forms, passes, plans, gradients, the step.
#pragma once

#include <string>
#include <vector>

#include "compile_and_run.h"
#include "random_program.h"

namespace nncc::testing {

// What is wrong with a valid program, or nothing; of one that analysis refuses as well.
//   laid out, it is the same model; its Program and plans' graphs print and parse
//   what `pack` and `forward` are planned to do, in one memory, fused or not, is what the analysis said
//   `gradients` keeps the loss and its states, and agrees with dual numbers
//   `step`, fused or not, is `gradients` and then `update`
std::string program_problem(const RandomProgram& program);

// The planned entries of programs, emitted into one translation unit and held against the evaluator: in f64 for even
// seeds, f32 for odd ones.
class EmittedPrograms {
  public:
    std::string add(const RandomProgram& program);  // what is wrong with it already
    Expected<> compile(const CompileOptions& options = {});
    std::string problem(std::size_t index) const;  // in order of the calls that gave nothing

  private:
    struct Entry {
        std::string name;
        int index = -1;
        Graph graph;
        Bindings<double> bindings;
        double roundoff = 0;
        std::uint64_t seed = 0;
    };
    GraphBatch batch_;
    std::vector<std::vector<Entry>> programs_;
};

}  // namespace nncc::testing

// Pipeline: from the Program the semantics made to bound, derived, fused graphs and a memory plan for each entry.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "passes/pass.h"
#include "passes/plan.h"

namespace nncc {

struct PipelineOptions {
    FuseLevel fuse_level = FuseLevel::kFull;
    std::int64_t truncate = 0;  // steps after which gradients through carries end (truncate.h); 0: never
    bool backward = false;      // with an entry `backward` beside `forward`
    // Verifies every graph after every stage. The graphs that come out are verified in any case; when one is wrong the
    // stages run once more, to name the one that broke it.
    bool verify_stages = true;
    // Called with each graph after each stage, for --print-after=NAME.
    std::function<void(std::string_view stage, std::string_view entry, const Graph&)> after_stage;
};

struct CompiledProgram {
    Program program;  // bound, with gradients, step, pack; simplified, not fused; packed storages in the table
    std::map<std::string, Plan>
        plans;  // of every entry but `metrics` and `fit`, which are evaluated over all rows, and `loss`
    std::vector<std::string> notes;  // for the user
};

// Expects a verified program; dimensions without a binding take their defaults (bind.h). A graph that a pass broke is
// our bug: NNCC_CHECK names the pass.
Expected<CompiledProgram> run_pipeline(const Program& program, const PipelineOptions& options = {});

// The stages' names and summaries in order, for `nncc explain passes` and --print-after.
struct StageName {
    std::string_view name;
    std::string_view summary;
};
std::vector<StageName> pipeline_stages();

// `--passes=fold,fuse` on one graph: graph passes only. Errors: kUnknownPass.
Expected<Graph> run_passes(const Graph& graph, const std::vector<std::string>& names, const PassContext& context);

}  // namespace nncc

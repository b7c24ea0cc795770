// Pipeline: the literal list of what happens to a program, in order, with the reasons for that order.
#include "passes/pipeline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/diagnostics.h"
#include "base/parallel.h"
#include "passes/bind.h"
#include "passes/derive_entries.h"
#include "passes/derive_fit.h"
#include "passes/diagnostic_kinds.h"
#include "passes/fuse.h"
#include "passes/plan_memory.h"
#include "passes/scan_builder.h"
#include "passes/truncate.h"

namespace nncc {
namespace {

const Pass kPasses[] = {
    {"bind", "named dimensions become numbers",
     [](const Graph& g, const PassContext& c) { return nncc::bind(g, c.dims); }},
    {"dead", "drops what no output and no store needs",
     [](const Graph& g, const PassContext&) { return remove_dead(g); }},
    {"expand", "composites become primitives", [](const Graph& g, const PassContext&) { return expand(g); }},
    {"fold", "nodes over constants become constants", [](const Graph& g, const PassContext&) { return fold(g); }},
    {"fuse", "compute nodes are wrapped in groups, one launch each",
     [](const Graph& g, const PassContext& c) { return fuse(g, c.fuse_level); }},
    {"hoist", "what scans compute without their carries moves in front of them",
     [](const Graph& g, const PassContext&) { return hoist(g); }},
    {"merge_scans", "scans that carry the same values become one",
     [](const Graph& g, const PassContext&) { return merge_scans(g); }},
    {"simplify", "applies the rewrite rules until none matches",
     [](const Graph& g, const PassContext&) { return simplify(g); }},
    {"sink", "what scans only add up or yield moves behind them",
     [](const Graph& g, const PassContext&) { return sink(g); }},
};

using ProgramStage = Expected<Program> (*)(const Program&);

struct Stage {
    std::string_view name;
    std::string_view summary;
    std::string_view graph_pass = "";  // run on every entry, or
    ProgramStage derive = nullptr;     // makes entries
    bool with_scans = false;           // of entries that have a scan only
};

const Stage kPipeline[] = {
    // Numbers first: folding and most rules need extents.
    {"bind", "named dimensions become numbers", "", [](const Program& p) { return nncc::bind(p); }},
    // While batch is still the number of rows there, and has no number.
    {"fit", "sweeps over batches for what fit computes of all rows", "", derive_fit_sweeps},
    // Stable forms must be recognised before their gradient is taken: the gradient of log(sigmoid(x)) is inf * 0 at
    // -100.
    {"simplify", "rewrite rules, on what the model says", "simplify"},
    {"gradients", "the entry gradients, from loss", "", derive_gradients},
    {"backward", "the entry backward, from forward, where it is asked for", "", derive_backward},
    {"step", "the entry step, from gradients and update", "", derive_step},
    // After step, which trains at the rate it says.
    {"rate_scale", "the entry update takes a factor for its changes", "", derive_rate_scale},
    // The gradient of a scan brings a second forward scan, which must be joined before rules make them differ.
    {"merge_scans", "scans that carry the same values become one", "merge_scans"},
    // Gradients of bodies first lose their zeros, or what looks as if it depends on a carry would not move.
    {"simplify_scans", "rewrite rules, where there are scans", "simplify", nullptr, true},
    // Before pack, which takes what depends on weights alone.
    {"hoist", "what scans compute without their carries moves in front of them", "hoist"},
    {"sink", "what scans only add up or yield moves behind them", "sink"},
    // After folding, so that what depends on weights alone is seen as such; before expansion, so that it moves whole.
    {"pack", "what forward computes from weights alone moves to the entry pack", "", derive_pack},
    // Only now: composites have gradients of their own, which are better than those of their expansions.
    {"expand", "composites become primitives", "expand"},
    // Gradients are full of zeros, ones, broadcasts and double signs.
    {"simplify_derived", "rewrite rules, on what was derived", "simplify"},
    {"dead", "drops what no output and no store needs", "dead"},
};

void check_graph(std::string_view stage, std::string_view entry, const Graph& graph) {
    const std::optional<std::string> problem = verify(graph);
    NNCC_CHECK(!problem, "after {} of {}: {}", stage, entry, *problem);
}

// verify names the entry whose graph is wrong.
void check_program(std::string_view stage, const Program& program) {
    const std::optional<std::string> problem = verify(program);
    NNCC_CHECK(!problem, "after {}: {}", stage, *problem);
}

void report(const PipelineOptions& options, std::string_view stage, const Program& program) {
    if (!options.after_stage) return;
    for (const auto& [entry, graph] : program.entries) options.after_stage(stage, entry, graph);
}

struct Planned {
    std::string entry;
    Graph graph;  // fused
    std::optional<Expected<Plan>> plan{};
};

bool is_planned(std::string_view entry) { return entry != "metrics" && entry != "fit" && entry != "loss"; }

}  // namespace

std::span<const Pass> all_passes() { return kPasses; }

const Pass* find_pass(std::string_view name) {
    for (const Pass& pass : kPasses) {
        if (pass.name == name) return &pass;
    }
    return nullptr;
}

std::vector<StageName> pipeline_stages() {
    std::vector<StageName> names;
    for (const Stage& stage : kPipeline) names.push_back({stage.name, stage.summary});
    names.push_back({"fuse", "compute nodes are wrapped in groups, one launch each"});
    names.push_back({"plan_memory", "an order of launches, and a place for every value"});
    return names;
}

Expected<CompiledProgram> run_pipeline(const Program& program, const PipelineOptions& options) {
    CompiledProgram result;
    result.program = program;
    result.program.dims = with_defaults(program, result.notes);
    check_program("analysis", result.program);
    for (const Stage& stage : kPipeline) {
        if (stage.derive == derive_gradients && options.truncate > 0) {
            const auto loss = result.program.entries.find("loss");
            if (loss != result.program.entries.end()) {
                Expected<Graph> cut = truncate(loss->second, options.truncate);
                if (!cut) return cut.error();
                loss->second = std::move(*cut);
            }
        }
        if (stage.derive == derive_backward && !options.backward) continue;
        if (stage.derive != nullptr) {
            Expected<Program> derived = stage.derive(result.program);
            if (!derived) return derived.error();
            result.program = std::move(*derived);
        } else {
            const Pass* pass = find_pass(stage.graph_pass);
            NNCC_CHECK(pass != nullptr, "{}", stage.graph_pass);
            std::vector<std::pair<const std::string, Graph>*> entries;
            for (auto& entry : result.program.entries) {
                if (!stage.with_scans || has_scan(entry.second)) entries.push_back(&entry);
            }
            parallel_for(entries.size(), [&](std::size_t k) {
                auto& [entry, graph] = *entries[k];
                graph = pass->run(graph, {entry, result.program.dims, options.fuse_level});
            });
        }
        if (options.verify_stages) check_program(stage.name, result.program);
        report(options, stage.name, result.program);
    }
    if (!options.verify_stages && verify(result.program)) {
        PipelineOptions verified = options;
        verified.verify_stages = true;
        return run_pipeline(program, verified);
    }
    std::vector<Planned> planned;
    for (const auto& [entry, graph] : result.program.entries) {
        if (is_planned(entry)) planned.push_back({entry, graph});
    }
    parallel_for(planned.size(), [&](std::size_t k) {
        auto& [entry, graph, plan] = planned[k];
        graph = fuse(graph, options.fuse_level);
        check_graph("fuse", entry, graph);
        plan = plan_memory(graph, result.program.dims);
        if (!*plan) return;
        const std::optional<std::string> problem = verify(**plan, result.program.dims);
        NNCC_CHECK(!problem, "after plan_memory of {}: {}", entry, *problem);
    });
    for (Planned& one : planned) {
        if (options.after_stage) options.after_stage("fuse", one.entry, one.graph);
        if (!*one.plan) return one.plan->error();
        result.plans.insert_or_assign(one.entry, std::move(**one.plan));
    }
    return result;
}

Expected<Graph> run_passes(const Graph& graph, const std::vector<std::string>& names, const PassContext& context) {
    Graph result = graph;
    for (const std::string& name : names) {
        const Pass* pass = find_pass(name);
        if (pass == nullptr) {
            std::vector<std::string> known;
            for (const Pass& other : kPasses) known.emplace_back(other.name);
            Error error{&kUnknownPass,
                        fmt::format("there is no pass `{}`", name),
                        fmt::format("passes are {}", fmt::join(known, ", ")),
                        {},
                        ExitCode::kUsage};
            return error;
        }
        result = pass->run(result, context);
        check_graph(name, context.entry, result);
    }
    return result;
}

}  // namespace nncc

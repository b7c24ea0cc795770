// Programs by every way there is to run them, each held against the one before.
#include "program_property.h"

#include <cmath>

#include "passes/fuse.h"
#include "passes/pipeline.h"
#include "passes/plan_memory.h"
#include "program_text.h"
#include "random_graph.h"
#include "run_plan.h"
#include "syntax/format.h"

namespace nncc::testing {
namespace {

Program at_batch(const CompiledModel& model) {
    Program program = model.program;
    program.dims["batch"] = DimBinding{kProgramBatch, false};
    return program;
}

std::string text_problem(const RandomProgram& program, const CompiledModel& model) {
    const SourceFile source{"m.nn", program.text};
    Diagnostics diagnostics;
    const std::optional<std::string> once = format_text(source, diagnostics);
    if (!once) return "it is not laid out";
    const SourceFile formatted{"m.nn", *once};
    const std::optional<std::string> twice = format_text(formatted, diagnostics);
    if (twice != once) return "laid out again it changes";
    const AnalysedText again(*once, true);
    if (!again.model()) return "laid out it is refused";
    if (again.model()->model_hash != model.model_hash) return "laid out it is another model";
    const std::string printed = print_program(model.program);
    const Expected<Program> parsed = parse_program(printed);
    if (!parsed) return "its Program does not parse: " + parsed.error().message;
    if (print_program(*parsed) != printed) return "its Program is read as another than was printed";
    return "";
}

// Stores go where the next entry finds them.
Bindings<double> after(Bindings<double> bindings, const Evaluation<double>& done) {
    for (const auto& [name, tensor] : done.stores) bindings.storages[name] = tensor;
    return bindings;
}

std::string exact_difference(const Evaluation<double>& found, const Evaluation<double>& expected) {
    Tensors none = expected.stores;
    none.insert(expected.outputs.begin(), expected.outputs.end());
    for (auto& [name, tensor] : none) tensor.elements.setZero();
    return first_difference(found, expected, none);
}

// A difference beyond rounding. The bounds take many evaluations and are never less than 64 roundings of each element,
// so that they are asked for only where one is further off.
std::string rounded_difference(const Evaluation<double>& found, const Evaluation<double>& expected, const Graph& graph,
                               const Bindings<double>& bindings, std::uint64_t seed, double roundoff = 0x1p-53) {
    Tensors least = expected.stores;
    least.insert(expected.outputs.begin(), expected.outputs.end());
    for (auto& [name, tensor] : least) tensor.elements = tensor.elements.abs() * (64 * roundoff);
    if (first_difference(found, expected, least).empty()) return "";
    return first_difference(found, expected, rounding_bounds(graph, bindings, expected, seed, roundoff));
}

std::string labelled(const std::string& label, const std::string& problem) {
    return problem.empty() ? "" : label + ": " + problem;
}

std::string forward_problem(const Program& raw, const CompiledProgram& compiled, const Bindings<double>& bindings,
                            std::uint64_t seed) {
    const Graph& graph = raw.entries.at("forward");
    const Evaluation<double> expected = evaluate(graph, bindings);
    Bindings<double> packed = bindings;
    if (compiled.plans.contains("pack")) packed = after(bindings, run_plan(compiled.plans.at("pack"), bindings));
    return rounded_difference(run_plan(compiled.plans.at("forward"), packed), expected, graph, bindings, seed);
}

// Every planned entry again, each of its nodes a launch of its own.
Expected<CompiledProgram> isolated_plans(const CompiledProgram& fused) {
    CompiledProgram result = fused;
    for (auto& [name, plan] : result.plans) {
        Expected<Plan> made =
            plan_memory(fuse(fused.program.entries.at(name), FuseLevel::kIsolate), fused.program.dims);
        if (!made) return made.error();
        if (const auto problem = verify(*made, fused.program.dims)) return Error{.kind = nullptr, .message = *problem};
        plan = std::move(*made);
    }
    return result;
}

constexpr std::string_view kGradientPrefix = "d ";

// The derivative along a random direction of all parameters with a gradient.
std::string dual_problem(const Graph& loss, const Graph& gradients, const Bindings<double>& bindings,
                         std::uint64_t seed) {
    const Evaluation<double> reverse = evaluate(gradients, bindings);
    Random random(seed ^ 0xD1CE);
    Bindings<Dual> dual;
    dual.dims = bindings.dims;
    const auto to_dual = [](const Tensor<double>& tensor) {
        Tensor<Dual> result{tensor.dtype, tensor.extents, {}};
        result.elements.resize(tensor.size());
        for (Eigen::Index e = 0; e < tensor.size(); ++e) result.elements[e] = Dual(tensor.elements[e], 0.0);
        return result;
    };
    for (const auto& [name, tensor] : bindings.inputs) dual.inputs[name] = to_dual(tensor);
    for (const auto& [name, tensor] : bindings.storages) dual.storages[name] = to_dual(tensor);
    Directions directions;
    double reversed = 0, scale = 0;
    for (const auto& [name, adjoint] : reverse.outputs) {
        if (!name.starts_with(kGradientPrefix)) continue;
        Tensor<Dual>& parameter = dual.storages.at(name.substr(kGradientPrefix.size()));
        for (Eigen::Index e = 0; e < adjoint.size(); ++e) {
            const double direction = random.uniform(-1, 1);
            directions[name].push_back(direction);
            parameter.elements[e].tangent = direction;
            reversed += adjoint.elements[e] * direction;
            scale += std::abs(adjoint.elements[e] * direction);
        }
    }
    const double expected = evaluate(loss, dual).outputs.at("loss").elements[0].tangent;
    double tolerance = 1e-12 * (scale + std::abs(expected) + 1);
    if (!(std::abs(reversed - expected) <= tolerance))
        tolerance += derivative_bound(gradients, bindings, directions, reversed, seed);
    if (std::abs(reversed - expected) <= tolerance) return "";
    return fmt::format("the derivative is {} by reverse, {} by dual numbers, tolerance {:.3g}", reversed, expected,
                       tolerance);
}

std::string training_problem(const Program& raw, const CompiledProgram& compiled, const Bindings<double>& bindings,
                             std::uint64_t seed) {
    const Graph& loss = raw.entries.at("loss");
    const std::map<std::string, Graph>& entries = compiled.program.entries;
    const Evaluation<double> expected = evaluate(loss, bindings);
    if (!std::isfinite(expected.outputs.at("loss").elements[0])) return "";  // nothing to compare: all of it may be NaN
    const Evaluation<double> gradients = evaluate(entries.at("gradients"), bindings);
    if (std::string what = rounded_difference(gradients, expected, loss, bindings, seed); !what.empty())
        return "gradients: " + what;
    if (std::string what = dual_problem(loss, entries.at("gradients"), bindings, seed); !what.empty()) return what;

    const Graph& step = entries.at("step");
    const Evaluation<double> stepped = evaluate(step, bindings);
    Bindings<double> update = after(bindings, gradients);
    for (const auto& [name, adjoint] : gradients.outputs) update.inputs[name] = adjoint;
    update.inputs["rate scale"] = {DType::kF32, {}, Eigen::ArrayXd::Constant(1, 1.0)};
    Evaluation<double> updated = evaluate(entries.at("update"), update);
    updated.stores.insert(gradients.stores.begin(), gradients.stores.end());
    updated.outputs["loss"] = gradients.outputs.at("loss");
    return labelled("update after gradients is not step", rounded_difference(updated, stepped, step, bindings, seed));
}

}  // namespace

std::string program_problem(const RandomProgram& program) {
    const AnalysedText analysed(program.text, true);
    if (!analysed.model()) return "";
    const CompiledModel& model = *analysed.model();
    if (std::string what = text_problem(program, model); !what.empty()) return what;
    const Bindings<double> bindings = program_bindings(model, program.seed);
    const Program raw = at_batch(model);
    const Expected<CompiledProgram> fused = run_pipeline(raw);
    if (!fused) return "the pipeline: " + fused.error().message;
    const Expected<CompiledProgram> isolated = isolated_plans(*fused);
    if (!isolated) return "plans that are not fused: " + isolated.error().message;
    for (const auto& [form, compiled] : {std::pair{"fused", &*fused}, {"not fused", &*isolated}}) {
        std::string what = forward_problem(raw, *compiled, bindings, program.seed);
        if (!what.empty()) return fmt::format("forward, {}: {}", form, what);
        for (const auto& [name, plan] : compiled->plans) {
            if (name != "step" && name != "gradients") continue;
            const Evaluation<double> expected = evaluate(compiled->program.entries.at(name), bindings);
            what = exact_difference(run_plan(plan, bindings), expected);
            if (!what.empty()) return fmt::format("the plan of {}, {}: {}", name, form, what);
        }
    }
    return model.train ? training_problem(raw, *fused, bindings, program.seed) : "";
}

std::string EmittedPrograms::add(const RandomProgram& program) {
    const bool in_f64 = program.seed % 2 == 0;
    const AnalysedText analysed(program.text, in_f64);
    if (!analysed.model()) return "it is refused";
    const Expected<CompiledProgram> compiled = run_pipeline(at_batch(*analysed.model()));
    if (!compiled) return compiled.error().message;
    Bindings<double> bindings = program_bindings(*analysed.model(), program.seed);
    std::vector<Entry> entries;
    for (const char* name : {"pack", "forward", "step"}) {
        const auto plan = compiled->plans.find(name);
        if (plan == compiled->plans.end()) continue;
        const Expected<int> index = batch_.add(plan->second, compiled->program.dims);
        if (!index) return fmt::format("{}: {}", name, index.error().message);
        const Graph& graph = compiled->program.entries.at(name);
        entries.push_back({name, *index, graph, bindings, in_f64 ? 0x1p-53 : 0x1p-24, program.seed});
        if (entries.back().name == "pack") bindings = after(bindings, evaluate(graph, bindings));
    }
    programs_.push_back(std::move(entries));
    return "";
}

Expected<> EmittedPrograms::compile(const CompileOptions& options) { return batch_.compile(options); }

std::string EmittedPrograms::problem(std::size_t index) const {
    for (const Entry& entry : programs_[index]) {
        const Evaluation<double> expected = evaluate(entry.graph, entry.bindings);
        const std::string what = rounded_difference(batch_.run(entry.index, entry.bindings), expected, entry.graph,
                                                    entry.bindings, entry.seed, entry.roundoff);
        if (!what.empty()) return fmt::format("emitted, {}: {}", entry.name, what);
    }
    return "";
}

}  // namespace nncc::testing

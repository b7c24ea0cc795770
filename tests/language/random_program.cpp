// Grows programs: candidates for statements, analysed together; what is valid and tame is kept.
#include "random_program.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>
#include <set>

#include "program_text.h"
#include "random_call.h"

namespace nncc::testing {
namespace {

// Lines of a block, and the tensors they name.
struct Statement {
    std::vector<std::string> lines;
    std::vector<std::string> names;
};

std::string type_in_text(const Type& type) {
    std::string text = type_text(type);
    return text.starts_with("f64") ? "f32" + text.substr(3) : text;
}

class Growth {
  public:
    Growth(const RandomCalls& calls, std::uint64_t seed) : calls_(calls), seed_(seed), random_(seed) {}

    RandomProgram grow() {
        choose_inputs();
        for (int round = 0; round < 3; ++round) {
            std::vector<Statement> candidates;
            while (candidates.size() < 5) {
                if (std::optional<Statement> one = statement()) candidates.push_back(std::move(*one));
            }
            keep_valid(std::move(candidates));
        }
        return {finished(), seed_};
    }

  private:
    void choose_inputs() {
        const DType real = DType::kF64;
        const Dim batch = Dim::named("batch");
        const auto extent = [&](std::int64_t low, std::int64_t high) { return Dim(random_.integer(low, high)); };
        const std::vector<Variable> families = {
            {"row", Type{real, {batch, extent(2, 6)}}},
            {"series", Type{real, {batch, extent(4, 6), extent(2, 4)}}},
            {"picture", Type{real, {batch, extent(5, 7), extent(5, 7), extent(1, 3)}}},
            {"tokens", Type{DType::kI32, {batch, extent(3, 5)}}},
        };
        const std::int64_t first = random_.integer(0, 3);
        for (std::int64_t k = 0; k < 4; ++k) {
            if (k == first || random_.chance(0.25)) inputs_.push_back(families[static_cast<std::size_t>(k)]);
        }
        if (inputs_.size() == 1 && inputs_[0].type.dtype == DType::kI32) inputs_.push_back(families[0]);
        variables_ = inputs_;
        // A function of its own, applied more than once with the same parameters.
        own_ = fmt::format(
            "fn block(x: f32[..., width], units: int) -> f32[..., units] {{\n    x |> dense(units) |> {}\n}}\n",
            calls_.activation(random_));
    }

    const Variable& some() { return random_.chance(0.5) ? variables_.back() : random_.of(variables_); }
    std::string next_name() { return fmt::format("v{}", ++named_); }
    static std::optional<std::int64_t> width_of(const Type& type) {
        if (type.rank() == 0 || !type.shape.back().is_constant()) return std::nullopt;
        return type.shape.back().constant();
    }

    std::optional<Statement> statement() {
        switch (random_.integer(0, 15)) {
            case 0:
            case 1: return arithmetic();
            case 2: return slice();
            case 3: return list();
            case 4: return turns();
            case 5: return choice();
            case 6: return steps();
            case 7: return shared();
            case 8: return derivative();
            default: return layer();
        }
    }

    std::optional<Statement> layer() {
        std::optional<std::string> call = calls_.layer(random_, variables_);
        if (!call) return std::nullopt;
        if (random_.chance(0.3)) *call += " |> " + calls_.activation(random_);
        const std::string name = next_name();
        return Statement{{fmt::format("let {} = {}", name, *call)}, {name}};
    }

    std::optional<Statement> arithmetic() {
        const Variable& a = some();
        if (a.type.dtype != DType::kF64) return std::nullopt;
        std::vector<std::string> alike;
        for (const Variable& other : variables_) {
            if (other.type == a.type) alike.push_back(other.name);
        }
        const std::string& b = random_.of(alike);
        static const std::vector<std::string> forms = {"{0} + {1}",
                                                       "{0} - 0.5 * {1}",
                                                       "{0} * {1}",
                                                       "{0} / (2 + tanh({1}))",
                                                       "where({0} > 0.1, {0}, {1})",
                                                       "maximum({0}, {1})",
                                                       "tanh({0}) ** 2",
                                                       "{0} + residual({1}, fn(q) {{ tanh(q) }})",
                                                       "hypot({0}, 1 + {1} ** 2)",
                                                       "-{0} |> softplus",
                                                       "{0} - mean({1})",
                                                       "if training {{ {0} }} else {{ {1} }}"};
        const std::string name = next_name();
        return Statement{{fmt::format("let {} = ", name) + fmt::format(fmt::runtime(random_.of(forms)), a.name, b)},
                         {name}};
    }

    std::optional<Statement> slice() {
        const Variable& a = some();
        if (a.type.dtype != DType::kF64 || a.type.rank() < 2) return std::nullopt;
        std::vector<std::string> items = {":"};
        for (int axis = 1; axis < a.type.rank(); ++axis) {
            const Dim& dim = a.type.shape[static_cast<std::size_t>(axis)];
            const std::int64_t n = dim.is_constant() ? dim.constant() : 1;
            static const std::vector<std::string> forms = {":", "::-1", "1:", ":-1", "::2", "{}", "0:{}", "-1"};
            std::string item = random_.of(forms);
            if (item.find("{}") != std::string::npos) item = fmt::format(fmt::runtime(item), random_.integer(0, n - 1));
            items.push_back(item);
        }
        const std::string name = next_name();
        return Statement{{fmt::format("let {} = {}[{}]", name, a.name, fmt::join(items, ", "))}, {name}};
    }

    std::optional<Statement> list() {
        const Variable& a = some();
        const std::optional<std::int64_t> width = width_of(a.type);
        if (a.type.dtype != DType::kF64 || !width) return std::nullopt;
        const std::string name = next_name();
        if (*width % 2 == 0 && random_.chance(0.6)) {
            const std::string other = next_name();
            return Statement{{fmt::format("let [{}, {}] = split({}, 2, axis = -1)", name, other, a.name)},
                             {name, other}};
        }
        static const std::vector<std::string> forms = {"concatenate([{0}, tanh({0})], axis = -1)",
                                                       "stack([{0}, {0} * 2, sin({0})], axis = 1)",
                                                       "einsum(\"...i, ...i -> ...\", {0}, cos({0}))",
                                                       "transpose({0}) |> transpose",
                                                       "gather({0}, argsort({0}), batch_axes = rank({0}) - 1)",
                                                       "{0} @ transpose({0} |> flatten |> dense({1}))",
                                                       "one_hot(argmax({0}), {1}) * {0}",
                                                       "{0} |> flatten |> dense(3, init = normal(0.0, 0.3))"};
        return Statement{
            {fmt::format("let {} = ", name) + fmt::format(fmt::runtime(random_.of(forms)), a.name, *width)}, {name}};
    }

    std::optional<Statement> turns() {
        const Variable& a = some();
        const std::optional<std::int64_t> width = width_of(a.type);
        if (a.type.dtype != DType::kF64 || !width) return std::nullopt;
        const std::string name = next_name();
        const std::string body =
            random_.chance(0.5)
                ? fmt::format("{} |> dense({}) |> {}", a.name, *width, calls_.activation(random_))
                : fmt::format("{0} + 0.5 * tanh(dense({0}, {1}, bias = false)) / (1.0 + turn)", a.name, *width);
        return Statement{{fmt::format("let {} = for turn in 0..{} carry {} {{", name, random_.integer(1, 3), a.name),
                          "    " + body, "}"},
                         {name}};
    }

    std::optional<Statement> choice() {
        const Variable& a = some();
        if (a.type.dtype != DType::kF64) return std::nullopt;
        const std::string name = next_name();
        static const std::vector<std::string> conditions = {"training", "rank({0}) == 2", "size({0}) > 40",
                                                            "!training"};
        const std::string condition = fmt::format(fmt::runtime(random_.of(conditions)), a.name);
        const std::string activation = calls_.activation(random_);
        const double rate = random_.uniform(0.1, 0.6);
        return Statement{{fmt::format("let {} = if {} {{", name, condition),
                          fmt::format("    {} |> {} |> dropout({:.1f})", a.name, activation, rate), "} else {",
                          fmt::format("    0.5 * {}", a.name), "}"},
                         {name}};
    }

    std::optional<Statement> steps() {
        const Variable& a = some();
        if (a.type.dtype != DType::kF64 || a.type.rank() < 2) return std::nullopt;
        Type carried = a.type;
        carried.shape.erase(carried.shape.begin() + 1);
        const std::string name = next_name(), carry = fmt::format("carry_{}", named_);
        static const std::vector<std::string> updates = {"tanh({1} + 0.5 * {0})", "0.9 * {0} + 0.1 * {1} ** 2",
                                                         "where({1} > {0}, {1}, 0.9 * {0})",
                                                         "{0} * sigmoid({1}) + sin({1})"};
        static const std::vector<std::string> yields = {"{0}", "{0} * {1}", "{0} - mean({1})", "mean({0} * {1})"};
        const std::string update = fmt::format(fmt::runtime(random_.of(updates)), carry, "each");
        const std::string result = fmt::format(fmt::runtime(random_.of(yields)), carry, "each");
        std::vector<std::string> lines = {fmt::format("carry {}: {} = zeros", carry, type_in_text(carried)),
                                          fmt::format("let {} = scan each in {} along 1 {{", name,
                                                      random_.chance(0.7) ? a.name : a.name + "[:, ::-1]"),
                                          fmt::format("    {} <- {}", carry, update), "    yield " + result, "}"};
        std::vector<std::string> names = {name};
        if (random_.chance(0.4)) {
            names.push_back(next_name());
            lines.push_back(fmt::format("let {} = {} * 1.5", names.back(), carry));
        }
        return Statement{std::move(lines), std::move(names)};
    }

    std::optional<Statement> shared() {
        const Variable& a = some();
        const std::optional<std::int64_t> width = width_of(a.type);
        if (a.type.dtype != DType::kF64 || !width) return std::nullopt;
        own_used_ = true;
        const std::string name = next_name();
        return Statement{{fmt::format("let shared_{} = new block({})", named_, *width),
                          fmt::format("let {0} = shared_{1}({2}) + shared_{1}(tanh({2})) * 0.5", name, named_, a.name)},
                         {name}};
    }

    std::optional<Statement> derivative() {
        const Variable& a = some();
        if (a.type.dtype != DType::kF64) return std::nullopt;
        static const std::vector<std::string> bodies = {"tanh(q) * q", "mean(q ** 3)", "softplus(q) + sin(q)",
                                                        "sum(softmax(q) * q)"};
        const std::string name = next_name();
        return Statement{{fmt::format("let {} = derivative(fn(q) {{ {} }}, {})", name, random_.of(bodies), a.name)},
                         {name}};
    }

    std::string head(const std::string& results) const {
        std::vector<std::string> inputs;
        for (const Variable& input : inputs_) inputs.push_back(input.name + ": " + type_in_text(input.type));
        return fmt::format("{}model m({}) -> {} {{\n", own_used_ ? own_ + "\n" : "", fmt::join(inputs, ", "), results);
    }
    static std::string body(const std::vector<Statement>& statements) {
        std::string text;
        for (const Statement& statement : statements) {
            for (const std::string& line : statement.lines) text += "    " + line + "\n";
        }
        return text;
    }

    // A scalar for each name, from whose graph its type is read: sum(v * 3.25) is a product, summed unless v is a
    // scalar. Candidates with a line that is wrong go, and the rest is asked about again.
    void keep_valid(std::vector<Statement> candidates) {
        while (!candidates.empty()) {
            std::vector<Statement> all = statements_;
            all.insert(all.end(), candidates.begin(), candidates.end());
            std::vector<std::string> results, values;
            for (const Statement& candidate : candidates) {
                for (const std::string& name : candidate.names) {
                    results.push_back(fmt::format("r{}: f32", results.size()));
                    values.push_back(fmt::format("sum({} * 3.25)", name));
                }
            }
            const std::string start = head(fmt::format("[{}]", fmt::join(results, ", ")));
            const AnalysedText analysed(start + body(all) + fmt::format("    [{}]\n}}\n", fmt::join(values, ", ")),
                                        true);
            if (!analysed.model()) {
                const std::size_t before = candidates.size();
                drop_wrong(candidates, analysed.wrong_lines(), start + body(statements_));
                if (candidates.size() == before) candidates.pop_back();  // an error that shows no line of a candidate
                continue;
            }
            take(candidates, *analysed.model());
            return;
        }
    }

    static void drop_wrong(std::vector<Statement>& candidates, const std::set<int>& wrong, const std::string& before) {
        int line = 1;
        for (const char letter : before) line += letter == '\n' ? 1 : 0;
        std::vector<Statement> kept;
        for (Statement& candidate : candidates) {
            bool is_wrong = false;
            for (std::size_t k = 0; k < candidate.lines.size(); ++k) is_wrong = is_wrong || wrong.contains(line++);
            if (!is_wrong) kept.push_back(std::move(candidate));
        }
        candidates = std::move(kept);
    }

    void take(const std::vector<Statement>& candidates, const CompiledModel& model) {
        const Tensors values = forward_of(model, seed_);
        const Graph& graph = model.program.entries.at("forward");
        std::size_t at = 0;
        for (const Statement& candidate : candidates) {
            std::vector<Variable> made;
            bool tame = true;
            for (const std::string& name : candidate.names) {
                const std::string result = fmt::format("r{}", at++);
                for (const Output& output : graph.outputs()) {
                    if (output.name != result) continue;
                    const Node& node = graph.node(output.value);
                    const bool is_sum = node.op->name == "reduce_sum";
                    made.push_back({name, is_sum ? graph.type(node.operands[0]) : node.type()});
                    tame = tame && is_small(made.back().type) && std::abs(values.at(result).elements[0]) < 1e4;
                }
            }
            if (!tame) continue;  // a NaN too
            statements_.push_back(candidate);
            variables_.insert(variables_.end(), made.begin(), made.end());
        }
    }

    static bool is_small(const Type& type) {
        std::int64_t count = 1;
        for (const Dim& dim : type.shape) count *= dim.value({{"batch", 1}}).value_or(1000);
        return type.dtype == DType::kF64 && count > 0 && count <= 400 && type.rank() <= 4;
    }

    // Everything nobody reads goes into a second result, so that nothing is dead.
    std::string finished() {
        std::string text = body(statements_);
        std::vector<const Variable*> unread;
        for (std::size_t k = inputs_.size(); k < variables_.size(); ++k) {
            std::size_t uses = 0;
            const std::string& name = variables_[k].name;
            for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
                const char next = text[at + name.size()];
                if (next < '0' || next > '9') ++uses;
            }
            if (uses == 1) unread.push_back(&variables_[k]);
        }
        Variable result = variables_.back();
        if (result.type.dtype != DType::kF64) {
            text += "    let v0 = f32(" + result.name + ") * 0.1 |> dense(2)\n";
            result = {"v0", result.type};
            result.type.dtype = DType::kF64;
            result.type.shape.back() = 2;
        }
        std::string rest;
        for (const Variable* variable : unread) {
            if (variable->name != result.name)
                rest += fmt::format("{}mean(tanh({}))", rest.empty() ? "" : " + ", variable->name);
        }
        std::string results = type_in_text(result.type), value = result.name;
        Variable prediction = {"output", result.type};
        if (!rest.empty()) {
            results = fmt::format("[first: {}, rest: f32]", results);
            text += "    let others = " + rest + "\n";
            value = fmt::format("[{}, others]", value);
            prediction.name = "first";
        }
        text = head(results) + text + "    " + value + "\n}\n";
        return with_training(text, prediction, !rest.empty());
    }

    // With what of the train block is valid.
    std::string with_training(const std::string& model, const Variable& prediction, bool has_rest) {
        for (int attempt = 0; attempt < 6; ++attempt) {
            std::string loss = fmt::format("mean(tanh({}))", prediction.name);
            std::optional<Type> target;
            if (attempt < 5) {
                const auto chosen = calls_.loss(random_, prediction);
                if (!chosen) continue;
                loss = chosen->first;
                target = chosen->second;
            }
            if (has_rest) loss += " + 0.3 * rest";
            if (random_.chance(0.2) && model.find("dense") != std::string::npos)
                loss +=
                    random_.chance(0.5) ? " + l2_penalty(params(\"*.w\"), 0.01)" : " + l1_penalty(params(\"*\"), 0.01)";
            std::string train = "\ntrain m {\n    data = npz(\"rows.npz\")\n";
            for (const Variable& input : inputs_) train += fmt::format("    {0} = array(\"{0}\")\n", input.name);
            if (target) train += fmt::format("    target: {} = array(\"target\")\n", type_in_text(*target));
            train += "    loss = " + loss + "\n    optimizer = " + calls_.optimizer(random_) + "\n";
            if (random_.chance(0.3)) {
                static const std::vector<std::string> clips = {"clip_norm(gradient, gradient_norm, 0.7)",
                                                               "clip_own_norm(gradient)", "clip_value(gradient, 0.2)"};
                train += "    gradient = " + random_.of(clips) + "\n";
            }
            if (target && target->dtype == DType::kF64 && random_.chance(0.3)) {
                if (const auto metric = calls_.metric(random_, prediction))
                    train += "    metrics = [" + *metric + "]\n";
            }
            train += "    batch = 3\n    epochs = 1\n}\n";
            if (AnalysedText(model + train, true).model()) return model + train;
        }
        return model;
    }

    const RandomCalls& calls_;
    std::uint64_t seed_;
    Random random_;
    std::vector<Variable> inputs_, variables_;
    std::vector<Statement> statements_;
    std::string own_;
    bool own_used_ = false;
    int named_ = 0;
};

}  // namespace

RandomProgram random_program(const RandomCalls& calls, std::uint64_t seed) {
    // One that cannot be trained, with a parameter in a branch that training does not take, is drawn anew.
    RandomProgram program = Growth(calls, seed).grow();
    for (std::uint64_t again = 1; program.text.find("\ntrain ") == std::string::npos && again < 8; ++again)
        program = Growth(calls, seed + (again << 32U)).grow();
    program.seed = seed;
    return program;
}

}  // namespace nncc::testing

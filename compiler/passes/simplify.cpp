// simplify: matches the rules' patterns against a graph and builds their replacements.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <string>

#include "graph/constants.h"
#include "ops/record.h"
#include "passes/pass.h"
#include "passes/rules.h"
#include "passes/scan_builder.h"

namespace nncc {
namespace {

constexpr int kMaximumSweeps = 40;

// ---- patterns: name, number, or op{attributes}(operands) ----

struct Pattern {
    enum class Kind { kName, kConstantName, kNumber, kOp } kind = Kind::kName;
    std::string_view name;  // of a value
    double number = 0;
    const OpRecord* op = nullptr;
    std::string_view attributes;  // the name they are given; may be empty
    std::vector<Pattern> operands;
};

class PatternParser {
  public:
    explicit PatternParser(std::string_view text) : text_(text) {}
    Pattern parse() {
        Pattern pattern = expression();
        NNCC_CHECK(at_ == text_.size(), "rule `{}`", text_);
        return pattern;
    }

  private:
    void skip() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }
    bool accept(char c) {
        skip();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    std::string_view word() {
        skip();
        const std::size_t begin = at_;
        while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_' ||
                                      text_[at_] == '.' || text_[at_] == '-')) {
            ++at_;
        }
        NNCC_CHECK(at_ > begin, "rule `{}`", text_);
        return text_.substr(begin, at_ - begin);
    }
    Pattern expression() {
        Pattern pattern;
        const std::string_view first = word();
        if (std::isdigit(static_cast<unsigned char>(first[0])) != 0 || first[0] == '-') {
            pattern.kind = Pattern::Kind::kNumber;
            pattern.number = std::strtod(std::string(first).c_str(), nullptr);
            return pattern;
        }
        if (accept('{')) {
            pattern.attributes = word();
            NNCC_CHECK(accept('}'), "rule `{}`", text_);
        }
        if (!accept('(')) {
            pattern.name = first;
            const bool constant = std::isupper(static_cast<unsigned char>(first[0])) != 0;
            pattern.kind = constant ? Pattern::Kind::kConstantName : Pattern::Kind::kName;
            return pattern;
        }
        pattern.kind = Pattern::Kind::kOp;
        pattern.op = &op_named(first);
        do {
            pattern.operands.push_back(expression());
        } while (accept(','));
        NNCC_CHECK(accept(')'), "rule `{}`", text_);
        skip();
        return pattern;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

bool match(const GraphBuilder& builder, const Pattern& pattern, Value value, Captures& captures);

bool match_operands(const GraphBuilder& builder, const Pattern& pattern, const std::vector<Value>& operands,
                    Captures& captures) {
    for (std::size_t k = 0; k < operands.size(); ++k) {
        if (!match(builder, pattern.operands[k], operands[k], captures)) return false;
    }
    return true;
}

bool match(const GraphBuilder& builder, const Pattern& pattern, Value value, Captures& captures) {
    switch (pattern.kind) {
        case Pattern::Kind::kNumber: return splat_value(builder, value) == pattern.number;
        case Pattern::Kind::kConstantName:
            if (!splat_value(builder, value)) return false;
            [[fallthrough]];
        case Pattern::Kind::kName:
            for (const auto& [name, known] : captures.values) {
                if (name == pattern.name) return known == value;
            }
            captures.values.push_back({pattern.name, value});
            return true;
        case Pattern::Kind::kOp: break;
    }
    const Node& node = builder.node(value);
    if (node.op != pattern.op || node.operands.size() != pattern.operands.size() || value.result != 0) return false;
    if (!pattern.attributes.empty()) captures.values.push_back({pattern.attributes, value});
    const Captures before = captures;
    if (match_operands(builder, pattern, node.operands, captures)) return true;
    if (!node.op->facts.commutative || node.operands.size() != 2) return false;
    captures = before;
    return match_operands(builder, pattern, {node.operands[1], node.operands[0]}, captures);
}

Value build(GraphBuilder& builder, const Pattern& pattern, const Captures& captures, const Type& type) {
    switch (pattern.kind) {
        case Pattern::Kind::kNumber: return splat(builder, pattern.number, type);
        case Pattern::Kind::kConstantName:
        case Pattern::Kind::kName: return captures.value(pattern.name);
        case Pattern::Kind::kOp: break;
    }
    std::vector<Value> operands;
    for (const Pattern& operand : pattern.operands) operands.push_back(build(builder, operand, captures, type));
    Attributes attributes;
    if (!pattern.attributes.empty()) attributes = builder.node(captures.value(pattern.attributes)).attributes;
    return builder.add(*pattern.op, std::move(operands), std::move(attributes));
}

// ---- the table, read once ----

struct ReadRule {
    const Rule* rule = nullptr;
    std::optional<Pattern> pattern;
    std::optional<Pattern> replacement;
};
struct ReadTable {
    std::map<const OpRecord*, std::vector<ReadRule>> by_root;  // only looked up
    std::vector<ReadRule> any_root;
};

ReadTable read_table(bool first_sweep) {
    ReadTable table;
    for (std::span<const Rule> rules : {stable_rules(), algebra_rules(), view_rules(), window_rules()}) {
        for (const Rule& rule : rules) {
            if (rule.first_sweep != first_sweep) continue;
            ReadRule read{&rule, {}, {}};
            if (!rule.pattern.empty()) {
                read.pattern = PatternParser(rule.pattern).parse();
                read.replacement = PatternParser(rule.replacement).parse();
                table.by_root[read.pattern->op].push_back(read);
            } else if (!rule.root.empty()) {
                table.by_root[&op_named(rule.root)].push_back(read);
            } else {
                table.any_root.push_back(read);
            }
        }
    }
    return table;
}

// `copy` of the root is made for the first rule that needs one: building moves the nodes.
std::optional<Value> apply(GraphBuilder& builder, const ReadRule& read, Value root, std::optional<Node>& copy) {
    std::optional<Value> replacement;
    Type type;
    if (read.rule->build != nullptr) {
        if (!copy) copy = builder.node(root);
        type = copy->type();
        replacement = read.rule->build(builder, *copy);
    } else {
        Captures captures{{}, &builder};
        if (!match(builder, *read.pattern, root, captures)) return std::nullopt;
        if (read.rule->when != nullptr && !read.rule->when(captures)) return std::nullopt;
        type = builder.type(root);
        replacement = build(builder, *read.replacement, captures, type);
    }
    if (replacement) {
        NNCC_CHECK(builder.type(*replacement) == type, "rule {} turns {} into {}", read.rule->name, type_text(type),
                   type_text(builder.type(*replacement)));
    }
    return replacement;
}

std::optional<Value> apply_any(GraphBuilder& builder, const ReadTable& table, Value root) {
    std::optional<Node> copy;
    auto rules = table.by_root.find(builder.node(root).op);
    if (rules != table.by_root.end()) {
        for (const ReadRule& read : rules->second) {
            if (std::optional<Value> replacement = apply(builder, read, root, copy)) return replacement;
        }
    }
    for (const ReadRule& read : table.any_root) {
        if (std::optional<Value> replacement = apply(builder, read, root, copy)) return replacement;
    }
    return std::nullopt;
}

// Whether a rule of the table begins with an op of the graph.
bool may_match(const Graph& graph, const ReadTable& table) {
    if (!table.any_root.empty()) return true;
    return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                       [&](const Node& node) { return table.by_root.contains(node.op); });
}

// Sets `changed` when a rule matched.
Graph sweep(const Graph& graph, const ReadTable& table, bool& changed) {
    return rewrite(graph,
                   [&](GraphBuilder& builder, const Node& node,
                       const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
                       if (node.types.size() != 1 || node.operands.empty() || node.body != nullptr) return std::nullopt;
                       if (lowering_of<EffectLowering>(node) != nullptr) return std::nullopt;
                       Value value = builder.copy(graph, node, operands);
                       // A rule may uncover another at the same place; each makes the value simpler, so a few turns are
                       // enough.
                       for (int turn = 0; turn < 8; ++turn) {
                           const std::optional<Value> replacement = apply_any(builder, table, value);
                           if (!replacement || *replacement == value) break;
                           value = *replacement;
                           changed = true;
                       }
                       return std::vector<Value>{value};
                   });
}

}  // namespace

Value Captures::value(std::string_view name) const {
    for (const auto& [known, captured] : values) {
        if (known == name) return captured;
    }
    NNCC_CHECK(false, "a rule has no `{}`", name);
    return {};
}

std::optional<double> Captures::number(std::string_view name) const { return splat_value(*builder, value(name)); }

Graph simplify(const Graph& graph) {
    static const ReadTable kFirst = read_table(true);
    static const ReadTable kAlways = read_table(false);
    Graph result = fold(has_scan(graph) ? rebuild_scans(graph, simplify) : graph);
    if (may_match(result, kFirst)) {
        bool changed = false;
        Graph next = sweep(result, kFirst, changed);
        if (changed) result = fold(next);
    }
    for (int turn = 0; turn < kMaximumSweeps; ++turn) {
        bool changed = false;
        Graph next = sweep(result, kAlways, changed);
        if (!changed) break;
        result = fold(next);
    }
    // Constants that were found outside are found inside too.
    if (has_scan(result)) {
        Graph next = rebuild_scans(result, nullptr);
        if (next != result) return simplify(next);
    }
    return result;
}

}  // namespace nncc

// Text → Graph and Program. What is read is type-checked node by node and verified as a whole, or refused with its
// line.
#include <map>

#include "graph/diagnostic_kinds.h"
#include "graph/program.h"
#include "graph/text_reader.h"
#include "ops/record.h"

namespace nncc {
namespace {

constexpr int kMaximumNodes = 1'000'000;  // of one graph

std::optional<Graph> read_graph(TextReader& reader, int depth);

std::optional<Attributes> read_attributes(TextReader& reader, const OpRecord& op) {
    Attributes attributes;
    if (!reader.accept("{")) return attributes;
    do {
        std::optional<std::string> name = reader.word();
        if (!name) return std::nullopt;
        const AttributeSpec* spec = nullptr;
        for (const AttributeSpec& candidate : op.attributes) {
            if (candidate.name == *name) spec = &candidate;
        }
        if (spec == nullptr) return reader.fail(fmt::format("`{}` has no attribute `{}`", op.name, *name));
        if (attributes.find(*name) != nullptr) return reader.fail(fmt::format("`{}` is given twice", *name));
        if (!reader.expect("=")) return std::nullopt;
        std::optional<Attribute> value = reader.attribute(spec->kind);
        if (!value) return std::nullopt;
        attributes.set(*name, std::move(*value));
    } while (reader.accept(","));
    if (!reader.expect("}")) return std::nullopt;
    return attributes;
}

class GraphReader {
  public:
    GraphReader(TextReader& reader, std::string name, int depth)
        : reader_(reader), builder_(std::move(name)), depth_(depth) {}

    std::optional<Graph> graph() {
        while (reader_.peek("%")) {
            if (!node()) return std::nullopt;
        }
        if (reader_.accept_word("return")) {
            do {
                std::string name;
                if (!reader_.peek("%")) {
                    std::optional<std::string> read = reader_.name();
                    if (!read || !reader_.expect("=")) return std::nullopt;
                    name = std::move(*read);
                }
                std::optional<Value> value = known_value();
                if (!value) return std::nullopt;
                builder_.output(std::move(name), *value);
            } while (reader_.accept(","));
        }
        if (!reader_.expect("}")) return std::nullopt;
        return std::move(builder_).finish();
    }

  private:
    std::optional<Value> known_value() {
        std::optional<Value> value = reader_.value();
        if (!value) return std::nullopt;
        auto found = made_.find(value->node);
        if (found == made_.end()) return reader_.fail(fmt::format("%{} is not defined before", value->node));
        const Value known{found->second.node, value->result};
        if (known.result >= static_cast<int>(builder_.node(known).types.size())) {
            return reader_.fail(fmt::format("%{} has no result {}", value->node, value->result));
        }
        return known;
    }

    // %3 = op(%1, %2.1) {name = value} : type, type graph body {...} @ "name" "place" "expression"
    bool node() {
        std::optional<Value> number = reader_.value();
        if (!number || !reader_.expect("=")) return false;
        if (number->result != 0 || made_.contains(number->node))
            return failed("a node's number is taken, or names a result");
        if (builder_.size() >= kMaximumNodes)
            return failed(fmt::format("a graph has more than {} nodes", kMaximumNodes));
        std::optional<std::string> op_name = reader_.word();
        if (!op_name) return false;
        const OpRecord* op = find_op(*op_name);
        if (op == nullptr) return failed(fmt::format("there is no op `{}`", *op_name));
        std::vector<Value> operands;
        if (!reader_.expect("(")) return false;
        if (!reader_.accept(")")) {
            do {
                std::optional<Value> operand = known_value();
                if (!operand) return false;
                operands.push_back(*operand);
            } while (reader_.accept(","));
            if (!reader_.expect(")")) return false;
        }
        std::optional<Attributes> attributes = read_attributes(reader_, *op);
        if (!attributes) return false;
        std::optional<std::vector<Type>> declared;
        if (reader_.accept(":")) {
            declared.emplace();
            do {
                std::optional<Type> type = reader_.type();
                if (!type) return false;
                declared->push_back(std::move(*type));
            } while (reader_.accept(","));
        }
        std::shared_ptr<const Graph> body;
        if (reader_.accept_word("graph")) {
            std::optional<Graph> read = read_graph(reader_, depth_ + 1);
            if (!read) return false;
            body = std::make_shared<const Graph>(std::move(*read));
        }
        std::optional<Origin> origin = read_origin();
        if (!origin) return false;

        auto inferred = builder_.infer(*op, operands, *attributes, body);
        if (const TypeError* error = std::get_if<TypeError>(&inferred)) {
            reader_.fail(*error->kind, fmt::format("{}: {}", op->name, error->message));
            return false;
        }
        if (declared && *declared != std::get<0>(inferred)) {
            const std::vector<Type>& types = std::get<0>(inferred);
            return failed(types.empty() ? fmt::format("{} has no result", op->name)
                                        : fmt::format("{} gives {}, which is not what is declared", op->name,
                                                      type_text(types[0])));
        }
        made_[number->node] =
            builder_.add(*op, std::move(operands), std::move(*attributes), std::move(*origin), std::move(body));
        return true;
    }

    std::optional<Origin> read_origin() {
        Origin origin;
        if (!reader_.accept("@")) return origin;
        for (std::string* part : {&origin.name, &origin.place, &origin.expression}) {
            std::optional<std::string> text = reader_.quoted();
            if (!text) return std::nullopt;
            *part = std::move(*text);
        }
        return origin;
    }

    bool failed(std::string message) {
        reader_.fail(std::move(message));
        return false;
    }

    TextReader& reader_;
    GraphBuilder builder_;
    int depth_;
    std::map<int, Value> made_;  // by the number in the text
};

// After the word `graph`.
std::optional<Graph> read_graph(TextReader& reader, int depth) {
    if (depth > kMaximumBodyDepth) return reader.fail(fmt::format("bodies nest deeper than {}", kMaximumBodyDepth));
    std::optional<std::string> name = reader.name();
    if (!name || !reader.expect("{")) return std::nullopt;
    return GraphReader(reader, std::move(*name), depth).graph();
}

Error invalid(const std::string& fault) { return Error{&kGraphInvalid, "ir: " + fault, "", {}, ExitCode::kWrongInput}; }

std::optional<StorageKind> storage_kind_from_name(std::string_view name) {
    for (StorageKind kind : {StorageKind::kParam, StorageKind::kState, StorageKind::kStream, StorageKind::kFit,
                             StorageKind::kSlot, StorageKind::kCounter, StorageKind::kPacked}) {
        if (storage_kind_name(kind) == name) return kind;
    }
    return std::nullopt;
}

bool read_names(TextReader& reader, std::vector<std::string>& names) {
    do {
        std::optional<std::string> name = reader.name();
        if (!name) return false;
        names.push_back(std::move(*name));
    } while (reader.accept(","));
    return true;
}

bool read_dim(TextReader& reader, Program& program) {
    std::optional<std::string> name = reader.name();
    if (!name) return false;
    const bool bounded = reader.accept("<=");
    if (!bounded && !reader.expect("=")) return false;
    std::optional<std::int64_t> value = reader.integer();
    if (!value) return false;
    if (*value < 0 || !program.dims.emplace(*name, DimBinding{*value, bounded}).second) {
        reader.fail(fmt::format("dimension `{}` is negative or bound twice", *name));
        return false;
    }
    return true;
}

bool read_storage(TextReader& reader, Program& program) {
    std::optional<std::string> kind = reader.word();
    if (!kind) return false;
    std::optional<StorageKind> known = storage_kind_from_name(*kind);
    if (!known) {
        reader.fail(fmt::format("`{}` is no kind of storage", *kind));
        return false;
    }
    std::optional<std::string> name = reader.name();
    if (!name || !reader.expect(":")) return false;
    std::optional<Type> type = reader.type();
    if (!type) return false;
    program.storages.push_back(Storage{std::move(*name), *known, std::move(*type)});
    return true;
}

bool read_position(TextReader& reader, Program& program) {
    std::optional<std::string> name = reader.name();
    if (name) program.position = std::move(*name);
    return name.has_value();
}

bool read_latency(TextReader& reader, Program& program) {
    std::optional<std::int64_t> steps = reader.integer();
    if (steps && *steps < 0) reader.fail("a latency is at least 0");
    if (steps) program.latency = *steps;
    return steps && *steps >= 0;
}

bool read_entry(TextReader& reader, Program& program) {
    std::optional<std::string> name = reader.name();
    if (!name || !reader.expect_word("graph")) return false;
    std::optional<Graph> graph = read_graph(reader, 0);
    if (!graph) return false;
    if (!program.entries.emplace(*name, std::move(*graph)).second) {
        reader.fail(fmt::format("two entries are named `{}`", *name));
        return false;
    }
    return true;
}

bool read_program(TextReader& reader, Program& program) {
    if (!reader.expect_word("program")) return false;
    std::optional<std::string> name = reader.name();
    std::optional<std::string> summary = name ? reader.quoted() : std::nullopt;
    if (!summary) return false;
    program.name = std::move(*name);
    program.summary = std::move(*summary);
    while (!reader.at_end()) {
        bool read = false;
        if (reader.accept_word("dim")) read = read_dim(reader, program);
        else if (reader.accept_word("inputs")) read = read_names(reader, program.inputs);
        else if (reader.accept_word("data")) read = read_names(reader, program.data);
        else if (reader.accept_word("latency")) read = read_latency(reader, program);
        else if (reader.accept_word("position")) read = read_position(reader, program);
        else if (reader.accept_word("storage")) read = read_storage(reader, program);
        else if (reader.accept_word("entry")) read = read_entry(reader, program);
        else reader.fail("`dim`, `inputs`, `data`, `latency`, `position`, `storage` or `entry` expected");
        if (!read) return false;
    }
    return true;
}

}  // namespace

Expected<Graph> parse_graph(std::string_view text) {
    TextReader reader(text);
    std::optional<Graph> graph;
    if (reader.expect_word("graph")) graph = read_graph(reader, 0);
    if (graph && !reader.at_end()) reader.fail("something follows the graph");
    if (reader.failed()) return reader.error();
    if (std::optional<std::string> fault = verify(*graph)) return invalid(*fault);
    return std::move(*graph);
}

Expected<Program> parse_program(std::string_view text) {
    TextReader reader(text);
    Program program;
    if (!read_program(reader, program)) return reader.error();
    if (std::optional<std::string> fault = verify(program)) return invalid(*fault);
    return program;
}

}  // namespace nncc

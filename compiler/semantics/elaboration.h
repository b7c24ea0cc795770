// Elaboration: the state while one entry's graph is built from a model's syntax tree, and how mistakes are reported.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/diagnostics.h"
#include "semantics/library.h"
#include "semantics/model.h"
#include "semantics/scope.h"

namespace nncc {

enum class EntryKind { kForward, kProcess, kFit, kLoss, kMetrics, kUpdate, kInitialize };

// A storage of the program and how it starts.
struct StorageRow {
    Storage storage;
    Meaning initializer;
    SourceRange range;
    SourceRange user_range;  // of the user's expression that made it
    // As declared, of a storage that is reserved for the bound of a run-time extent: what the program sees of it.
    std::optional<Shape> read = std::nullopt;
};

// What all entries of one model share.
struct Analysis {
    const AnalyseOptions& options;
    Diagnostics& diagnostics;
    const Library& library;
    const ast::Function* model = nullptr;
    std::vector<StorageRow> storages;  // in order of first appearance
    bool storages_complete = false;    // after `forward`: later entries may only find them
    bool has_streams = false;          // `forward` met one
    std::int64_t latency = 0;          // what becomes Program::latency
    std::string position;              // what becomes Program::position
    DimBindings dims;
    std::map<std::string, Meaning> constants;  // of `const` items, computed on first use
    std::set<std::string> constants_in_progress;
    std::set<std::tuple<const DiagnosticKind*, const SourceFile*, std::uint32_t, std::uint32_t>> reported;
    Diagnostic already_reported;  // what is handed out for a repeated report
    std::map<std::tuple<const SourceFile*, std::uint32_t, std::uint32_t>, Origin> origins;  // made before, without name
    std::map<const ast::Function*, std::shared_ptr<const Graph>> externs;  // as read; none after a mistake
    std::set<std::string> header_hashes;                                   // of the texts they were read from
    bool exhausted = false;  // a limit was met: reported once, and everything after is poison
    std::int64_t steps = 0;  // expressions evaluated, against kMaximumSteps

    // Of function values. One may lie in the very scope it holds, so they are emptied in the end.
    std::vector<std::shared_ptr<Scope>> closures;

    Analysis(const AnalyseOptions& given, Diagnostics& sink, const Library& items)
        : options(given), diagnostics(sink), library(items) {}
    Analysis(const Analysis&) = delete;
    Analysis& operator=(const Analysis&) = delete;
    ~Analysis();

    const StorageRow* find_storage(const std::string& path) const;
};

// One layer's place in the tree of parameter names: `layer_0.transformer_block_1`.
struct NameSpace {
    std::string path;
    std::map<std::string, int> calls;  // of each callee, for `dense_1`, `dense_2`
    std::set<std::string> used;
    int application = 1;  // of a layer made by `new`

    std::string unique(const std::string& name);
    std::string below(const std::string& name) const { return path.empty() ? name : path + "." + name; }
};

// One function being elaborated.
struct Frame {
    std::string name;
    const ast::Function* function = nullptr;  // null for `fn(x) { … }`
    SourceRange call;
};

// A stream or carry. `level` is the number of scans around the point from which it has one value, and `declared` that
// around its declaration: a stream declared in a scan lives on from step to step, so its level is 0.
struct Variable {
    ast::StorageKeyword keyword;
    std::size_t level = 0;
    std::size_t declared = 0;
};

// A scan whose body is being elaborated. Its body is built among the other nodes, from leaves, and taken out at its
// end.
struct ScanFrame {
    // A variable of outside that the body looks at: carried if it changes.
    struct Touched {
        std::string path;
        Value leaf;
        Value before;
        bool changed = false;
    };
    Dim steps;
    std::vector<Touched> touched = {};           // in order of the first look
    std::map<std::string, Meaning> values = {};  // path → value at this point of the body
    Value index = {};                            // the number of the step, where something needs it
};

struct Elaboration {
    static constexpr int kMaximumDepth = 400;  // of nested evaluation, over all calls
    static constexpr std::int64_t kMaximumSteps = 300'000;
    static constexpr int kMaximumNodes = 300'000;
    static constexpr std::int64_t kMaximumElements = std::int64_t{1} << 40;  // of one tensor

    Analysis& analysis;
    EntryKind entry;
    bool training = false;
    GraphBuilder builder;
    std::vector<Frame> frames;
    NameSpace* names = nullptr;
    bool may_declare = false;                         // inside the model, where storages live
    std::map<std::string, Meaning> states;            // path → value at this point of the text, outside of scans
    std::vector<std::string> stored;                  // paths of states assigned, in order of first assignment
    std::map<std::string, Variable> variables;        // streams and carries by path
    std::vector<ScanFrame*> scans;                    // from the outermost
    int leaves = 0;                                   // of all scans
    std::vector<std::pair<std::string, Value>> fits;  // of the entry `fit`
    std::set<std::string> seen_storages;
    SourceRange user_range;  // the innermost expression in a user's file, for origins
    std::string name_hint;
    bool in_let = false;  // the hint is that of a `let` in this body
    int depth = 0;
    Value seed;  // i32 scalars of `random`; empty where there are no random bits
    Value step;
    bool draws = false;                        // random bits were asked for
    std::string random_site;                   // of the initialiser being applied
    std::map<std::string, int> random_counts;  // of `random` at each place
    // Set while an optimiser's body runs: its `state`s are slots of this parameter.
    struct SlotContext {
        std::string optimizer;
        std::string parameter;  // empty: they are the trainer's, as those of a schedule
        Type type;
        bool adapts = false;  // they take the dtype of what they meet
    };
    std::optional<SlotContext> slots;

    Elaboration(Analysis& shared, EntryKind kind, bool is_training, std::string name)
        : analysis(shared), entry(kind), training(is_training), builder(std::move(name)) {}
};

// Reports once per kind and place. A place inside the embedded library is reported at the user's call, with a note
// inside the library; a place inside a function of the user's gets notes of who called it.
Diagnostic& report(Elaboration& elaboration, const DiagnosticKind& kind, SourceRange range, std::string message);
Diagnostic& report(Analysis& analysis, const DiagnosticKind& kind, SourceRange range, std::string message);

// The source text of an expression on one line, cut to 60 characters: `dense(10)`.
std::string source_text(SourceRange range);
// A path as one word: `layer_0.dense_1` is layer_0_dense_1.
std::string underscored(std::string path);
// "pima.nn:4"
std::string source_place(SourceRange range);

// Sets the builder's origin from the user's expression and the name hint; restores it at the end of its life.
class OriginScope {
  public:
    OriginScope(Elaboration& elaboration, SourceRange range);
    OriginScope(const OriginScope&) = delete;
    OriginScope& operator=(const OriginScope&) = delete;
    ~OriginScope();

  private:
    Elaboration& elaboration_;
    SourceRange saved_range_;
    Origin saved_origin_;
};

// Gives nodes a name, unless it is empty, until the end of its life.
class HintScope {
  public:
    HintScope(Elaboration& elaboration, std::string hint);
    HintScope(const HintScope&) = delete;
    HintScope& operator=(const HintScope&) = delete;
    ~HintScope() { elaboration_.name_hint = saved_; }

  private:
    Elaboration& elaboration_;
    std::string saved_;
};

// One operand of an operation, with what messages call it.
struct Operand {
    Meaning meaning;
    SourceRange range;
    std::string text() const { return source_text(range); }
};

// Whether all extents are known and make more than kMaximumElements, which is then reported.
bool is_too_large(Elaboration& elaboration, const Shape& shape, SourceRange range);

// Adds a node, or reports why it does not fit and gives nothing.
std::optional<Value> add_node(Elaboration& elaboration, std::string_view op, const std::vector<Value>& operands,
                              const Attributes& attributes, SourceRange range, const std::vector<Operand>& shown = {});

}  // namespace nncc

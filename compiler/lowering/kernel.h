// Kernel: one function of the emitted text, as loop nests, one matrix product, or one call of the runtime.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lowering/index_map.h"
#include "ops/record.h"
#include "passes/plan.h"

namespace nncc {

// A pointer argument. Its memory is a buffer of the plan, or a table of constants.
struct KernelParameter {
    std::string role = {};  // a hint for its name: "x", "dense_1.w"
    Type type = {};
    bool written = false;
    Value value = {};                // of the plan's graph; none when `table` is set
    std::vector<double> table = {};  // all elements, row-major
    std::string panels = {};         // set by the emitter: the key of this operand's panels in Packed
    std::int64_t scratch_bytes = 0;  // set by the emitter: no operand but memory behind the arena
};

// One value inside a loop nest. Loads, iotas and random bits vary along the axes where `map` has a stride; the others
// along all axes on which their operands vary.
struct LoopValue {
    enum class Kind : std::uint8_t {
        kLoad,         // parameters[parameter][map]
        kIota,         // the number map(index) itself
        kRandom,       // random bits of element map(index); operands seed, step, index
        kConstant,     // `constant`
        kExtent,       // the run-time extent `extent`
        kAccumulator,  // element [m, n] of the matrix product; in the epilogue of a contraction only
        kOp,           // op->lowering's expression on `operands`
        kReduce,       // operands[0] reduced over all reduced axes
    };
    Kind kind = Kind::kOp;
    DType dtype = DType::kF32;
    std::string name = {};  // role: "relu", "x"
    std::vector<int> operands = {};
    int parameter = -1;
    IndexMap map = {};
    double constant = 0;
    Dim extent = {};
    std::uint32_t site = 0;
    const OpRecord* op = nullptr;
    Reducer reducer = Reducer::kSum;
};

struct LoopStore {
    int value = -1;
    int parameter = -1;
    IndexMap map;
};

struct LoopAxis {
    Dim extent;
    bool reduced = false;
};

// for every index of the axes: the values in order, then the stores. Axes with `reduced` are summed over (or max,
// product) by kReduce values; what depends on those runs once per index of the other axes.
struct LoopNest {
    std::vector<LoopAxis> axes;
    std::vector<LoopValue> values;
    std::vector<LoopStore> stores;
};

// How the rows of a convolution read x [batch, places.., channels]: row [n, p0, p1, p2] sums over taps k0, k1, k2 and
// channels of x[n, (p * stride + k * dilation - low) / spread, channel] where those are elements of x, three axes
// always.
struct Places {
    struct Axis {
        std::int64_t extent = 1, places = 1, taps = 1, stride = 1, low = 0, spread = 1, dilation = 1;
    };
    std::int64_t batch = 1;
    std::array<Axis, 3> axes = {};
    std::int64_t channels = 1;  // that are summed
    std::int64_t pixel = 1;     // elements between neighbours of the last axis of x
    bool depthwise = false;     // each filter sums over the taps of its own channel only
};

// A convolution of 3 x 3 by Winograd's F(m x m, 3 x 3), `chunk` tiles at a time.
struct Winograd {
    int m = 0;
    std::int64_t chunk = 0;
};

// For every index of the batch axes: C[m, n] = epilogue(sum over k of A[m, k] * B[k, n]).
// `epilogue` is a nest over the axes [batch..., m, n] that reads the product through kAccumulator and stores the
// results.
struct Contraction {
    std::vector<Dim> batch;
    Dim m, n, k;
    int a = -1, b = -1;                 // parameters
    std::vector<Dim> a_batch, b_batch;  // strides along the batch axes
    Dim a_offset, b_offset;
    Dim a_row, a_column;  // strides of A along m and k
    Dim b_row, b_column;  // strides of B along k and n
    DType dtype = DType::kF32;
    bool b_packed = false;  // B lies in 16-wide panels
    // A convolution: A is read by places (its strides say nothing), and m are the places of the whole batch, row by
    // row. Then the epilogue may have several axes in the place of m, whose product it is.
    std::optional<Places> places = std::nullopt;
    // Set by the emitter: B lies transformed, and the parameter `scratch` is memory.
    std::optional<Winograd> winograd = std::nullopt;
    int scratch = -1;
    LoopNest epilogue;
};

// A kernel of the runtime that works along one axis of a row-major tensor [batch, outer, length, inner].
struct AxisCall {
    std::string kernel;  // "argsort", "cumulative", "argmax", "gather", "scatter_add", "overwrite"
    const Node* node = nullptr;
    std::vector<int> operands;  // parameters
    int result = -1;            // parameter
    Dim batch = {}, outer = {}, length = {}, inner = {};
    Dim index_count = {};  // gather, scatter_add: indices of one batch element; overwrite: rows
};

struct Kernel {
    std::string name;                   // "dense_1_relu"
    std::vector<std::string> comments;  // "pima.nn:4  dense(10) |> relu"
    std::vector<KernelParameter> parameters;
    std::variant<std::vector<LoopNest>, Contraction, AxisCall> body;
};

}  // namespace nncc

// Padding: "valid", "same", "causal" or numbers to how many elements go before and after each axis; tensors padded by
// their own elements.
#pragma once

#include "semantics/builtin.h"

namespace nncc {

struct Padding {
    std::vector<std::int64_t> low, high;
};

// What slides along each axis: kernels of `kernel` elements, `dilation` apart, at every `stride`-th place.
struct Sliding {
    std::vector<std::int64_t> kernel, stride, dilation;
    std::int64_t span(std::size_t axis) const { return (kernel[axis] - 1) * dilation[axis] + 1; }
};

// For axes of those extents. "valid" (also when `padding` is null): none. "same": ceil(extent / stride) places, the
// odd element after. "causal": all before. An int, one for each axis, or a pair for each: as many before and after.
std::optional<Padding> to_padding(Elaboration& elaboration, const Operand* padding, const Shape& extents,
                                  const Sliding& sliding, SourceRange call);

// An int of at least `least` for each of `count` axes; one alone is for all, null is 1. `what` is for messages.
std::optional<std::vector<std::int64_t>> to_axis_numbers(Elaboration& elaboration, const Operand* numbers,
                                                         std::size_t count, std::int64_t least, std::string_view what);

// `value` with elements of its own before and after each axis. Modes: "reflect" (mirrored about the first and last
// element, which are not repeated), "symmetric" (mirrored, repeated), "edge" (the first and last), "wrap".
std::optional<Value> pad_by_mode(Elaboration& elaboration, Value value, const Padding& padding, const std::string& mode,
                                 const Operand& shown, SourceRange range);

}  // namespace nncc

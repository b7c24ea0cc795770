// What each kind of shape, type and graph diagnostic means, for `nncc explain`.
#include "graph/diagnostic_kinds.h"

namespace nncc {

const DiagnosticKind kOperandCount = {
    "NN0201", "wrong number of operands",
    "An op was given more or fewer tensors than it takes. `select` for instance takes a mask and two tensors of one "
    "type. Look at the op's row in the table of primitives and pass exactly those."};
const DiagnosticKind kAttributeWrong = {
    "NN0202", "attribute missing, unknown or of the wrong kind",
    "Every op declares the attributes it carries: `transpose` needs `permutation`, a list of integers, and nothing "
    "else. An attribute was left out, is of another kind, is not known to the op, or has a value the op cannot have."};
const DiagnosticKind kDTypeDiffers = {
    "NN0203", "element types differ",
    "The operands of an op have different element types: an `i32` tensor was added to an `f32` one, say. Nothing is "
    "converted silently; write the conversion, as in `f32(count) * rate`."};
const DiagnosticKind kDTypeUnsupported = {
    "NN0204", "element type not supported by the op",
    "The op has no meaning for that element type. `exp` and `/` need floating-point numbers, `and` needs `bool`, the "
    "indices of `gather` need `i32`. Convert the operand first."};
const DiagnosticKind kShapeDiffers = {
    "NN0205", "shapes differ",
    "The operands of an op must have equal shapes, extent by extent, as polynomials of the named dimensions: `batch` "
    "and `time` differ even where both are bound to one number. Reshape or broadcast one of them explicitly."};
const DiagnosticKind kAxisWrong = {
    "NN0206", "axis out of range or repeated",
    "An axis does not exist in the operand's shape, or is named twice. Axes count from 0; a tensor of shape [32, 10] "
    "has the axes 0 and 1."};
const DiagnosticKind kExtentWrong = {
    "NN0207", "extent or range does not fit",
    "A slice reaches outside its operand, a padding would leave a negative extent, or a range is asked of an axis "
    "whose extent is only known at run time. On such an axis take all of it, or all from a start on."};
const DiagnosticKind kCannotBroadcast = {
    "NN0208", "shape cannot be broadcast",
    "A tensor can only be stretched along axes of extent 1 or along new axes. [32, 10] cannot become [32, 12]; "
    "[32, 1] and [32] can."};
const DiagnosticKind kCannotReshape = {
    "NN0209", "reshape changes the number of elements",
    "A reshape keeps all elements in row-major order, so the product of the extents must stay what it was, for every "
    "value of the named dimensions: [batch, 28, 28] can become [batch, 784], not [batch, 780]."};
const DiagnosticKind kCannotContract = {
    "NN0210", "operands cannot be contracted",
    "In a matrix product or an `einsum` one letter stands for one extent. In `x @ w` the last extent of `x` must equal "
    "the first of `w`: [32, 784] cannot be contracted with [512, 10]. In an `einsum` every letter of the result must "
    "occur in an operand, once."};
const DiagnosticKind kConstantWrong = {
    "NN0211", "constant does not fit its type",
    "A constant holds one element for the whole tensor, or exactly as many as its shape has; `i32` elements are whole "
    "numbers of 32 bits, `bool` elements 0 or 1, and a shape with named dimensions takes one element only."};
const DiagnosticKind kBodyWrong = {
    "NN0212", "nested graph does not fit its node",
    "The arguments of a nested graph must be the operands of its node, in order and type, and its results those of "
    "the node. A `scan` sees one step of each sequence, and returns each carry with the type it came in with."};
const DiagnosticKind kTooLarge = {
    "NN0213", "tensor too large",
    "The number of bytes of a tensor does not fit in 63 bits. An extent, or the number a dimension was bound to, is "
    "far too large."};
const DiagnosticKind kCannotConvolve = {
    "NN0214", "operands cannot be convolved",
    "A convolution takes `x` [batch, places.., channels] and `w` [kernel.., channels, filters]. The channels must be "
    "the same (with groups, those of one group), the filters a multiple of the groups, and the kernel must fit into "
    "the padded places. On an axis whose extent is only known at run time the stride must be 1."};
const DiagnosticKind kGraphSyntax = {
    "NN0220", "graph text cannot be read",
    "The text is not that of a graph or program as nncc prints it. The message names the line. Graphs are printed by "
    "`--emit=graph`; what was printed can be read back as it is."};
const DiagnosticKind kGraphInvalid = {
    "NN0221", "graph is not valid",
    "The text of a graph can be read, but breaks a rule of graphs: a node uses a later one, a type is not the one its "
    "op gives, two outputs have one name, or a storage is not in the table of storages."};

namespace {
constexpr const DiagnosticKind* kAll[] = {&kOperandCount,  &kAttributeWrong, &kDTypeDiffers,  &kDTypeUnsupported,
                                          &kShapeDiffers,  &kAxisWrong,      &kExtentWrong,   &kCannotBroadcast,
                                          &kCannotReshape, &kCannotContract, &kConstantWrong, &kBodyWrong,
                                          &kTooLarge,      &kCannotConvolve, &kGraphSyntax,   &kGraphInvalid};
}  // namespace

std::span<const DiagnosticKind* const> graph_diagnostics() { return kAll; }

}  // namespace nncc

// Counts the operations and bytes of kernels.
#include "lowering/work.h"

namespace nncc {

namespace {

double number(const Dim& dim, const DimBindings& dims) {
    return static_cast<double>(dim.bind(dims).bound(dims).value_or(0));
}

// Values that compute something: not loads, constants or what costs nothing.
double operations_of(const LoopNest& nest, const DimBindings& dims) {
    double all = 1, kept = 1;
    for (const LoopAxis& axis : nest.axes) {
        const double extent = number(axis.extent, dims);
        all *= extent;
        if (!axis.reduced) kept *= extent;
    }
    // What depends on a reduced value is done once per index of the kept axes.
    std::vector<bool> behind(nest.values.size(), false);
    double operations = 0;
    for (std::size_t k = 0; k < nest.values.size(); ++k) {
        const LoopValue& value = nest.values[k];
        for (const int operand : value.operands) {
            const auto at = static_cast<std::size_t>(operand);
            behind[k] = behind[k] || behind[at] || nest.values[at].kind == LoopValue::Kind::kReduce;
        }
        if (value.kind == LoopValue::Kind::kReduce) operations += all;
        if (value.kind != LoopValue::Kind::kOp) continue;
        const auto* lowering = std::get_if<ElementwiseLowering>(&value.op->lowering);
        if (lowering == nullptr || lowering->cost == 0) continue;
        operations += behind[k] ? kept : all;
    }
    return operations;
}

}  // namespace

KernelWork work_of(const Kernel& kernel, const DimBindings& dims) {
    KernelWork work;
    for (const KernelParameter& parameter : kernel.parameters) {
        if (parameter.scratch_bytes > 0) continue;
        double elements = 1;
        for (const Dim& extent : parameter.type.shape) elements *= number(extent, dims);
        work.bytes += elements * dtype_bytes(parameter.type.dtype);
    }
    if (const auto* nests = std::get_if<std::vector<LoopNest>>(&kernel.body)) {
        for (const LoopNest& nest : *nests) work.operations += operations_of(nest, dims);
    } else if (const auto* product = std::get_if<Contraction>(&kernel.body)) {
        double sums = number(product->m, dims) * number(product->n, dims);
        for (const Dim& extent : product->batch) sums *= number(extent, dims);
        work.operations = 2 * sums * number(product->k, dims) + operations_of(product->epilogue, dims);
    }
    return work;
}

}  // namespace nncc

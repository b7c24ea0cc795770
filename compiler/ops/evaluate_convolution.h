// Evaluate body of convolution: loops over places, kernel and channels, the result's channels innermost.
#pragma once

#include "ops/elements.h"
#include "ops/windows.h"

namespace nncc {

template <class S>
void evaluate_convolution(EvaluateContext<S>& context) {
    const ConvolutionForm form = convolution_form(context.node.attributes);
    const Tensor<S>& x = *context.operands[0];
    const Tensor<S>& w = *context.operands[1];
    Tensor<S>& r = context.results[0];
    r.elements.setConstant(S(0.0));
    const bool wraps = r.dtype == DType::kI32;
    const auto space = [](const Extents& extents, std::size_t first, std::size_t count) {
        return Extents(extents.begin() + static_cast<std::ptrdiff_t>(first),
                       extents.begin() + static_cast<std::ptrdiff_t>(first + count));
    };
    const Extents x_space = space(x.extents, 1, form.rank());
    const Extents places = space(r.extents, 1, form.rank());
    const Extents kernel = space(w.extents, 0, form.rank());
    const Extents x_strides = strides_of(x_space);
    const std::int64_t batch = r.extents[0], channels = x.extents.back(), outputs = r.extents.back();
    const std::int64_t inner = channels / form.groups;  // channels that one group sees
    const std::int64_t run = outputs / (form.groups * form.batch_groups);
    const std::int64_t place_count = count_of(places), x_count = count_of(x_space);
    const Extents none_places(places.size(), 0), none_kernel(kernel.size(), 0);
    for (std::int64_t n = 0; n < x.extents[0]; ++n) {
        std::int64_t place = 0;
        walk(places, none_places, [&](const Extents& p, std::int64_t) {
            S* to = r.elements.data() + ((n % batch) * place_count + place++) * outputs + n / batch * run;
            std::int64_t k = 0;
            walk(kernel, none_kernel, [&](const Extents& q, std::int64_t) {
                std::int64_t from = 0;
                bool inside = true;
                for (std::size_t i = 0; i < p.size(); ++i) {
                    const std::int64_t at = p[i] * form.strides[i] + q[i] * form.w_dilation[i] - form.low[i];
                    const std::int64_t index = at / form.x_dilation[i];
                    inside = inside && at >= 0 && at % form.x_dilation[i] == 0 && index < x_space[i];
                    from += index * x_strides[i];
                }
                const S* weights = w.elements.data() + k++ * inner * outputs;
                if (!inside) return;
                const S* row = x.elements.data() + (n * x_count + from) * channels;
                for (std::int64_t c = 0; c < channels; ++c) {
                    const std::int64_t first = c / inner * run;  // 0 without groups
                    const S* line = weights + c % inner * outputs + first + n / batch * run;
                    for (std::int64_t o = 0; o < run; ++o) {
                        S& sum = to[first + o];
                        if (wraps) sum = S(wrapped(whole(sum) + whole(S(wrapped(whole(row[c]) * whole(line[o]))))));
                        else sum = S(sum + row[c] * line[o]);
                    }
                }
            });
        });
    }
}

}  // namespace nncc

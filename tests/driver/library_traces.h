// Models of the library whose training is followed: texts beside the traces *_torch.npz of tests/data/traces.
#pragma once

#include <string>

namespace nncc::testing {

// The trace has nncc's names and layouts.
struct LibraryTrace {
    std::string name;
    std::string model;
    int steps;
};

inline const LibraryTrace kLibraryTraces[] = {
    {"iris_layer_norm_adamw_torch",
     R"(model m(x: f32[batch, 4]) -> f32[batch, 3] {
    x |> dense(12) |> layer_norm(1e-5) |> gelu |> dense(8) |> layer_norm(1e-5) |> gelu |> dense(3)
}
train m {
    x = array("X")
    y: i32[batch] = array("Y")
    loss = sparse_categorical_cross_entropy_with_logits(output, y)
    optimizer = adamw(0.003, decay = 0.05)
    batch = 15
}
)",
     200},
    {"iris_batch_norm_sgd_torch",
     R"(model m(x: f32[batch, 4]) -> f32[batch, 3] {
    let x = dense(x, 12, bias = false) |> batch_norm(momentum = 0.9, epsilon = 1e-5, unbiased = true) |> relu
    let x = x |> dense(8, bias = false) |> batch_norm(momentum = 0.9, epsilon = 1e-5, unbiased = true) |> relu
    x |> dense(3)
}
train m {
    x = array("X")
    y: i32[batch] = array("Y")
    loss = sparse_categorical_cross_entropy_with_logits(output, y)
    optimizer = sgd(0.05, momentum = 0.9)
    batch = 16
}
)",
     150},
    {"iris_rmsprop_torch",
     R"(model m(x: f32[batch, 4]) -> f32[batch, 3] { x |> dense(10) |> tanh |> dense(3) }
train m {
    x = array("X")
    y: i32[batch] = array("Y")
    loss = sparse_categorical_cross_entropy_with_logits(output, y)
    optimizer = rmsprop(0.002, rho = 0.95, epsilon = 1e-6, momentum = 0.5, centered = true)
    batch = 15
}
)",
     200},
    {"iris_nesterov_l2_torch",
     R"(model m(x: f32[batch, 4]) -> f32[batch, 3] { x |> dense(10) |> tanh |> dense(3) }
train m {
    x = array("X")
    y: i32[batch] = array("Y")
    loss = sparse_categorical_cross_entropy_with_logits(output, y)
    optimizer = sgd(0.05, momentum = 0.9, nesterov = true, weight_decay = 0.01)
    batch = 20
}
)",
     200},
    {"digits_sliding_sgd_torch",
     R"(model m(x: f32[batch, 8, 8, 1]) -> f32[batch, 10] {
    x |> conv2d(8, kernel = 3, padding = "same") |> tanh |> max_pool(3, stride = 2, padding = "same")
      |> depthwise_conv2d(kernel = 3, multiplier = 2, padding = "same") |> tanh
      |> conv2d(12, kernel = 3, stride = 2, padding = "same", groups = 4) |> tanh
      |> conv_transpose2d(4, kernel = 3, stride = 2, padding = "same") |> tanh
      |> average_pool(2, stride = 1) |> flatten |> dense(10)
}
train m {
    x = array("X")
    y: i32[batch] = array("Y")
    loss = sparse_categorical_cross_entropy_with_logits(output, y)
    optimizer = sgd(0.02, momentum = 0.9)
    batch = 32
}
)",
     60},
    {"letters_attention_adamw_torch",
     R"(fn block(x: f32[batch, time, width]) {
    let y = x + (x |> layer_norm(1e-5) |> multi_head_attention(2, causal = true, bias = false))
    y + (y |> layer_norm(1e-5) |> dense(2 * width) |> gelu |> dense(width))
}
model m(tokens: i32[batch, 12]) -> f32[batch, 12, 14] {
    embedding(tokens, 14, 16) + positional_embedding(12, 16) |> block |> layer_norm(1e-5) |> dense(14)
}
train m {
    tokens = array("X")
    y: i32[batch, 12] = array("Y")
    loss = sparse_categorical_cross_entropy_with_logits(output, y)
    optimizer = adamw(0.002, beta2 = 0.95, decay = 0.1)
    batch = 8
}
)",
     120},
    {"oscillator_adam_torch",
     R"(model m(t: f32[batch, 1]) -> f32[batch, 1] { t / 3 - 1 |> dense(12) |> tanh |> dense(12) |> tanh |> dense(1) }
train m {
    t = array("X")
    slope = fn(q) { derivative(m, q) }
    residual = derivative(slope, t) + 0.4 * slope(t) + 4.04 * output
    loss = mean(residual ** 2) + 30 * mean((m(0 * t) - 1) ** 2 + slope(0 * t) ** 2)
    optimizer = adam(0.003)
    batch = 16
}
)",
     120},
};

}  // namespace nncc::testing

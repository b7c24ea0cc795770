// Optimisers, clipping and schedules: several steps against the same recursions written in C++.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "program.h"

namespace nncc::testing {

namespace {

constexpr int kSteps = 6;

std::string text(const std::string& optimizer, const std::string& more = "") {
    return "model m(x: f32[batch, 2]) {\n    param w: f32[2, 2] = ones\n    param b: f32[2] = ones\n    x @ w + b\n}\n"
           "train m {\n    x = columns(\"a\", \"b\")\n    loss = mean(output)\n    optimizer = " +
           optimizer + "\n" + more + "}\n";
}

Array gradient(std::vector<std::int64_t> extents, int step) {
    return random_array(std::move(extents), -2, 2, static_cast<unsigned>(100 * step) + 1U);
}

// One element's state: the parameter and two slots.
struct Element {
    double p = 1;
    double m = 0;
    double v = 0;
};
using Rule = std::function<void(Element&, double g, int step, bool matrix)>;

void check(const std::string& optimizer, const Rule& rule) {
    SCOPED_TRACE(optimizer);
    TestProgram program(text(optimizer));
    ASSERT_TRUE(program.is_valid());
    std::vector<Element> w(4);
    std::vector<Element> b(2);
    for (int step = 1; step <= kSteps; ++step) {
        Array dw = gradient({2, 2}, step);
        Array db = gradient({2}, step + 50);
        program.run("update", {{"d w", dw}, {"d b", db}});
        for (std::size_t at = 0; at < w.size(); ++at) rule(w[at], dw.elements[at], step, true);
        for (std::size_t at = 0; at < b.size(); ++at) rule(b[at], db.elements[at], step, false);
        std::vector<double> expected_w;
        std::vector<double> expected_b;
        for (const Element& element : w) expected_w.push_back(element.p);
        for (const Element& element : b) expected_b.push_back(element.p);
        expect_near(program.storages()["w"].elements, expected_w);
        expect_near(program.storages()["b"].elements, expected_b);
        EXPECT_EQ(program.storages()["step"].elements.at(0), step);
    }
}

TEST(Optimizers, Sgd) {
    check("sgd", [](Element& e, double g, int, bool) { e.p -= 0.01 * g; });
    check("sgd(0.1, momentum = 0.9)", [](Element& e, double g, int, bool) {
        e.m = 0.9 * e.m + g;
        e.p -= 0.1 * e.m;
    });
    check("sgd(0.1, momentum = 0.9, nesterov = true)", [](Element& e, double g, int, bool) {
        e.m = 0.9 * e.m + g;
        e.p -= 0.1 * (g + 0.9 * e.m);
    });
}

TEST(Optimizers, Rmsprop) {
    check("rmsprop(0.01)", [](Element& e, double g, int, bool) {
        e.v = 0.9 * e.v + 0.1 * g * g;
        e.p -= 0.01 * g / (std::sqrt(e.v) + 1e-7);
    });
}

void adam_step(Element& e, double g, int step, double rate, double epsilon) {
    e.m = 0.9 * e.m + 0.1 * g;
    e.v = 0.999 * e.v + 0.001 * g * g;
    e.p -= rate * (e.m / (1 - std::pow(0.9, step))) / (std::sqrt(e.v / (1 - std::pow(0.999, step))) + epsilon);
}

TEST(Optimizers, Adam) {
    check("adam", [](Element& e, double g, int step, bool) { adam_step(e, g, step, 0.001, 1e-8); });
    check("adam(learning_rate = 0.1, epsilon = 0.5)",
          [](Element& e, double g, int step, bool) { adam_step(e, g, step, 0.1, 0.5); });
}

TEST(Optimizers, AdamwDecaysMatricesOnly) {
    check("adamw(0.1, decay = 0.02)", [](Element& e, double g, int step, bool matrix) {
        if (matrix) e.p -= 0.1 * 0.02 * e.p;
        adam_step(e, g, step, 0.1, 1e-8);
    });
}

TEST(Optimizers, CoupledDecayIsTheGradientOfHalfTheSquares) {
    check("rmsprop(0.01, weight_decay = 0.5)", [](Element& e, double g, int, bool) {
        g += 0.5 * e.p;  // coupled(gradient, parameter, 0.5)
        e.v = 0.9 * e.v + 0.1 * g * g;
        e.p -= 0.01 * g / (std::sqrt(e.v) + 1e-7);
    });
}

TEST(Optimizers, DecoupledDecaySparesVectors) {
    for (const char* all : {"false", "true"}) {
        check(std::string("lion(0.1, decay = 0.02, decay_all = ") + all + ")",
              [&](Element& e, double g, int, bool matrix) {
                  if (matrix || all[0] == 't') e.p *= 1 - 0.1 * 0.02;  // decayed(parameter, 0.1, 0.02, decay_all)
                  double way = 0.9 * e.m + 0.1 * g;
                  e.p -= 0.1 * (way > 0 ? 1 : way < 0 ? -1 : 0);
                  e.m = 0.99 * e.m + 0.01 * g;
              });
    }
}

TEST(Optimizers, AveragedParametersAreASlotBesideTheOthers) {
    for (const char* optimizer : {"adam", "adamw", "sgd"}) {
        // averaged(parameter, step, 0.75): itself at first, then a quarter of the way to it.
        TestProgram program(text(std::string(optimizer) + "(0.1, average_decay = 0.75)"));
        ASSERT_TRUE(program.is_valid());
        double average = 0;
        for (int step = 1; step <= kSteps; ++step) {
            program.run("update", {{"d w", gradient({2, 2}, step)}, {"d b", gradient({2}, step + 50)}});
            double now = program.storages()["w"].elements[0];
            average = step == 1 ? now : 0.75 * average + 0.25 * now;
            EXPECT_NEAR(program.storages()[std::string(optimizer) + ".average/w"].elements[0], average, 1e-12);
        }
        TestProgram saved(text(std::string(optimizer) + "(average_decay = 0.75)", "    weights = average\n"));
        EXPECT_TRUE(saved.is_valid());
    }
}

TEST(Optimizers, SlotsAreNamedAfterOptimizerAndParameter) {
    TestProgram program(text("adam"));
    for (const char* name : {"adam.m/w", "adam.v/w", "adam.m/b", "adam.v/b"}) {
        const Storage* storage = program.program().find_storage(name);
        ASSERT_NE(storage, nullptr) << name;
        EXPECT_EQ(storage->kind, StorageKind::kSlot);
    }
}

TEST(Optimizers, FreezeLeavesParametersAlone) {
    TestProgram program(text("sgd(1)", "    freeze = \"w\"\n"));
    program.run("update", {{"d b", {{2}, {1, 2}}}});
    expect_near(program.storages()["w"].elements, {1, 1, 1, 1});
    expect_near(program.storages()["b"].elements, {0, -1});
}

TEST(Gradients, ClippedByTheNormOfAllOrByValue) {
    Array dw{{2, 2}, {3, 0, 0, 0}};
    Array db{{2}, {0, 4}};
    TestProgram by_norm(text("sgd(1)", "    gradient = clip_norm(gradient, gradient_norm, 2.5)\n"));
    by_norm.run("update", {{"d w", dw}, {"d b", db}});
    double scale = 2.5 / (5 + 1e-6);
    expect_near(by_norm.storages()["w"].elements, {1 - 3 * scale, 1, 1, 1});
    expect_near(by_norm.storages()["b"].elements, {1, 1 - 4 * scale});
    TestProgram small(text("sgd(1)", "    gradient = clip_norm(gradient, gradient_norm, 10.0)\n"));
    small.run("update", {{"d w", dw}, {"d b", db}});
    expect_near(small.storages()["b"].elements, {1, -3});
    TestProgram by_value(text("sgd(1)", "    gradient = clip_value(gradient, 3.5)\n"));
    by_value.run("update", {{"d w", dw}, {"d b", db}});
    expect_near(by_value.storages()["w"].elements, {-2, 1, 1, 1});
    expect_near(by_value.storages()["b"].elements, {1, -2.5});
}

void check_schedule(const std::string& schedule, const std::function<double(int)>& rate) {
    SCOPED_TRACE(schedule);
    TestProgram program(text("sgd(" + schedule + ")"));
    double expected = 1;
    for (int step = 1; step <= kSteps; ++step) {
        program.run("update", {{"d w", {{2, 2}, {0, 0, 0, 0}}}, {"d b", {{2}, {1, 1}}}});
        expected -= rate(step);
        expect_near(program.storages()["b"].elements, {expected, expected});
    }
}

TEST(Schedules, AreTheirFormulas) {
    check_schedule("exponential(0.5, factor = 0.25, every = 2)",
                   [](int step) { return 0.5 * std::pow(0.25, (step - 1) / 2.0); });
    check_schedule("cosine(0.5, over = 4, last = 0.1)",
                   [](int step) { return 0.1 + 0.4 * 0.5 * (1 + std::cos(M_PI * std::min((step - 1) / 4.0, 1.0))); });
    check_schedule("warmup(0.5, over = 3)", [](int step) { return 0.5 * std::min(step / 3.0, 1.0); });
    check_schedule("warmup(cosine(0.5, over = 4), over = 3)", [](int step) {
        return std::min(step / 3.0, 1.0) * 0.25 * (1 + std::cos(M_PI * std::min((step - 1) / 4.0, 1.0)));
    });
    check_schedule("inverse_root(16, over = 3, scale = 2.0)",
                   [](int step) { return 2 / 4.0 * std::min(1 / std::sqrt(step), step / std::pow(3, 1.5)); });
}

}  // namespace

}  // namespace nncc::testing

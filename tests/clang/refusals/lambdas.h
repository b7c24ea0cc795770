float f(float x, float y) {
    auto twice = [](float v) { return 2 * v; };
    return twice(x) + y;
}

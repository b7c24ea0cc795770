float f(float x, float y) {
    float (*g)(float) = nullptr;
    return g(x) + y;
}

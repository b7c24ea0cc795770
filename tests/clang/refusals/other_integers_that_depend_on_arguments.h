float f(float x, float y) {
    unsigned n = x > 1 ? 2u : 1u;
    return n * y;
}

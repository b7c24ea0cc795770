struct Pair {
    float a, b;
};
float f(float x, float y) {
    Pair pair{x, y};
    return pair.a;
}

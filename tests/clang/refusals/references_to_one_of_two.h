float f(float x, float y) {
    (x < y ? x : y) = 1;
    return x + y;
}

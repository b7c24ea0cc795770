float f(float x, float y) {
    int big = 2147483647;
    ++big;
    return big * x * y;
}

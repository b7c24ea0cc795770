float f(float x, float y) {
    if (x < 0) throw 1;
    return x * y;
}

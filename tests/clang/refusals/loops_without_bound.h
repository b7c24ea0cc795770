float f(float x, float y) {
    while (x > 1) x = x / 2;
    return x + y;
}

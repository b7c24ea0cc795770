float f(float x, float y) {
    for (;;) x += y;
}

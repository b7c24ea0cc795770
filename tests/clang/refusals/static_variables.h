float f(float x, float y) {
    static float last = 0;
    last += x;
    return last * y;
}

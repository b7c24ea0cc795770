float f(float x, float y) {
    float* p = &x;
    return *p + y;
}

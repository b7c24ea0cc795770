void set(float* p);
float f(float x, float y) {
    set(&x);
    return x + y;
}

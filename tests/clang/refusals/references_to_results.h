inline float& larger(float& a, float& b) { return a < b ? b : a; }
float f(float x, float y) {
    float& kept = larger(x, y);
    kept = 1;
    return x + y;
}

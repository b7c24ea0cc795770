inline float half(float x, float y) { return x > 1 ? half(x / 2, y) : y; }
float f(float x, float y) { return half(x, y); }

float f(float x, float y) { return *new float(x) * y; }

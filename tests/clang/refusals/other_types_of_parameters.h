float f(float x, double y) { return x + y; }

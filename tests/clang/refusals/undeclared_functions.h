float f(float x, float y) { return cube(x) + y; }

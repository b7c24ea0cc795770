double f(float x, float y) { return x + y; }

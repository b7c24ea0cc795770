float g(float x);
float f(float x, float y) { return g(x) + y; }

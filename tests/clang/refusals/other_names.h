float g(float x, float y) { return x + y; }

float f(float x, float y) { x += y; }

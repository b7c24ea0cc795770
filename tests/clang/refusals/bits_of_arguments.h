float f(float x, float y) { return (static_cast<int>(x) & 7) * y; }

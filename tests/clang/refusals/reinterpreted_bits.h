float f(float x, float y) { return reinterpret_cast<int&>(x) * y; }

constexpr float kTable[] = {1, 2, 3};
float f(float x, float y) { return kTable[static_cast<int>(x)] * y; }

constexpr float kTable[] = {1, 2, 3};
float f(float x, float y) {
    float sum = x * y;
    for (int i = 0; i < 4; ++i) sum += kTable[i];
    return sum;
}

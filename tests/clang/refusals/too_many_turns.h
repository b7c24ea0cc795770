float f(float x, float y) {
    for (int i = 0; i < 100; ++i)
        for (int j = 0; j < 1000; ++j) x = x * y + 1;
    return x;
}

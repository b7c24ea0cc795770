float f(float x, float y) {
    while (int again = 3) x = x * y + again;
    return x;
}

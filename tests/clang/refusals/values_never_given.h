float f(float x, float y) {
    float sum;
    sum += x;
    return sum * y;
}

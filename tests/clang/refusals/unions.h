union Bits {
    float real;
    int whole;
};
float f(float x, float y) {
    Bits bits;
    bits.real = x;
    return bits.whole * y;
}

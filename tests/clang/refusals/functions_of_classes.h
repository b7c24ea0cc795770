struct Filter {
    static float doubled(float v) { return 2 * v; }
    float operator()(float v) const { return v; }
};
float f(float x, float y) { return Filter::doubled(x) + Filter{}(y); }

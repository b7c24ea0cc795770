inline float inner(float v) {
    static float last = v;
    return last;
}
inline float middle(float v) { return inner(v) + 1; }
float f(float x, float y) { return middle(x) * y; }

#define KEEP(v) static float kept = v
float f(float x, float y) {
    KEEP(x);
    return kept * y;
}

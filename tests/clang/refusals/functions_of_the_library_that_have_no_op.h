#include <cmath>
float f(float x, float y) { return std::fmod(x, y); }

// Effects of sound as plain C++ functions, for models (models/soft_clip.nn) and for any other program.
#pragma once

#include <cmath>

// A cubic that flattens out at 2/3: what a valve does to a signal that is too loud.
inline float soft_clip(float x, float drive) {
    const float driven = x * drive;
    if (driven > 1) return 2.0f / 3;
    if (driven < -1) return -2.0f / 3;
    return driven - driven * driven * driven / 3;
}

// Silence below the threshold, with a slope instead of a step.
inline float gate(float x, float threshold) {
    const float size = std::fabs(x);
    if (size <= 0) return 0;
    const float below = threshold / size;
    return below < 1 ? x : x / (below * below);
}

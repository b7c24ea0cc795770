// Functions that are read as part of a model, compiled natively, and, with float meaning a dual number, differentiated.
#include <cmath>

constexpr float kKnee = 0.7f;
constexpr int kTurns = 5;

inline float square(float x) { return x * x; }
inline float cube(float x) { return square(x) * x; }

inline float soft_clip(float x, float y) {
    const float driven = x * (1 + y * y);
    if (driven > 1) return 2.0f / 3;
    if (driven < -1) return -2.0f / 3;
    return driven - cube(driven) / 3;
}

inline float elementary(float x, float y) {
    using std::exp, std::expm1, std::log, std::log1p, std::sqrt, std::sin, std::cos, std::atan, std::tanh, std::erf;
    float sum = exp(x) + expm1(y) + log(x * x + 1.5f) + log1p(y * y) + sqrt(x * x + y * y + 1);
    sum += sin(x) * cos(y) + atan(x) + tanh(y);
    sum -= erf(x);
    return sum;
}

inline float assigned(float x, float y) {
    float a = x, b = y;
    a += b;
    b *= a;
    a -= 2 * b;
    a /= 3;
    float c;
    c = (a = a + 1, b + a);
    return -c + b;
}

inline float early(float x, float y) {
    float sum = y;
    if (x > 0) {
        if (y > 0) return x * y;
        sum = sum + x;
    } else if (x < -1) {
        sum = sum - 2 * x;
    } else {
        return sum * sum;
    }
    sum = sum * sum + x;
    return sum > 1 ? sum : sum * sum;
}

inline float polynomial(float x, float y) {
    constexpr float kFactors[] = {0.5f, -0.25f, 0.125f, 0.0625f, -0.03f};
    float sum = 0;
    for (int i = kTurns - 1; i >= 0; --i) sum = sum * x + kFactors[i];
    float powers[3] = {1, y};
    for (int i = 1; i < 3; i++) powers[i] = powers[i - 1] * y;
    return sum + powers[2];
}

inline float left_by_break(float x, float y) {
    float sum = 0;
    for (int i = 0; i < 6; ++i) {
        if (i == 1) continue;
        if (x < -0.5f && i == 4) continue;
        sum += x * y + i;
        if (sum > 3) break;
        sum = sum * 0.9f + y;
    }
    return sum;
}

inline float newton(float x, float y) {
    using std::fabs;
    const float target = x * x + y * y + 0.3f;
    float guess = 1;
    int turn = 0;
    while (turn < 8) {
        ++turn;
        const float next = (guess + target / guess) / 2;
        if (fabs(next - guess) < 1e-3f) break;
        guess = next;
    }
    int again = 0;
    do {
        guess = guess * 1.5f;
    } while (++again < 4 && guess < 1);
    return guess;
}

// The branches not taken are at a pole, overflow, or give NaN.
inline float guarded_log(float x, float y) {
    using std::log;
    return x > 0 ? log(x) * log(x) * y : y;
}
inline float guarded_root(float x, float y) {
    using std::sqrt;
    if (x <= 0) return y * y;
    const float root = sqrt(x);
    return root * x * root * y;
}
inline float guarded_quotient(float x, float y) {
    float result = 0;
    if (x * x > 0) {
        const float inverse = 1 / x;
        const float other = 1 / (1 - inverse);
        if (inverse < 0.9f) result = other * inverse * y;
    }
    return result + x;
}
inline float guarded_overflow(float x, float y) {
    using std::exp;
    const float large = x * 1e20f;
    if (x > -0.5f) return x * y;
    return exp(-large * large) + large * large * large * 1e-30f;
}

inline float knee(float x, float y) {
    using std::exp, std::fabs;
    const float sign = x < 0 ? -1.0f : 1.0f;
    const float size = fabs(x);
    if (size <= kKnee) return x;
    const float over = (size - kKnee) / (1 - kKnee);
    return sign * (kKnee + (1 - kKnee) * (1 - exp(-over * (1 + y * y))));
}

inline void scale(float& value, const float& by) { value *= by; }
inline float by_reference(float x, float y) {
    float a = x;
    float& same = a;
    scale(same, y);
    same += 1;
    scale(a, a);
    return a;
}

inline float logic(float x, float y) {
    const bool inside = x > -1 && x < 1 && !(y > 1 || y < -1);
    bool far = false;
    if (!inside) far = x * x + y * y > 4;
    if (inside == far) return x;
    return far ? x * y : x + y;
}

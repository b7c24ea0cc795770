float gain = 2;
float f(float x, float y) { return gain * x * y; }

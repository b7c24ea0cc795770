float f(float x, float drive) { return x * drive; }

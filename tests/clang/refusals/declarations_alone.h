float f(float x, float y);

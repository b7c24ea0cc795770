float f(float x, float y) {
    if (x > 0) goto end;
    x = y;
end:
    return x;
}

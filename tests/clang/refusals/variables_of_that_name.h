constexpr float f = 2;

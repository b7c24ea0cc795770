// Everything on the compute path, for emitted sources.
#pragma once

#include "nncc/api.h"
#include "nncc/convolve.h"
#include "nncc/depthwise.h"
#include "nncc/gemm.h"
#include "nncc/index.h"
#include "nncc/math.h"
#include "nncc/math_fast.h"
#include "nncc/memory.h"
#include "nncc/pack.h"
#include "nncc/random_vector.h"
#include "nncc/reduce.h"
#include "nncc/scalar.h"
#include "nncc/simd.h"
#include "nncc/sort.h"
#include "nncc/winograd.h"

// amp_lstm for C: the same functions as in amp_lstm.h, over memory that the caller owns, aligned to 64 bytes.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

size_t amp_lstm_weights_bytes(void);
// an array of nncc::Tensor
const void* amp_lstm_tensors(void);
int amp_lstm_tensor_count(void);
// memory aligned to 64 bytes, as all of it here
void amp_lstm_initialize(void* weights, unsigned long long seed);
size_t amp_lstm_packed_bytes(void);
void amp_lstm_pack(const void* weights, void* packed);
// 0, or how many of the embedded vectors differ
int amp_lstm_selftest(void);
// a model for batch 1
size_t amp_lstm_model_bytes(void);
// memory aligned to 64 bytes; packed is read by every forward
void amp_lstm_model_init(void* memory, const void* packed);
// 0, and nothing written, when an extent exceeds its bound
int amp_lstm_forward(void* memory, int time, const float* audio, float* output);
// goes on where the last call ended; 0, and nothing written, when an extent exceeds its bound
int amp_lstm_process(void* memory, int time, const float* audio, float* output);
// how many steps later than forward process gives its results
int amp_lstm_latency(void);
// process begins anew
void amp_lstm_reset(void* memory);

#ifdef __cplusplus
}
#endif

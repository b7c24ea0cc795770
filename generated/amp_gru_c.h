// amp_gru for C: the same functions as in amp_gru.h, over memory that the caller owns, aligned to 64 bytes.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

size_t amp_gru_weights_bytes(void);
// an array of nncc::Tensor
const void* amp_gru_tensors(void);
int amp_gru_tensor_count(void);
// memory aligned to 64 bytes, as all of it here
void amp_gru_initialize(void* weights, unsigned long long seed);
size_t amp_gru_packed_bytes(void);
void amp_gru_pack(const void* weights, void* packed);
// 0, or how many of the embedded vectors differ
int amp_gru_selftest(void);
// a model for batch 1
size_t amp_gru_model_bytes(void);
// memory aligned to 64 bytes; packed is read by every forward
void amp_gru_model_init(void* memory, const void* packed);
// 0, and nothing written, when an extent exceeds its bound
int amp_gru_forward(void* memory, int time, const float* audio, float* output);
// goes on where the last call ended; 0, and nothing written, when an extent exceeds its bound
int amp_gru_process(void* memory, int time, const float* audio, float* output);
// how many steps later than forward process gives its results
int amp_gru_latency(void);
// process begins anew
void amp_gru_reset(void* memory);
// a trainer for batch 16: plain memory, without pointers
size_t amp_gru_trainer_bytes(void);
// memory aligned to 64 bytes
void amp_gru_trainer_init(void* memory, const void* weights, unsigned long long seed);
// forward, backward, update: the loss
double amp_gru_trainer_step(void* memory, int time, const float* audio, const float* wet);
// the loss; gradient has the layout of the weights
double amp_gru_trainer_gradients(void* memory, int time, const float* audio, const float* wet, void* gradient);
void amp_gru_trainer_update(void* memory, const void* gradient);
// every parameter changes by rate_scale times as much
void amp_gru_trainer_update_scaled(void* memory, const void* gradient, float rate_scale);
const void* amp_gru_trainer_weights(const void* memory);
unsigned long long amp_gru_trainer_steps(const void* memory);

#ifdef __cplusplus
}
#endif

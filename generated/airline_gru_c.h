// airline_gru for C: the same functions as in airline_gru.h, over memory that the caller owns, aligned to 64 bytes.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

size_t airline_gru_weights_bytes(void);
// an array of nncc::Tensor
const void* airline_gru_tensors(void);
int airline_gru_tensor_count(void);
// memory aligned to 64 bytes, as all of it here
void airline_gru_initialize(void* weights, unsigned long long seed);
size_t airline_gru_packed_bytes(void);
void airline_gru_pack(const void* weights, void* packed);
// a model for batch 1
size_t airline_gru_model_bytes(void);
// memory aligned to 64 bytes; packed is read by every forward
void airline_gru_model_init(void* memory, const void* packed);
void airline_gru_forward(void* memory, const float* months, float* output);
// a trainer for batch 12: plain memory, without pointers
size_t airline_gru_trainer_bytes(void);
// memory aligned to 64 bytes
void airline_gru_trainer_init(void* memory, const void* weights, unsigned long long seed);
// forward, backward, update: the loss
double airline_gru_trainer_step(void* memory, const float* months, const float* next);
// the loss; gradient has the layout of the weights
double airline_gru_trainer_gradients(void* memory, const float* months, const float* next, void* gradient);
void airline_gru_trainer_update(void* memory, const void* gradient);
// every parameter changes by rate_scale times as much
void airline_gru_trainer_update_scaled(void* memory, const void* gradient, float rate_scale);
const void* airline_gru_trainer_weights(const void* memory);
unsigned long long airline_gru_trainer_steps(const void* memory);

#ifdef __cplusplus
}
#endif

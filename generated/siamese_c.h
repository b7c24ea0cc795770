// siamese for C: the same functions as in siamese.h, over memory that the caller owns, aligned to 64 bytes.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

size_t siamese_weights_bytes(void);
// an array of nncc::Tensor
const void* siamese_tensors(void);
int siamese_tensor_count(void);
// memory aligned to 64 bytes, as all of it here
void siamese_initialize(void* weights, unsigned long long seed);
size_t siamese_packed_bytes(void);
void siamese_pack(const void* weights, void* packed);
// 0, or how many of the embedded vectors differ
int siamese_selftest(void);
// a model for batch 1
size_t siamese_model_bytes(void);
// memory aligned to 64 bytes; packed is read by every forward
void siamese_model_init(void* memory, const void* packed);
void siamese_forward(void* memory, const float* left, const float* right, float* output);
// a trainer for batch 32: plain memory, without pointers
size_t siamese_trainer_bytes(void);
// memory aligned to 64 bytes
void siamese_trainer_init(void* memory, const void* weights, unsigned long long seed);
// forward, backward, update: the loss
double siamese_trainer_step(void* memory, const float* left, const float* right, const float* same);
// the loss; gradient has the layout of the weights
double siamese_trainer_gradients(void* memory, const float* left, const float* right, const float* same,
                                 void* gradient);
void siamese_trainer_update(void* memory, const void* gradient);
// every parameter changes by rate_scale times as much
void siamese_trainer_update_scaled(void* memory, const void* gradient, float rate_scale);
const void* siamese_trainer_weights(const void* memory);
unsigned long long siamese_trainer_steps(const void* memory);

#ifdef __cplusplus
}
#endif

// One patient's risk from the emitted network: pima.h, a weight file, and nothing else.
#include <nncc/files.h>

#include <cstdio>
#include <iterator>

#include "pima.h"

int main(int argc, char** argv) {
    static pima::Weights weights;
    const char* path = argc > 1 ? argv[1] : "pima.safetensors";
    const auto status = nncc::load_safetensors(path, pima::kTensors, std::size(pima::kTensors), &weights, nullptr, 0);
    if (status != nncc::FileStatus::kDone) return std::printf("%s: %s\n", path, nncc::file_status_text(status)), 1;

    static pima::Packed packed;
    pima::pack(weights, packed);
    static pima::Model<1> model(packed);
    const float patient[8] = {6, 148, 72, 35, 0, 33.6F, 0.627F, 50};
    float risk[1];
    model.forward(patient, risk);  // no heap, no lock, no exception: call it from where nothing may wait
    std::printf("risk of diabetes within five years: %.3f\n", static_cast<double>(risk[0]));
}

// Codes of weight and array files to their explanations.
#include "interop/diagnostic_kinds.h"

#include <array>

namespace nncc {

const DiagnosticKind kWeightFileTruncated = {
    .code = "NN0401",
    .title = "weight file cut short",
    .explanation =
        "A safetensors file starts with eight bytes that give the length of its header, then the header, then the\n"
        "tensors. This file ends before its header does, usually because a copy or a download was interrupted.\n"
        "Copy the file again, and compare its size with the original's.",
};

const DiagnosticKind kWeightHeaderTooLarge = {
    .code = "NN0402",
    .title = "weight file header too large",
    .explanation =
        "The first eight bytes of a safetensors file are the length of its header; nncc accepts up to 16 MiB, room "
        "for\n"
        "more than 100,000 tensors. A greater length nearly always means that the file is of another kind: a .npz or\n"
        ".pt archive renamed to .safetensors, for example.",
};

const DiagnosticKind kWeightHeaderInvalid = {
    .code = "NN0403",
    .title = "weight file header invalid",
    .explanation =
        "The header of a safetensors file is one JSON object. Each entry is a tensor with `dtype`, `shape` and\n"
        "`data_offsets`, and nothing else; the entry `__metadata__` maps strings to strings. For example\n"
        "    {\"dense_1.b\":{\"dtype\":\"F32\",\"shape\":[10],\"data_offsets\":[0,40]}}\n"
        "This header is not of that form. Write the file again with `nncc train` or the safetensors library.",
};

const DiagnosticKind kWeightDtypeUnsupported = {
    .code = "NN0404",
    .title = "element type of a weight not supported",
    .explanation =
        "nncc reads tensors of type F32, F64, I32 and BOOL. Half precision (F16, BF16), 8-bit and 64-bit integers are\n"
        "refused rather than converted in silence. Convert before saving, in PyTorch for example with\n"
        "    {name: tensor.float() for name, tensor in model.state_dict().items()}",
};

const DiagnosticKind kWeightShapeMismatch = {
    .code = "NN0405",
    .title = "shape of a weight does not fit its bytes",
    .explanation =
        "The product of a tensor's extents times its element's size must be the number of bytes that its\n"
        "`data_offsets` span. A shape [8, 10] of F32 needs 320 bytes. The file was damaged, or written by a program\n"
        "with an error.",
};

const DiagnosticKind kWeightOffsetsInvalid = {
    .code = "NN0406",
    .title = "weights overlap, leave gaps or leave the file",
    .explanation =
        "The tensors of a safetensors file cover its data from first to last byte, one after the other: each\n"
        "`data_offsets` begins where another ends. Overlaps could smuggle one tensor's values into another, and gaps\n"
        "could hide data, so both are refused. A file that was cut short, or to which bytes were added, shows here "
        "too.",
};

const DiagnosticKind kWeightNameDuplicate = {
    .code = "NN0407",
    .title = "weight named twice",
    .explanation =
        "Two entries of the header have one name, and which of them is meant cannot be known. JSON readers keep\n"
        "either the first or the last. Write the file again with names that differ.",
};

const DiagnosticKind kWeightValueInvalid = {
    .code = "NN0408",
    .title = "weight of type BOOL with another value",
    .explanation =
        "A BOOL tensor holds one byte per element, 0 or 1. Any other byte means that the file is damaged, or that its\n"
        "type should have been U8.",
};

const DiagnosticKind kArchiveInvalid = {
    .code = "NN0411",
    .title = "npz archive cannot be read",
    .explanation =
        "An .npz file is a zip archive of .npy arrays, stored or deflated, as `numpy.savez` and\n"
        "`numpy.savez_compressed` write it. This file is no zip archive, is damaged (a checksum differs), or has\n"
        "members that are encrypted, compressed in another way or of one name.",
};

const DiagnosticKind kArrayHeaderInvalid = {
    .code = "NN0412",
    .title = "npy header invalid",
    .explanation =
        "An .npy array starts with the bytes \\x93NUMPY, a version (1.0, 2.0 or 3.0) and a header such as\n"
        "    {'descr': '<f4', 'fortran_order': False, 'shape': (768, 8), }\n"
        "This one is not of that form. Save it again with `numpy.save`.",
};

const DiagnosticKind kArrayDtypeUnsupported = {
    .code = "NN0413",
    .title = "element type of an array not supported",
    .explanation =
        "nncc reads arrays of f4, f8, i4, i8, u1 and b1 in little-endian order. Structured types, strings, objects "
        "and\n"
        "complex numbers have no meaning for a network; others can be converted first:\n"
        "    numpy.savez(\"data.npz\", x=x.astype(\"<f4\"))",
};

const DiagnosticKind kArraySizeMismatch = {
    .code = "NN0414",
    .title = "shape of an array does not fit its bytes",
    .explanation =
        "The product of an array's extents times its element's size must be the number of bytes that follow its\n"
        "header. The file was cut short, or damaged. Save it again with `numpy.save`.",
};

const DiagnosticKind kArrayTooLarge = {
    .code = "NN0415",
    .title = "array too large",
    .explanation =
        "The arrays of a file, as numbers of double precision, may take up to 64 MiB + 4 times the file's size where\n"
        "it comes from elsewhere, and 4 GiB where it is training data. A small compressed file can claim to hold any\n"
        "number of values; such a claim is checked before memory is used. Split the file, or keep fewer columns.",
};

const DiagnosticKind kArrayMissing = {
    .code = "NN0416",
    .title = "no such array",
    .explanation =
        "The .npz file has no array of that name. The message lists those it has; names are the keywords given to\n"
        "`numpy.savez`, and `arr_0`, `arr_1` for arrays given without one.",
};

std::span<const DiagnosticKind* const> interop_diagnostics() {
    static constexpr std::array kKinds = {
        &kWeightFileTruncated, &kWeightHeaderTooLarge, &kWeightHeaderInvalid,   &kWeightDtypeUnsupported,
        &kWeightShapeMismatch, &kWeightOffsetsInvalid, &kWeightNameDuplicate,   &kWeightValueInvalid,
        &kArchiveInvalid,      &kArrayHeaderInvalid,   &kArrayDtypeUnsupported, &kArraySizeMismatch,
        &kArrayTooLarge,       &kArrayMissing,
    };
    return kKinds;
}

}  // namespace nncc

"""What Basin's side wrote for this one."""

import os

import numpy
import torch
from safetensors.torch import load_file


def read_weights(folder):
    return load_file(os.path.join(folder, "weights.safetensors"))


def read_batches(folder):
    """A list of batches, each a dictionary of tensors; indices as PyTorch wants them."""
    batches = {}
    for name, tensor in load_file(os.path.join(folder, "batches.safetensors")).items():
        index, field = name.split("/")
        tensor = tensor.long() if tensor.dtype == torch.int32 else tensor
        batches.setdefault(int(index), {})[field] = tensor
    return [batches[index] for index in sorted(batches)]


def read_images(folder, shape):
    """Bytes [count, channels, height, width] of grey images."""
    pixels = numpy.fromfile(os.path.join(folder, "images.bin"), dtype=numpy.uint8)
    return torch.from_numpy(pixels).view(-1, 1, *shape)

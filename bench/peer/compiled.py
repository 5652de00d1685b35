"""torch.compile in the mode that is fastest here, as Basin's side takes the fastest of TensorFlow's settings."""

import time

import torch

# The second tries several kernels for each matrix product while it compiles, which takes a minute.
MODES = ("default", "max-autotune-no-cudagraphs")


def fastest(loss, *arguments):
    """`loss` compiled in the mode whose forward and backward pass take the least time on `arguments`."""
    candidates = [torch.compile(loss, mode=mode) for mode in MODES]
    return min(candidates, key=lambda candidate: seconds(candidate, arguments))


def seconds(loss, arguments):
    """Of the fastest of ten passes, after two that compile; gradients stay for the caller to clear."""
    times = []
    for _ in range(12):
        started = time.perf_counter()
        loss(*arguments).backward()
        times.append(time.perf_counter() - started)
    return min(times[2:])

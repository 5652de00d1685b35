"""The product of two square float32 matrices: what this machine can do at best."""

import torch

# As in bench/ours/matmul.ts.
SIDE = 2048


class Matmul:
    def __init__(self, _folder):
        self.left = torch.randn(SIDE, SIDE)
        self.right = torch.randn(SIDE, SIDE)

    def check(self):
        return []

    def run(self, count):
        for _ in range(count):
            torch.mm(self.left, self.right)
        return []

"""
One training step of the MLM model: torch.compile of forward and loss (and so of the backward pass) in the
mode that is fastest here, the fused AdamW, attention by scaled_dot_product_attention. Float32 throughout, as Basin's side. The batches
lie ready in memory, whereas Basin's side draws a fresh one each step: that favours this side.
"""

import itertools

import torch

from compiled import fastest
from data import read_batches, read_weights
from transformer import Transformer, masked_loss

# As in bench/ours/mlm.ts.
HEADS = 4
LEARNING_RATE = 1e-3


class MlmStep:
    def __init__(self, folder, pruned=False):
        self.model = Transformer(read_weights(folder), HEADS, pruned)
        self.optimizer = adamw(self.model.parameters(), LEARNING_RATE)
        batches = read_batches(folder)
        self.batches = itertools.cycle(batches)
        self.loss = self.compiled(self.eager_loss, batches[0])

    def eager_loss(self, batch):
        logits = self.model(batch["ids"], batch["mask"], batch["slots"])
        return masked_loss(logits, batch["targets"], batch["weights"])

    def compiled(self, loss, batch):
        return fastest(loss, batch)

    def check(self):
        return [self.step() for _ in range(3)]

    def run(self, count):
        for _ in range(count):
            loss = self.step()
        return [loss]

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(next(self.batches))
        loss.backward()
        self.optimizer.step()
        # Basin's step gives its loss as a number, too: that is what a run logs.
        return loss.item()


class PrunedMlmStep(MlmStep):
    def __init__(self, folder):
        super().__init__(folder, pruned=True)


class MlmStepByDefault(MlmStep):
    """Compiled once, in the default mode: what warming up takes."""

    def compiled(self, loss, _batch):
        return torch.compile(loss)


def adamw(parameters, learning_rate):
    """Matrices and kernels decay, vectors do not (src-main/science/optimizers/adamw.ts)."""
    parameters = list(parameters)
    groups = [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": 0.01},
        {"params": [p for p in parameters if p.dim() <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate, betas=(0.9, 0.98), eps=1e-6, fused=True)

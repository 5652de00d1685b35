"""The MLM model of src-main/science/nn/transformer.ts as a PyTorch user writes it, with Basin's weights."""

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    """Attention and feed-forward network, each after a layer normalisation."""

    def __init__(self, width, heads, feed_forward):
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.feed_forward_norm = nn.LayerNorm(width)
        self.rise = nn.Linear(width, feed_forward)
        self.fall = nn.Linear(feed_forward, width)

    def forward(self, x, bias):
        batch, length, width = x.shape
        parts = self.query_key_value(self.attention_norm(x))
        parts = parts.view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        read = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        x = x + self.out(read.transpose(1, 2).reshape(batch, length, width))
        return x + self.fall(F.gelu(self.rise(self.feed_forward_norm(x))))


class Transformer(nn.Module):
    """`forward` gives logits [batch * slots, words] at the slots alone, as Basin's model does."""

    def __init__(self, weights, heads):
        super().__init__()
        vocabulary, width = weights["tokens"].shape
        layers = sum(name.endswith("/attention/out/bias") for name in weights)
        feed_forward = weights["block0/feed_forward/in/bias"].numel()
        words = weights["output/bias"].numel()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.empty(weights["positions"].shape))
        self.blocks = nn.ModuleList(Block(width, heads, feed_forward) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.output = nn.Linear(width, words)
        with torch.no_grad():
            for name, parameter, transposed in self.named():
                parameter.copy_(weights[name].T if transposed else weights[name])

    def forward(self, ids, mask, slots):
        # Added to the scores: faster here than a boolean mask, and differentiable twice.
        bias = (mask[:, None, None, :] - 1) * 1e9
        x = self.tokens(ids) + self.positions
        for block in self.blocks:
            x = block(x, bias)
        chosen = x.gather(1, slots[:, :, None].expand(-1, -1, x.shape[2]))
        return self.output(self.norm(chosen)).flatten(0, 1)

    def named(self):
        """(Basin's name, parameter, whether Basin's is transposed) of every weight."""
        yield "tokens", self.tokens.weight, False
        yield "positions", self.positions, False
        for index, block in enumerate(self.blocks):
            name = f"block{index}"
            yield from norm(f"{name}/attention/norm", block.attention_norm)
            yield from dense(f"{name}/attention/query_key_value", block.query_key_value)
            yield from dense(f"{name}/attention/out", block.out)
            yield from norm(f"{name}/feed_forward/norm", block.feed_forward_norm)
            yield from dense(f"{name}/feed_forward/in", block.rise)
            yield from dense(f"{name}/feed_forward/out", block.fall)
        yield from norm("norm", self.norm)
        yield from dense("output", self.output)


def norm(name, layer):
    yield f"{name}/gain", layer.weight, False
    yield f"{name}/offset", layer.bias, False


def dense(name, layer):
    yield f"{name}/kernel", layer.weight, True
    yield f"{name}/bias", layer.bias, False


def masked_loss(logits, targets, weights):
    """Mean over the used slots of -log p(word), nats."""
    surprise = F.cross_entropy(logits, targets, reduction="none")
    return (surprise * weights).sum() / weights.sum()

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

    def forward(self, x, bias, slots=None):
        """[batch, length, width] -> the same, or with `slots` its rows at these places alone."""
        context = self.attention_norm(x)
        if slots is None:
            query, key, value = self.query_key_value(context).chunk(3, -1)
        else:
            width = x.shape[2]
            weights = self.query_key_value.weight.split([width, 2 * width])
            offsets = self.query_key_value.bias.split([width, 2 * width])
            query = F.linear(rows_at(context, slots), weights[0], offsets[0])
            key, value = F.linear(context, weights[1], offsets[1]).chunk(2, -1)
            x = rows_at(x, slots)
        query, key, value = (part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in (query, key, value))
        read = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        x = x + self.out(read.transpose(1, 2).flatten(2))
        return x + self.fall(F.gelu(self.rise(self.feed_forward_norm(x))))


class Transformer(nn.Module):
    """
    `forward` gives logits [batch * slots, words] at the slots alone, as Basin's model does. `pruned`: so does
    the last block all but keys and values, also as Basin's does and as no encoder in common use.
    """

    def __init__(self, weights, heads, pruned=False):
        super().__init__()
        self.pruned = pruned
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
        for block in self.blocks[:-1]:
            x = block(x, bias)
        last = self.blocks[-1]
        chosen = last(x, bias, slots) if self.pruned else rows_at(last(x, bias), slots)
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


def rows_at(x, slots):
    """[batch, length, width] -> [batch, slots, width]."""
    return x.gather(1, slots[:, :, None].expand(-1, -1, x.shape[2]))


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

"""
One contrastive step on MNIST: two views of 256 digits, encoder and projector, loss, AdamW. Augmentation
and model with its loss are compiled (the model in the mode that is fastest here), images and kernels lie
channels-last, the optimizer is the fused one.
The losses are those of src-main/science/losses/{simclr,spectral}.ts.
"""

import torch
import torch.nn.functional as F
from torch import nn

from augmentation import views
from compiled import fastest
from data import read_batches, read_images, read_weights
from mlm_step import adamw

# As in bench/ours/contrastiveStep.ts.
BATCH = 256
LEARNING_RATE = 4e-3
SIDE = 28


class Encoder(nn.Module):
    """Strided 3 x 3 convolutions with rectified units, then the projector, with Basin's weights."""

    def __init__(self, weights):
        super().__init__()
        stages = sum(name.startswith("encoder/conv") and name.endswith("/bias") for name in weights)
        self.convolutions = nn.ModuleList()
        for stage in range(1, stages + 1):
            kernel = weights[f"encoder/conv{stage}/kernel"].permute(3, 2, 0, 1)
            layer = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, stride=2)
            fill(layer, kernel, weights[f"encoder/conv{stage}/bias"])
            self.convolutions.append(layer)
        self.hidden = linear(weights, "projector/hidden")
        # The statistics of the batch alone: Basin's projector keeps no running ones.
        self.norm = nn.BatchNorm1d(self.hidden.out_features, track_running_stats=False)
        fill(self.norm, weights["projector/norm/gain"], weights["projector/norm/bias"])
        self.output = linear(weights, "projector/output")

    def forward(self, images):
        x = images
        for convolution in self.convolutions:
            x = F.relu(convolution(same(x)))
        # Flattened as Basin does, channels last: a view, in this memory format.
        features = x.permute(0, 2, 3, 1).flatten(1)
        return self.output(F.relu(self.norm(self.hidden(features))))


def same(x):
    """TensorFlow's SAME padding for a 3 x 3 kernel with stride 2: the odd row and column come last."""
    total = [max((-(-side // 2) - 1) * 2 + 3 - side, 0) for side in x.shape[2:]]
    (top, bottom), (left, right) = ((pad // 2, pad - pad // 2) for pad in total)
    return F.pad(x, (left, right, top, bottom))


def fill(layer, weight, bias):
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)


def linear(weights, name):
    kernel = weights[f"{name}/kernel"]
    layer = nn.Linear(*kernel.shape)
    fill(layer, kernel.T, weights[f"{name}/bias"])
    return layer


def simclr(z1, z2):
    """Cross-entropy of each view's partner among all other views, temperature 0.5 (Chen et al. 2020)."""
    z = F.normalize(torch.cat([z1, z2]), dim=1)
    count = z.shape[0]
    similarity = (z @ z.T / 0.5).masked_fill(torch.eye(count, dtype=torch.bool), float("-inf"))
    partner = torch.arange(count).roll(count // 2)
    return F.cross_entropy(similarity, partner)


def spectral(z1, z2):
    """-2 mean z1.z2 + mean of squared products of different images, lengths capped at 1 (HaoChen et al. 2021)."""
    z1, z2 = (z / z.norm(dim=1, keepdim=True).clamp(min=1) for z in (z1, z2))
    count = z1.shape[0]
    products = z1 @ z2.T
    positive = products.diagonal()
    negative = (products.square().sum() - positive.square().sum()) / (count * (count - 1))
    return negative - 2 * positive.mean()


class ContrastiveStep:
    def __init__(self, folder, loss):
        self.model = Encoder(read_weights(folder)).to(memory_format=torch.channels_last)
        self.optimizer = adamw(self.model.parameters(), LEARNING_RATE)
        self.given = read_batches(folder)
        self.images = read_images(folder, (SIDE, SIDE))
        self.order = iter(())

        def value(stacked):
            return loss(*self.model(stacked).chunk(2))

        self.loss = fastest(value, channels_last(self.given[0]))
        self.views = torch.compile(views)

    def check(self):
        """Losses of the first steps on views that Basin's side drew."""
        return [self.step(channels_last(batch)) for batch in self.given]

    def run(self, count):
        for _ in range(count):
            originals = self.images[self.next_indices()]
            stacked = self.views(torch.cat([originals, originals]))
            loss = self.step(stacked.contiguous(memory_format=torch.channels_last))
        return [loss]

    def next_indices(self):
        """Every epoch a new order, its last incomplete batch left out."""
        indices = next(self.order, None)
        if indices is None:
            order = torch.randperm(self.images.shape[0])
            self.order = iter(order[: order.numel() // BATCH * BATCH].split(BATCH))
            indices = next(self.order)
        return indices

    def step(self, stacked):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(stacked)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def channels_last(batch):
    """Basin's [count, height, width, channels] as PyTorch's shape over the same layout."""
    return batch["views"].permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


class SimclrStep(ContrastiveStep):
    def __init__(self, folder):
        super().__init__(folder, simclr)


class SpectralStep(ContrastiveStep):
    def __init__(self, folder):
        super().__init__(folder, spectral)

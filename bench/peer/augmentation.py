"""
Views of digits as src-main/science/augmentations/digits.ts draws them, on whole batches of tensors with
draws of its own for each image. torchvision's transforms draw once for a batch or go image by image; the
operations are those underneath them (affine_grid and grid_sample, a separable blur, a rectangle of zeros),
which is the fastest that a PyTorch user gets on a processor, and compiles.
"""

import math

import torch
import torch.nn.functional as F

# The defaults of digits.ts.
LEAST_CROP = 0.35
ROTATION = math.radians(15)
ERASE_PROBABILITY = 0.25
BLUR_PROBABILITY = 0.25
LARGEST_BLUR = 0.8


def views(pixels):
    """Bytes [count, 1, height, width] -> floats of the same shape in [0, 1], one random view of each."""
    images = pixels.float() / 255
    return erase(blur(warp(images)))


def warp(images):
    """Random resized crop and a small rotation, in one bilinear sampling; outside is black."""
    count = images.shape[0]
    top, left, tall, wide = rectangles(count, LEAST_CROP, 1.0, 3 / 4)
    angle = (2 * torch.rand(count) - 1) * ROTATION
    cos, sin = angle.cos(), angle.sin()
    # Shares of the image to grid_sample's coordinates, which run from -1 to 1.
    across = torch.stack([cos * wide, sin * tall, 2 * left + wide - 1], 1)
    down = torch.stack([-sin * wide, cos * tall, 2 * top + tall - 1], 1)
    grid = F.affine_grid(torch.stack([across, down], 1), images.shape, align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def blur(images):
    """A Gaussian of radius 2 with a deviation of its own for each image; most are left as they are."""
    count = images.shape[0]
    sigma = 0.1 + (LARGEST_BLUR - 0.1) * torch.rand(count)
    near = torch.exp(-1 / (2 * sigma**2))
    far = torch.exp(-4 / (2 * sigma**2))
    blurred = torch.rand(count) < BLUR_PROBABILITY
    near, far = torch.where(blurred, near, 0), torch.where(blurred, far, 0)
    total = 1 + 2 * near + 2 * far
    taps = [part.view(-1, 1, 1, 1) for part in (1 / total, near / total, far / total)]
    return smooth(smooth(images, taps, (0, 0, 2, 2), 2), taps, (2, 2, 0, 0), 3)


def smooth(images, taps, padding, axis):
    centre, near, far = taps
    side = images.shape[axis]
    padded = F.pad(images, padding)
    at = [padded.narrow(axis, offset, side) for offset in range(5)]
    return centre * at[2] + near * (at[1] + at[3]) + far * (at[0] + at[4])


def erase(images):
    """A rectangle of zeros in some of the images."""
    count, _, height, width = images.shape
    top, left, tall, wide = (share.view(-1, 1, 1, 1) for share in rectangles(count, 0.02, 0.15, 1 / 3))
    rows = torch.arange(height).view(1, 1, -1, 1) / height
    columns = torch.arange(width).view(1, 1, 1, -1) / width
    inside = (rows >= top) & (rows < top + tall) & (columns >= left) & (columns < left + wide)
    erased = torch.rand(count, 1, 1, 1) < ERASE_PROBABILITY
    return torch.where(inside & erased, 0, images)


def rectangles(count, least, most, aspect):
    """Top, left, height and width as shares of the image: area and place uniform, aspect log-uniform."""
    area = least + (most - least) * torch.rand(count)
    room = torch.clamp(area, min=aspect)
    ratio = torch.exp((2 * torch.rand(count) - 1) * room.log())
    tall, wide = (area / ratio).sqrt(), (area * ratio).sqrt()
    return torch.rand(count) * (1 - tall), torch.rand(count) * (1 - wide), tall, wide

"""
Hessian products of the MLM loss by the two libraries that PyTorch users take, as their manuals show it:
hessian-eigenthings' HessianOperator over a loader of one batch, and PyHessian's `hessian` on one batch,
which keeps the gradient's graph from product to product. Neither can be compiled: torch.compile does not
differentiate twice. Attention is the mathematical one, which alone has a second derivative.
"""

import math
import os

import torch
from hessian_eigenthings.algorithms.trace import trace
from hessian_eigenthings.operators.hessian import HessianOperator
from pyhessian import hessian
from pyhessian.utils import hessian_vector_product
from safetensors.torch import load_file
from torch.nn.attention import SDPBackend, sdpa_kernel

from data import read_batches, read_weights
from mlm_step import HEADS
from transformer import Transformer, masked_loss


class Curvature:
    """The model, the one batch, and the vector that Basin's side drew, in this model's layout."""

    def __init__(self, folder):
        self.model = Transformer(read_weights(folder), HEADS)
        self.batch = read_batches(folder)[0]
        named = load_file(os.path.join(folder, "vector.safetensors"))
        parts = {id(p): named[name].T if turned else named[name] for name, p, turned in self.model.named()}
        self.vector = [parts[id(parameter)].contiguous() for parameter in self.model.parameters()]
        with sdpa_kernel(SDPBackend.MATH):
            self.prepare()

    def check(self):
        """v·Hv and |Hv|, which do not depend on the order of the weights."""
        with sdpa_kernel(SDPBackend.MATH):
            product = self.product()
        vector = torch.cat([part.reshape(-1) for part in self.vector]).double()
        product = product.double()
        return [torch.dot(vector, product).item(), product.norm().item()]

    def run(self, count):
        with sdpa_kernel(SDPBackend.MATH):
            return self.repeat(count)


class Products:
    def repeat(self, count):
        for _ in range(count):
            self.product()
        return []


class Eigenthings(Curvature):
    def prepare(self):
        def loss(model, batch):
            return masked_loss(model(batch["ids"], batch["mask"], batch["slots"]), batch["targets"], batch["weights"])

        self.operator = HessianOperator(self.model, [self.batch], loss)
        self.flat = torch.cat([part.reshape(-1) for part in self.vector])

    def product(self):
        return self.operator.matvec(self.flat)


class PyHessian(Curvature):
    def prepare(self):
        batch = self.batch

        class Logits(torch.nn.Module):
            """PyHessian calls a model with one tensor."""

            def __init__(self, model):
                super().__init__()
                self.model = model

            def forward(self, ids):
                return self.model(ids, batch["mask"], batch["slots"])

        def criterion(logits, targets):
            return masked_loss(logits, targets, batch["weights"])

        self.hessian = hessian(Logits(self.model), criterion, data=(batch["ids"], batch["targets"]), cuda=False)

    def product(self):
        product = hessian_vector_product(self.hessian.gradsH, self.hessian.params, self.vector)
        return torch.cat([part.reshape(-1) for part in product])


class EigenthingsProduct(Products, Eigenthings):
    pass


class PyHessianProduct(Products, PyHessian):
    pass


class EigenthingsTrace(Eigenthings):
    def repeat(self, count):
        found = trace(self.operator, num_matvecs=count, method="hutchinson", distribution="rademacher")
        return [found.estimate, found.stderr]


class PyHessianTrace(PyHessian):
    def repeat(self, count):
        # A tolerance of zero: as many probes as asked for, where the default stops by the running mean.
        samples = torch.tensor(self.hessian.trace(maxIter=count, tol=0), dtype=torch.float64)
        return [samples.mean().item(), (samples.std() / math.sqrt(count)).item()]

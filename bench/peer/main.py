"""
The peer's side of a benchmark: told over standard input what to build and run (src-contract/bench.ts), and on
the command line which packages its environment has.
"""

import importlib
import json
import os
import resource
import sys
import time
from importlib.metadata import version

# Module and class of each work; imported when it is built, so that none pays for another's libraries.
WORKS = {
    "mlm-step": ("mlm_step", "MlmStep"),
    "mlm-step/pruned": ("mlm_step", "PrunedMlmStep"),
    "mlm-step/default": ("mlm_step", "MlmStepByDefault"),
    "simclr-step": ("contrastive_step", "SimclrStep"),
    "spectral-step": ("contrastive_step", "SpectralStep"),
    "product/hessian-eigenthings": ("curvature", "EigenthingsProduct"),
    "product/pyhessian": ("curvature", "PyHessianProduct"),
    "trace/hessian-eigenthings": ("curvature", "EigenthingsTrace"),
    "trace/pyhessian": ("curvature", "PyHessianTrace"),
    "matmul": ("matmul", "Matmul"),
    "oracle": ("oracle", "Oracle"),
}
PACKAGES = sys.argv[1:]


def answer(request, work):
    """The answer to one request, and the work from then on."""
    match request["op"]:
        case "build":
            module, name = WORKS[request["work"]]
            work = getattr(importlib.import_module(module), name)(request["folder"])
            return {"operations": 0}, work
        case "check":
            return {"values": work.check()}, work
        case "run":
            started = time.perf_counter()
            values = work.run(request["count"])
            return {"seconds": time.perf_counter() - started, "values": values}, work
        case "describe":
            versions = {"python": sys.version.split()[0], **{name: version(name) for name in PACKAGES}}
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            return {"versions": versions, "resident": resident(), "peak": peak}, work
    raise ValueError(f"unknown request {request['op']}")


def resident():
    """Bytes of this process in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main():
    # Libraries print; standard output carries answers alone.
    out, sys.stdout = sys.stdout, sys.stderr
    if "torch" in PACKAGES:
        import torch

        torch.set_num_threads(len(os.sched_getaffinity(0)))
        torch.manual_seed(0)
    work = None
    for line in sys.stdin:
        try:
            result, work = answer(json.loads(line), work)
            reply = {"answer": result}
        except Exception as error:  # the harness says what went wrong
            reply = {"error": f"{type(error).__name__}: {error}"}
        out.write(json.dumps(reply) + "\n")
        out.flush()


main()

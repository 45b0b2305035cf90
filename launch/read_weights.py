#!/usr/bin/env python3
"""Opens the newest checkpoint of a run in NumPy and prints what is in it.

    python3 launch/read_weights.py runs/digits      needs: pip install numpy safetensors
"""
import pathlib
import sys

from safetensors.numpy import load_file


def newest_checkpoint(run):
    """The folder that checkpoints/LATEST names."""
    folder = pathlib.Path(run) / "checkpoints"
    return folder / (folder / "LATEST").read_text().strip()


def load(checkpoint):
    """Every tensor of a checkpoint by name, such as layers.1.weight [n0 x n1], row-major."""
    tensors = {}
    for file in sorted(checkpoint.glob("*.safetensors")):
        tensors.update(load_file(file))
    return tensors


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    try:
        checkpoint = newest_checkpoint(sys.argv[1])
        tensors = load(checkpoint)
    except OSError as error:
        sys.exit(f"no checkpoint can be read there: {error}")
    print(f"{checkpoint}: {len(tensors)} tensors")
    for name, values in sorted(tensors.items()):
        extent = f"{values.min():+.6g} ... {values.max():+.6g}" if values.size else "empty"
        print(f"  {name:32} {str(values.shape):16} {values.dtype}  {extent}")

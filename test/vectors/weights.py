#!/usr/bin/python3
"""Weights as PyTorch saves them, and whether PyTorch can load ours.

Debian 13: apt-get install python3-torch (2.6.0) python3-safetensors (0.5.2)

weights.py writes beside this file:
  rnn, gru, lstm.safetensors  state_dict of torch.nn.RNN, GRU, LSTM in float64 with the theta of rnn.json, gru.json,
                              lstm.json (make.py), after seeing that the layer has the states written there
  model.safetensors           state_dict in float32 of a model as people write it: `gru`, the same weights rounded, a
                              Linear called `head` with 0, 1/8, 2/8, ... in order, and an integer
  dtypes.safetensors          every type of number that this PyTorch and this safetensors have in common, names that
                              sort differently in UTF-8 and in UTF-16, a single number and an empty tensor

weights.py check FILE... loads files of ours, with the theta of those .json, into torch.nn with strict=True, runs the
inputs of the .json and prints the largest difference from its states.
"""

import json
import pathlib
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save

HERE = pathlib.Path(__file__).parent
LAYERS = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
X, H = 3, 4
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


class Model(torch.nn.Module):
    """A layer under its own name and a read-out, as `gru` and `head`."""

    def __init__(self, kind, columns, rows):
        super().__init__()
        setattr(self, kind, LAYERS[kind](X, H))
        self.head = torch.nn.Linear(columns, rows)


def vectors(kind):
    return json.loads((HERE / f"{kind}.json").read_text())


def layer(kind):
    """torch.nn's layer with the theta of the .json."""
    made = LAYERS[kind](X, H)
    torch.nn.utils.vector_to_parameters(torch.tensor(vectors(kind)["theta"]), made.parameters())
    return made


def difference(kind, made):
    """Largest |h_t - expected h_t| over all steps and units."""
    expected = torch.tensor(vectors(kind)["states"])[:, :H]
    with torch.no_grad():
        hs, _ = made(torch.tensor(vectors(kind)["xs"]))
    return (hs - expected).abs().max().item()


def save_in_order(tensors, metadata):
    """The file whose metadata stand in this order; the writer shuffles them anew at every call."""
    wanted = b'{"__metadata__":' + json.dumps(metadata, separators=(",", ":")).encode()
    while (file := save(tensors, metadata=metadata))[8:8 + len(wanted)] != wanted:
        pass
    return file


def write():
    for kind in LAYERS:
        made = layer(kind)
        assert difference(kind, made) < 1e-14
        metadata = {"format": "pt", "cell": kind, "input_size": str(X), "hidden_size": str(H)}
        (HERE / f"{kind}.safetensors").write_bytes(save_in_order(made.state_dict(), metadata))

    model = Model("gru", H + X, 2)
    model.gru.load_state_dict(layer("gru").state_dict())
    eighths = torch.arange(2 * (H + X) + 2) / 8
    torch.nn.utils.vector_to_parameters(eighths, model.head.parameters())
    model.register_buffer("epoch", torch.tensor(7))
    (HERE / "model.safetensors").write_bytes(save(model.float().state_dict()))

    thirds = torch.arange(-3, 4) / 3
    tiny = [2.0**-24, -(2.0**-14), 65504.0, float("inf"), float("-inf"), float("nan")]
    tensors = {str(dtype): thirds.to(dtype) for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)}
    tensors |= {
        "extremes of f16": torch.tensor(tiny, dtype=torch.float16),
        "extremes of bf16": torch.tensor(tiny, dtype=torch.bfloat16),
        "\uffee": torch.tensor(0.5), "\U0001f600": torch.tensor(0.25), '"\n\u2028\u007f': torch.zeros(0, 3),
        "0": torch.tensor([1.0]), "__proto__": torch.tensor([2.0]),
    }
    (HERE / "dtypes.safetensors").write_bytes(save(tensors, metadata={"made by": "Python"}))


def check(paths):
    for path in paths:
        with safe_open(path, "pt") as file:
            kind = file.metadata()["cell"]
        tensors = load_file(path)
        if "head.weight" in tensors:
            rows, columns = tensors["head.weight"].shape
            model = Model(kind, columns, rows)
            model.load_state_dict(tensors, strict=True)
            made = getattr(model, kind)
        else:
            made = LAYERS[kind](X, H)
            made.load_state_dict(tensors, strict=True)
        print(f"{path}: torch.nn.{type(made).__name__}, largest difference of the states {difference(kind, made)}")


if sys.argv[1:2] == ["check"]:
    check(sys.argv[2:])
else:
    write()

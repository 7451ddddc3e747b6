#!/usr/bin/python3
"""What PyTorch makes of a whole network, cell and read-out, in float64: network.json beside this file.

Debian 13: apt-get install python3-torch (2.6.0), then /usr/bin/python3 test/vectors/network.py

For each cell of X = 3 inputs and H = 6 units (no multiple of 4: SIMD must pad both) two read-outs:
  numbers    y = V h + b, 3 numbers; L_t = |y_t - target_t|^2 / 2
  softmax    2 distributions over 4 bins of V [h; x] + b; L_t = sum of the cross-entropies with the targets

  theta      the cell's parameters in PyTorch's order, then V, b
  xs         inputs (T, X), T = 24; targets (T, Y)
  outputs    y_1 .. y_T at theta
  trained    theta after 160 updates of torch.optim.Adam, learning rate 0.003, gradient norm clipped at 1. An update follows
             each window of 5 steps, back through the window and no further, the state carried on from window to window.
             Inputs and targets begin again after step 24.
"""

import json
import pathlib

import torch

from make import from_module, lstm_with_peepholes_of

X, H, T = 3, 6, 24
WINDOW, UPDATES, RATE, CLIP = 5, 160, 0.003, 1.0
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def elementwise(theta, x, state):
    W, w, b = torch.split(theta, [3 * H * X, 3 * H, 3 * H])
    c = state[H:]
    a_f, a_z, a_o = (W.view(3 * H, X) @ x + b).split(H)
    w_f, w_z, w_o = w.split(H)
    f = torch.sigmoid(a_f + w_f * c)
    z = torch.tanh(a_z + w_z * c)
    c = f * c + (1 - f) * z
    return torch.cat([torch.sigmoid(a_o + w_o * c) * c, c])


def vectors(step, parameters, S, softmax, seed):
    generator = torch.Generator().manual_seed(seed)
    normal = lambda *shape: torch.randn(*shape, generator=generator)
    Y, F = (8, H + X) if softmax else (3, H)
    theta = 0.4 * normal(parameters + Y * F + Y)
    xs = normal(T, X)
    targets = torch.softmax(2 * normal(T, 2, 4), dim=2).view(T, Y) if softmax else torch.tanh(normal(T, Y))

    def roll(theta, state, first, count):
        cell, V, b = torch.split(theta, [parameters, Y * F, Y])
        outputs, loss = [], 0
        for t in range(first, first + count):
            x, target = xs[t % T], targets[t % T]
            state = step(cell, x, state)
            a = V.view(Y, F) @ (torch.cat([state[:H], x]) if softmax else state[:H]) + b
            if softmax:
                outputs.append(torch.softmax(a.view(2, 4), dim=1).view(Y))
                loss = loss - (target * torch.log_softmax(a.view(2, 4), dim=1).view(Y)).sum()
            else:
                outputs.append(a)
                loss = loss + ((a - target) ** 2).sum() / 2
        return outputs, loss, state

    outputs, _, _ = roll(theta, torch.zeros(S), 0, T)
    trained = theta.clone().requires_grad_()
    adam = torch.optim.Adam([trained], lr=RATE)
    state = torch.zeros(S)
    for update in range(UPDATES):
        _, loss, state = roll(trained, state.detach(), update * WINDOW, WINDOW)
        (gradient,) = torch.autograd.grad(loss, trained)
        trained.grad = gradient * min(1.0, CLIP / gradient.norm().item())
        adam.step()
    return {
        "theta": theta.tolist(),
        "xs": xs.tolist(),
        "targets": targets.tolist(),
        "outputs": [y.tolist() for y in outputs],
        "trained": trained.tolist(),
    }


CELLS = {
    "rnn": (from_module(torch.nn.RNN(X, H)), H * (X + H + 2), H),
    "gru": (from_module(torch.nn.GRU(X, H)), 3 * H * (X + H + 2), H),
    "lstm": (from_module(torch.nn.LSTM(X, H)), 4 * H * (X + H + 2), 2 * H),
    "lstm with peepholes": (lstm_with_peepholes_of(X, H), 4 * H * (X + H + 2) + 3 * H, 2 * H),
    "elementwise": (elementwise, 3 * H * (X + 2), 2 * H),
}

if __name__ == "__main__":
    result = {}
    for seed, (name, (step, parameters, S)) in enumerate(CELLS.items(), start=31):
        for softmax in (False, True):
            key = f"{name}, {'softmax' if softmax else 'numbers'}"
            result[key] = vectors(step, parameters, S, softmax, seed)
    path = pathlib.Path(__file__).with_name("network.json")
    path.write_text(json.dumps(result).replace('], "', '],\n"').replace('}, "', '},\n"') + "\n")

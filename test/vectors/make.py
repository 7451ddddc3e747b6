#!/usr/bin/python3
"""What PyTorch makes of our cells, in float64: rnn.json, gru.json, lstm.json, lstm-peepholes.json beside this file.

Debian 13: apt-get install python3-torch (2.6.0), then /usr/bin/python3 test/vectors/make.py

rnn, gru and lstm are torch.nn.RNN, GRU and LSTM themselves. Peepholes, which PyTorch has not, are written out with autograd,
and with the limit of our memory cell; the cells of nn.LSTM here stay below it.

Each file, X = 3 inputs, H = 4 units, T = 12 steps from s_0 = 0:
  theta      parameters in PyTorch's order W_ih, W_hh, b_ih, b_hh, row-major; then p_i, p_f, p_o
  xs, ys     inputs (T, X), targets (T, H)
  states     s_t (T, S): h_t, and for the LSTM c_t behind it
  loss       L = sum over t of |h_t - y_t|^2 / 2
  dTheta     dL/dtheta by autograd through all steps
  trained    theta after 160 updates of Adam as torch.optim.Adam, learning rate 0.01, gradient norm clipped at 1. An
             update follows each window of 5 steps: L over the window, back through the window and no further,
             the state carried on from window to window. Inputs and targets begin again after step 12.
"""

import json
import pathlib

import torch

X, H, T = 3, 4, 12
WINDOW, UPDATES, RATE, CLIP = 5, 160, 0.01, 1.0
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def from_module(module):
    """(theta, x, state) -> next state for a layer of torch.nn, with its parameters given by theta."""
    X, H = module.input_size, module.hidden_size
    names = [name for name, _ in module.named_parameters()]
    shapes = [p.shape for p in module.parameters()]

    def step(theta, x, state):
        parts = torch.split(theta, [shape.numel() for shape in shapes])
        parameters = {n: p.view(s) for n, p, s in zip(names, parts, shapes)}
        h, c = state[:H].view(1, H), state[H:].view(1, -1)
        before = (h, c) if isinstance(module, torch.nn.LSTM) else h
        _, after = torch.func.functional_call(module, parameters, (x.view(1, X), before))
        return torch.cat([part.view(H) for part in (after if isinstance(after, tuple) else (after,))])

    return step


def lstm_with_peepholes_of(X, H):
    def step(theta, x, state):
        W_i, W_h, b_i, b_h, p = torch.split(theta, [4 * H * X, 4 * H * H, 4 * H, 4 * H, 3 * H])
        h, c = state[:H], state[H:]
        a_i, a_f, a_g, a_o = (W_i.view(4 * H, X) @ x + b_i + W_h.view(4 * H, H) @ h + b_h).split(H)
        p_i, p_f, p_o = p.split(H)
        i = torch.sigmoid(a_i + p_i * c)
        f = torch.sigmoid(a_f + p_f * c)
        c = torch.clamp(f * c + i * torch.tanh(a_g), -3, 3)
        o = torch.sigmoid(a_o + p_o * c)
        return torch.cat([o * torch.tanh(c), c])

    return step


def vectors(step, parameters, S, seed):
    generator = torch.Generator().manual_seed(seed)
    normal = lambda *shape: torch.randn(*shape, generator=generator)
    theta = (0.5 * normal(parameters)).requires_grad_()
    xs, ys = normal(T, X), torch.tanh(normal(T, H))

    def roll(theta, state, first, count):
        states, loss = [], 0
        for t in range(first, first + count):
            state = step(theta, xs[t % T], state)
            states.append(state)
            loss = loss + ((state[:H] - ys[t % T]) ** 2).sum() / 2
        return states, loss

    states, loss = roll(theta, torch.zeros(S), 0, T)
    (dTheta,) = torch.autograd.grad(loss, theta)

    trained = theta.detach().clone().requires_grad_()
    adam = torch.optim.Adam([trained], lr=RATE)
    state = torch.zeros(S)
    for update in range(UPDATES):
        window, error = roll(trained, state.detach(), update * WINDOW, WINDOW)
        state = window[-1]
        (gradient,) = torch.autograd.grad(error, trained)
        # Not clip_grad_norm_, which divides by the norm plus 1e-6.
        trained.grad = gradient * min(1.0, CLIP / gradient.norm().item())
        adam.step()

    return {
        "theta": theta.tolist(),
        "xs": xs.tolist(),
        "ys": ys.tolist(),
        "states": [s.tolist() for s in states],
        "loss": loss.item(),
        "dTheta": dTheta.tolist(),
        "trained": trained.tolist(),
    }


CELLS = {
    "rnn": (from_module(torch.nn.RNN(X, H)), H * (X + H + 2), H),
    "gru": (from_module(torch.nn.GRU(X, H)), 3 * H * (X + H + 2), H),
    "lstm": (from_module(torch.nn.LSTM(X, H)), 4 * H * (X + H + 2), 2 * H),
    "lstm-peepholes": (lstm_with_peepholes_of(X, H), 4 * H * (X + H + 2) + 3 * H, 2 * H),
}

# Of these seeds no training magnifies the last bit of a weight. Some do: with seed 4 the peepholes' ends 1e-10 elsewhere.
if __name__ == "__main__":
    for seed, (name, (step, parameters, S)) in enumerate(CELLS.items(), start=11):
        path = pathlib.Path(__file__).with_name(f"{name}.json")
        path.write_text(json.dumps(vectors(step, parameters, S, seed)).replace('], "', '],\n"') + "\n")

"""PyTorch on one thread, with its best settings: fused Adam, gradients set to None, inference mode.

job.form names the way the network is written:
  train: "module" runs nn.GRU over the window; "compiled" gives a written-out loop to torch.compile, which needs a C++
         compiler and takes half a minute when it has no cache.
  infer: "module" is nn.GRU, "cell" nn.GRUCell, "script" the written-out step as frozen TorchScript.
The window is made anew with today's weights on every step: autograd's tape does not outlive an update.
The protocol is that of bench/contest.mjs; the turns are those of serve.mjs.
"""

import json
import sys
from time import process_time

TURN_BLOCKS, BLOCK_S = 7, 0.010
WARM_UP_S, WARM_UP_STEPS, CHECKED_STEPS = 1.0, 600, 100


def reply(answer):
    print(json.dumps(answer), flush=True)


try:
    import torch
    from torch import Tensor, nn
except ImportError:
    reply({"absent": "not installed, type: sudo apt install python3-torch"})
    sys.exit()

torch.set_num_threads(1)
torch.manual_seed(1)


class Written(nn.Module):
    """nn.GRU and nn.Linear written out, in the same weights."""

    def __init__(self, gru, head):
        super().__init__()
        self.W, self.U = nn.Parameter(gru.weight_ih_l0), nn.Parameter(gru.weight_hh_l0)
        self.b, self.c = nn.Parameter(gru.bias_ih_l0), nn.Parameter(gru.bias_hh_l0)
        self.head = head

    def step(self, products: Tensor, h: Tensor) -> Tensor:
        x_r, x_z, x_n = products.chunk(3, 1)
        h_r, h_z, h_n = torch.addmm(self.c, h, self.U.t()).chunk(3, 1)
        n = torch.tanh(x_n + torch.sigmoid(x_r + h_r) * h_n)
        return n + torch.sigmoid(x_z + h_z) * (h - n)

    def forward(self, window: Tensor, h: Tensor):
        """Forecast after the window (K, I), and the state after its first row."""
        products = torch.addmm(self.b, window, self.W.t())
        first = h
        for k in range(window.shape[0]):
            h = self.step(products[k : k + 1], h)
            if k == 0:
                first = h
        return self.head(h), first


def build(job):
    """nn.GRU and nn.Linear with the weights of job["theta"]."""
    gru, head = nn.GRU(job["inputSize"], job["hiddenSize"]), nn.Linear(job["hiddenSize"], job["inputSize"])
    theta, at = torch.tensor(job["theta"]), 0
    with torch.no_grad():
        for weight in [*gru.parameters(), *head.parameters()]:
            weight.copy_(theta[at : at + weight.numel()].view_as(weight))
            at += weight.numel()
    return gru, head


class Trainer:
    def __init__(self, job):
        K = self.K = job["horizon"]
        self.rows = len(job["series"])
        series = torch.tensor(job["series"])
        self.series = torch.cat([series[-K:], series])  # every window is one piece of it
        self.t = 0
        gru, head = build(job)
        if job["form"] == "module":
            self.h = torch.zeros(1, job["hiddenSize"])

            def forward(window, h):
                states, _ = gru(window, h)
                return head(states[-1:]), states[:1]

            self.forward, weights = forward, [*gru.parameters(), *head.parameters()]
        else:
            self.h = torch.zeros(1, job["hiddenSize"])
            written = Written(gru, head)
            self.forward, weights = torch.compile(written, fullgraph=True), [*written.parameters()]
        self.adam = torch.optim.Adam(weights, lr=job["learningRate"], fused=True)

    def window(self):
        t = self.t % self.rows
        return self.series[t : t + self.K]

    def run(self, steps):
        for _ in range(steps):
            y, first = self.forward(self.window(), self.h)
            loss = nn.functional.mse_loss(y, self.series[self.t % self.rows + self.K].unsqueeze(0))
            self.adam.zero_grad(set_to_none=True)
            loss.backward()
            self.adam.step()
            self.h = first.detach()
            self.t += 1

    def forecast(self):
        return self.forward(self.window(), self.h)[0][0].tolist()


class Forecaster:
    def __init__(self, job):
        self.rows = torch.tensor(job["series"]).unsqueeze(1).unbind()
        self.t = 0
        self.h = torch.zeros(1, job["hiddenSize"])
        self.y = torch.zeros(1, job["inputSize"])
        gru, head = build(job)
        if job["form"] == "module":

            def step(x, h):
                states, h = gru(x, h)
                return head(states), h

        elif job["form"] == "cell":
            cell = nn.GRUCell(job["inputSize"], job["hiddenSize"])
            cell.load_state_dict({name.removesuffix("_l0"): weight for name, weight in gru.state_dict().items()})

            def step(x, h):
                h = cell(x, h)
                return head(h), h

        else:
            step = torch.jit.freeze(torch.jit.script(Written(gru, head).eval()))
        self.step = step

    def run(self, steps):
        with torch.inference_mode():
            for _ in range(steps):
                self.y, self.h = self.step(self.rows[self.t % len(self.rows)], self.h)
                self.t += 1

    def forecast(self):
        return self.y[0].tolist()


def seconds(contender, steps):
    """Processor time."""
    start = process_time()
    contender.run(steps)
    return process_time() - start


def squared_error(contender, series):
    total = 0.0
    for _ in range(CHECKED_STEPS):
        row, forecast = series[contender.t % len(series)], contender.forecast()
        total += sum((x - y) ** 2 for x, y in zip(row, forecast)) / len(row)
        contender.run(1)
    return total / CHECKED_STEPS


def main():
    job = json.loads(sys.stdin.readline())
    training = job["task"] == "train"
    try:
        contender = Trainer(job) if training else Forecaster(job)
        contender.forecast()  # compiles
    except Exception as error:
        reply({"absent": " ".join(str(error).strip().split("\n")[:2])})
        return
    found = {"version": torch.__version__}
    if training:
        found["before"] = squared_error(contender, job["series"])
    else:
        contender.run(CHECKED_STEPS)
    found["forecast"] = contender.forecast()
    steps, made, spent = 1, 0, 0.0
    while made < WARM_UP_STEPS or spent < WARM_UP_S:
        taken = seconds(contender, steps)
        made, spent = made + steps, spent + taken
        if taken < BLOCK_S and made > steps:
            steps = int(min(2 * steps, 1.2 * steps * BLOCK_S / taken)) + 1
    if training:
        found["after"] = squared_error(contender, job["series"])
    reply(found)

    steps = max(4, steps)
    for _ in sys.stdin:
        times = sorted(1e6 * seconds(contender, steps) / steps for _ in range(TURN_BLOCKS))
        reply({"us": times[TURN_BLOCKS // 2]})


main()

"""
Values of elementary functions to 60 digits, for test/math/elementary.test.ts: python3 elementary.py > elementary.json

For each function rows of x, f(x) rounded to a double, and the rest that is lacking to the exact value. mpmath 1.3.0.
"""

import json
import random

from mpmath import mp, mpf

mp.prec = 400
random.seed(1)

linear = lambda low, high: [random.uniform(low, high) for _ in range(60)]
decades = lambda low, high: [10 ** random.uniform(low, high) for _ in range(60)]
both = lambda xs: [x if k % 2 else -x for k, x in enumerate(xs)]

FUNCTIONS = {
    "exp": (mp.exp, linear(-745, 709) + linear(-2, 2) + both(decades(-20, 0))),
    "expm1": (mp.expm1, linear(-45, 709) + linear(-2, 2) + both(decades(-20, 0))),
    "log": (mp.log, decades(-320, 308) + linear(0.3, 3) + [1 + x for x in both(decades(-15, -1))]),
    "log1p": (mp.log1p, decades(-20, 300) + linear(-0.999, 3) + both(decades(-20, -1))),
    "log2": (lambda x: mp.log(x, 2), decades(-307, 308) + linear(0.3, 3)),
    "log10": (lambda x: mp.log(x, 10), decades(-307, 308) + linear(0.3, 3)),
    "cbrt": (mp.cbrt, decades(-300, 300) + linear(0, 10)),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), linear(-700, 40) + linear(-2, 2) + both(decades(-20, 0))),
    "tanh": (mp.tanh, linear(-25, 25) + linear(-2, 2) + both(decades(-20, 0))),
    "sinh": (mp.sinh, linear(-709, 709) + linear(-2, 2) + both(decades(-20, 0))),
    "asinh": (mp.asinh, both(decades(-20, 300)) + linear(-4, 4)),
    "sin": (mp.sin, linear(-7, 7) + linear(-1e5, 1e5)),
    "cos": (mp.cos, linear(-7, 7) + linear(-1e5, 1e5)),
}


def row(f, x):
    exact = f(mpf(x))
    near = float(exact)
    return [x, near, float(exact - mpf(near))]


print(json.dumps({name: [row(f, x) for x in xs] for name, (f, xs) in FUNCTIONS.items()}))

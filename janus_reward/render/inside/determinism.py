"""Makes a program's randomness and clocks the same on each run."""

from __future__ import annotations

import importlib
import locale
import os
import random
import sys
import time
from typing import Any

from janus_reward.render.inside.patching import replace


def settle(seed: int, epoch_s: float) -> None:
    """Seed every source of randomness, start the clock at `epoch_s`, and set the C.UTF-8 locale and UTC.

    The clock ticks from there; `time.sleep` moves it on and returns at once. Not undone: the process ends with its job.
    """
    _settle_locale()
    _seed_random(seed)
    _seed_numpy(seed)
    _start_clock(epoch_s)


def _settle_locale() -> None:
    os.environ.update({"TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"})
    time.tzset()
    locale.setlocale(locale.LC_ALL, "C.UTF-8")


def _seed_random(seed: int) -> None:
    entropy = random.Random(seed)
    plain_seed = random.Random.seed

    def seeded(self: random.Random, a: Any = None, version: int = 2) -> None:
        plain_seed(self, entropy.getrandbits(64) if a is None else a, version)

    random.Random.seed = seeded  # type: ignore[method-assign]
    inner: random.Random = random._inst
    random.seed = inner.seed
    random.seed(seed)
    os.urandom = entropy.randbytes
    random._urandom = entropy.randbytes  # type: ignore[attr-defined]


def _seed_numpy(seed: int) -> None:
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return
    bits = random.Random(seed)
    vars(importlib.import_module("numpy.random.bit_generator"))["randbits"] = bits.getrandbits
    numpy.random.seed(seed % 2**32)


def _start_clock(epoch_s: float) -> None:
    time_machine = importlib.import_module("time_machine")
    clock = time_machine.travel(epoch_s, tick=True).start()
    real_sleep = time.sleep

    def sleep(seconds: float) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        clock.shift(float(seconds))
        real_sleep(min(seconds, 0.0005))

    replace(time, sleep=sleep)

"""Compiled kernels: what the disk keeps is dropped when another source of the package changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ONE = "from janus_reward.compiled import kernel\n\n\n@kernel\ndef inner(x):\n    return x + {0}\n"
OTHER = (
    "from {0} import inner\nfrom janus_reward.compiled import kernel\n\n\n"
    "@kernel\ndef outer(x):\n    return inner(x)\n\n\n"
    "print(outer(1), sum(outer.stats.cache_hits.values()))\n"
)


def answer(folder: Path, module: str, summand: int) -> str:
    first = folder / (module.replace(".", "/") + ".py")
    first.parent.mkdir(exist_ok=True)
    first.write_text(ONE.format(summand))
    done = subprocess.run([sys.executable, "other.py"], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["first", "elsewhere.first"])
def test_a_kernel_follows_the_source_of_the_kernel_that_it_calls(tmp_path: Path, module: str) -> None:
    (tmp_path / "other.py").write_text(OTHER.format(module))
    assert answer(tmp_path, module, 1) == "2 0"
    assert answer(tmp_path, module, 1) == "2 1", "kept between runs"
    assert answer(tmp_path, module, 5) == "6 0", "compiled anew"

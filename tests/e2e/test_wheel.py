"""A wheel installed into an empty environment scores a dataset: no extras, no checkout, no weights."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.e2e.corpus import mixed_rows, write_corpus

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment that holds nothing but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "-o", folder, ROOT], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    interpreter = folder / "env" / "bin" / "python"
    install = [interpreter, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel]
    subprocess.run(install, check=True, capture_output=True, timeout=900)
    return interpreter


def test_the_core_alone_scores_a_dataset(python: Path, tmp_path: Path) -> None:
    source = write_corpus(tmp_path, mixed_rows())
    arguments = [python, "-m", "janus_reward", "score", "dataset", source, "-o", tmp_path / "run", "--json"]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1, done.stderr
    summary = json.loads(done.stdout)
    assert summary["rows"] == len(mixed_rows())
    shown = subprocess.run(
        [python, "-c", f"import janus_reward as jr; r = jr.Run({str(tmp_path / 'run')!r}); print(r['picture-only']['outcome'], r['sort']['score'] is not None, r['chart']['message'])"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    ).stdout  # fmt: skip
    assert shown.startswith("ok True")
    assert "janus-reward[render]" in shown


def test_rubrics_and_weights_are_inside(python: Path, tmp_path: Path) -> None:
    listed = "from janus_reward.rubric import RubricSet; print(len(RubricSet.load().criteria))"
    count = subprocess.run([python, "-c", listed], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert int(count) >= 4


def test_importing_the_package_pulls_in_nothing_heavy(python: Path, tmp_path: Path) -> None:
    asked = "import sys, janus_reward; print(*[m for m in ('numpy','pyarrow','datasets','sklearn','PIL','rich') if m in sys.modules])"
    heavy = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert heavy.strip() == ""

from pathlib import Path

from janus_reward.train.config import Part, read_config


class Config(Part):
    out: Path
    judge: str


def test_paths_and_models_by_path_are_taken_relative_to_the_file(tmp_path):
    file = tmp_path / "recipe.yaml"
    for judge, found in {
        "reward:../model": f"reward:{tmp_path / '../model'}",
        "./judge.yaml": str(tmp_path / "judge.yaml"),
        "reward:/model": "reward:/model",
        "evidence": "evidence",
    }.items():
        file.write_text(f"out: runs\njudge: {judge}\n")
        assert read_config(file, Config) == Config(out=tmp_path / "runs", judge=found)

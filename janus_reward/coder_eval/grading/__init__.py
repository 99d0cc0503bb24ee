"""Scores from 0 to 100 by a model that is shown the answer: how benchmarks of coders use a judge."""

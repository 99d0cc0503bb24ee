"""Engines: where the stages run."""

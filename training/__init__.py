"""Recipes: what the shipped models and weights were made with."""

"""The metrics themselves: plain functions over codes, facts and pictures, each by its published definition."""

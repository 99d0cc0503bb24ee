"""The routes, a file a family."""

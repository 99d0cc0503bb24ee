"""`python -m janus_reward` is the command line."""

from janus_reward.cli import main

main()

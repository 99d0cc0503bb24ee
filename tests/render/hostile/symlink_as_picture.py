# holds: a picture that is a link to a host file gives nothing of that file
# outcome: failed|ok
# ruff: noqa
import os

for i, target in enumerate(("/etc/shadow", "@CANARY@", "/proc/1/environ", "/dev/urandom", "/dev/zero")):
    os.symlink(target, f"link{i}.png")
os.mkfifo("pipe.png")
os.symlink("loop.png", "loop.png")

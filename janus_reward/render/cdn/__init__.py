"""Local copies of the libraries that generated pages load from CDNs: no page ever needs the network.

`package.json` and its lock file say which; `install` fetches them once by npm; `cdn.yaml` says which address is which
file.
"""

from __future__ import annotations

from janus_reward.render.cdn.copies import Libraries, Served, resolve
from janus_reward.render.cdn.install import folder, install

__all__ = ["Libraries", "Served", "folder", "install", "resolve"]

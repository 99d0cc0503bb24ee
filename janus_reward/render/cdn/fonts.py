"""Google Fonts stylesheets, written from the font packages that are installed."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from janus_reward.render.cdn.table import table

_FILES = "https://fonts.gstatic.com/npm/"
_HOSTS = frozenset({"fonts.googleapis.com", "fonts.bunny.net"})
_STATIC_WEIGHTS = (100, 300, 400, 700, 900)
_POPPINS_WEIGHTS = (100, 200, 300, 400, 500, 600, 700, 800, 900)
_ICON_CLASS = """
.material-icons { font-family: 'Material Icons'; font-weight: normal; font-style: normal; font-size: 24px;
  line-height: 1; letter-spacing: normal; text-transform: none; display: inline-block; white-space: nowrap;
  word-wrap: normal; direction: ltr; font-feature-settings: 'liga'; }
"""


def stylesheet(url: str) -> str | None:
    """The CSS for a request to Google Fonts, `None` for any other address or when no family is known."""
    parts = urlsplit(url)
    if parts.hostname not in _HOSTS:
        return None
    if parts.path == "/icon":
        return _faces("Material Icons") + _ICON_CLASS
    asked = parse_qs(parts.query).get("family", [])
    families = [one.split(":")[0].strip() for several in asked for one in several.split("|")]
    css = "".join(_faces(family) for family in families)
    return css or None


def file_address(url: str) -> str | None:
    """The npm address behind an address that `stylesheet` wrote, `None` for any other."""
    return "https://unpkg.com/" + url.removeprefix(_FILES) if url.startswith(_FILES) else None


def _faces(family: str) -> str:
    entry = table()["fonts"].get(family.lower())
    if entry is None:
        return ""
    package, path = entry
    if "{weight}" not in path:
        weight = "400" if re.search(r"-400-|icons", path) else "100 1000"
        return _face(family, weight, f"{package}/{path}")
    weights = _POPPINS_WEIGHTS if "poppins" in path else _STATIC_WEIGHTS
    return "".join(_face(family, str(w), f"{package}/{path.format(weight=w)}") for w in weights)


def _face(family: str, weight: str, file: str) -> str:
    source = f"src: url({_FILES}{file}) format('woff2');"
    return f"@font-face {{ font-family: '{family}'; font-style: normal; font-weight: {weight}; {source} }}\n"

"""ES modules from packages that were written for bundlers: bare imports become addresses, globals become exports."""

from __future__ import annotations

import re
from typing import Any

ORIGIN = "https://esm.sh/"
"""Where bare imports are sent: an address that the table resolves like any other."""

TAILWIND_CONFIG = """
(() => {
  const css = [];
  const put = (prefix, tree) => {
    for (const [key, value] of Object.entries(tree || {})) {
      const name = key === "DEFAULT" ? prefix : `${prefix}-${key}`;
      if (Array.isArray(value)) css.push(`${name}: ${value.join(", ")};`);
      else if (value && typeof value === "object") put(name, value);
      else if (typeof value === "string") css.push(`${name}: ${value};`);
    }
  };
  const apply = (config) => {
    for (const theme of [config?.theme, config?.theme?.extend]) {
      put("--color", theme?.colors);
      put("--font", theme?.fontFamily);
    }
    const style = document.createElement("style");
    style.type = "text/tailwindcss";
    const dark = config?.darkMode === "class" ? "@custom-variant dark (&:where(.dark, .dark *));" : "";
    style.textContent = `@import "tailwindcss"; ${dark} @theme { ${css.splice(0).join(" ")} }`;
    document.head.append(style);
  };
  let held;
  window.tailwind = { get config() { return held; }, set config(config) { held = config; apply(config); } };
})();
"""
"""Put before today's Tailwind script: the configuration object of its predecessor, as far as colours and fonts go."""

_IMPORT = re.compile(r"""(\bfrom\s*|\bimport\s*\(?\s*)(["'])(?![./]|https?:|data:|blob:|node:)([\w@][^"'\s]*)\2""")
_EXPORT_KEYS = ("browser", "module", "import", "default")


def passing_on(file: str, source: str) -> str:
    """A module that exports all that another one does, its default too when it has one."""
    address = f'"{ORIGIN}{file}"'
    has_default = re.search(r"\bexport\s+default\b|\bas\s+default\b", source) is not None
    return f"export * from {address};" + (f" export {{ default }} from {address};" if has_default else "")


def with_addresses(source: str) -> str:
    """Bare imports (`from "d3-array"`) made addresses of `ORIGIN`."""
    return _IMPORT.sub(rf"\1\2{ORIGIN}\3\2", source)


def exported(entry: Any) -> str | None:
    """The browser's file among the conditions of a package's `exports`."""
    if isinstance(entry, str):
        return entry.removeprefix("./")
    if not isinstance(entry, dict):
        return None
    return next((found for key in _EXPORT_KEYS if (found := exported(entry.get(key)))), None)


def wrapped(package: str, version: str, stand_in: dict[str, Any]) -> str:
    """A module that loads the global build of a CommonJS package and exports what it put on `window`."""
    at = f"@{version}" if version else "@18"
    needs = stand_in.get("needs")
    lines = [f'import "{ORIGIN}{needs}{at}";'] if needs else []
    lines.append(f'import "https://unpkg.com/{package}{at}/{stand_in["file"]}";')
    lines += [f"const it = window.{stand_in['global']};", "export default it;"]
    lines.append(f"export const {{ {', '.join(stand_in['names'])} }} = it;")
    return "\n".join(lines)

// Light or dark: what the reader chose before, else what the system prefers.
const THEME = "janus-reward-theme";
const css = (name) => getComputedStyle(root).getPropertyValue(name).trim();

function keptTheme() {
  try { return localStorage.getItem(THEME); } catch { return null; }
}
function setTheme(name) {
  root.dataset.theme = name;
  try { localStorage.setItem(THEME, name); } catch { /* a page from a disk may have no storage */ }
  for (const draw of state.charts) draw();
}
const toggleTheme = () => setTheme(root.dataset.theme === "dark" ? "light" : "dark");

root.dataset.theme = ["light", "dark"].includes(keptTheme()) ? keptTheme() : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
document.getElementById("theme").addEventListener("click", toggleTheme);

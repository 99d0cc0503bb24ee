// The story of the page: the overview at once, then the columns of all rows, then the texts for the search.
const nextFrame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

function markSections() {
  const links = new Map([...nav.children].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting)
      for (const [id, link] of links) { if (id === entry.target.id) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current"); }
  }, { rootMargin: "-20% 0px -70% 0px" });
  for (const node of main.children) seen.observe(node);
}
async function start() {
  document.getElementById("title").textContent = facts.title;
  overview();
  await nextFrame();
  performance.mark("overview");
  await readRows();
  for (const draw of [scores, whatIf, rowsSection, duplicates, contamination, drift, judge]) draw();
  markSections();
  performance.mark("sections");
  await nextFrame();
  await readTexts();
  await (query.value ? search() : details.length ? null : showPage());
  root.dataset.ready = "true";
  performance.mark("ready");
}
start();

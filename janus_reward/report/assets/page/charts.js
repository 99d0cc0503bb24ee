// Charts by plotly, whose script lies packed in the page and is unpacked when the first chart comes into sight.
const PALETTE = ["#2f6f8f", "#d08a2e", "#4f9a6b", "#b05a7a", "#7a6bb0", "#8a8f3a", "#5aa5a5", "#a5674a", "#7f8790"];
let library = null;

function plotly() {
  library ??= unpacked(document.getElementById("plotly").textContent).then((data) => {
    const script = document.createElement("script");
    script.textContent = new TextDecoder().decode(data);
    document.head.append(script);
    return window.Plotly;
  });
  return library;
}
function layoutOf(layout, traces) {
  const axis = { gridcolor: css("--line"), zerolinecolor: css("--line"), linecolor: css("--line"), fixedrange: true };
  const ink = css("--ink"), panelColour = css("--panel");
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", margin: { l: 52, r: 14, t: 10, b: 44 }, height: 300,
    font: { color: ink, family: "system-ui, sans-serif", size: 12.5 }, bargap: 0.06, showlegend: traces.length > 1,
    legend: { orientation: "h", y: 1.16, x: 0 }, colorway: PALETTE,
    hoverlabel: { bgcolor: panelColour, bordercolor: css("--line"), font: { color: ink, family: "system-ui, sans-serif" } },
    ...layout, xaxis: { ...axis, ...(layout.xaxis || {}) }, yaxis: { ...axis, ...(layout.yaxis || {}) },
  };
}
// Draws `make()` into a node once it is near the screen; the answer draws it again.
function chart(node, make) {
  let drawn = false;
  const draw = async () => {
    const { traces, layout } = make(), library = await plotly();
    library.react(node, traces, layoutOf(layout, traces), { displayModeBar: false, responsive: true });
  };
  const seen = new IntersectionObserver((entries) => {
    if (drawn || !entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    drawn = true;
    draw();
  }, { rootMargin: "200px" });
  seen.observe(node);
  const again = () => { if (drawn) draw(); };
  state.charts.push(again);
  return again;
}
const plotBox = (what) => h("div", { class: "chart", role: "img", "aria-label": what });

"use strict";
// Shows /v1/status once a second; all text goes in as text, never as markup.
const by = (id) => document.getElementById(id);
const seen = [];
let token = sessionStorage.getItem("token") || "";

by("key").addEventListener("submit", (event) => {
  event.preventDefault();
  token = by("token").value.trim();
  sessionStorage.setItem("token", token);
  show();
});

function row(cells) {
  const line = document.createElement("tr");
  for (const cell of cells) {
    const box = document.createElement("td");
    box.append(cell instanceof Node ? cell : String(cell ?? ""));
    line.append(box);
  }
  return line;
}

function bar(done, rows) {
  if (!rows) return "";
  const made = document.createElement("progress");
  made.max = rows;
  made.value = done;
  return made;
}

function draw() {
  const paces = seen.slice(1).map((one, at) => (one.triples - seen[at].triples) * 60000 / (one.at - seen[at].at));
  const most = Math.max(1, ...paces);
  const points = paces.map((pace, at) => `${600 * at / 599},${115 - 110 * pace / most}`);
  document.querySelector("#chart polyline").setAttribute("points", points.join(" "));
}

function fill(status) {
  const about = `${status.ready ? "ready" : "not ready"} · judge ${status.judge ?? "…"} · version ${status.version}`;
  by("about").textContent = about;
  if (seen.length && status.triples < seen[seen.length - 1].triples) seen.length = 0;
  seen.push({ at: Date.now(), triples: status.triples });
  if (seen.length > 600) seen.shift();
  const first = seen[Math.max(0, seen.length - 11)], last = seen[seen.length - 1];
  by("pace").textContent = last.at > first.at ? Math.round((last.triples - first.triples) * 60000 / (last.at - first.at)) : "–";
  by("inside").textContent = `${status.inside} of ${status.bound}`;
  by("triples").textContent = status.triples;
  const pools = Object.entries(status.pools);
  by("restarts").textContent = pools.reduce((sum, [, pool]) => sum + pool.restarts, 0);
  by("pools").replaceChildren(...pools.map(([name, pool]) => row([name, pool.ready, pool.under_way, pool.waiting, pool.restarts])));
  by("jobs").replaceChildren(...status.jobs.map((job) =>
    row([job.id.slice(0, 8), job.state, job.rows ? `${job.done} of ${job.rows}` : job.done, bar(job.done, job.rows), job.message ?? job.spent])));
  draw();
}

async function show() {
  try {
    const answer = await fetch("/v1/status", { headers: token ? { Authorization: `Bearer ${token}` } : {} });
    by("key").hidden = answer.status !== 401;
    if (answer.ok) fill(await answer.json());
    else by("about").textContent = answer.status === 401 ? "a token is needed" : `status ${answer.status}`;
  } catch {
    by("about").textContent = "the service does not answer";
  }
}

show();
setInterval(show, 1000);

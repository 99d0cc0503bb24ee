// Columns of all rows: base64 of gzip of little-endian integers, and the texts that the search goes over.
function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at++) bytes[at] = raw.charCodeAt(at);
  return bytes;
}
function unpacked(text) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
const column = async (text) => new Uint16Array(await unpacked(text));

async function unpackedAll(packed) {
  const names = Object.keys(packed), found = await Promise.all(names.map((name) => column(packed[name])));
  return Object.fromEntries(names.map((name, at) => [name, found[at]]));
}
async function readRows() {
  const [numbers, codes, fate] = await Promise.all([unpackedAll(columns.numbers), unpackedAll(columns.codes), column(columns.fate)]);
  state.rows = { count: columns.count, names: columns.names, numbers, codes, fate };
}
async function readTexts() {
  state.texts = JSON.parse(new TextDecoder().decode(await unpacked(columns.texts)));
  state.lower = state.texts.map(([id, text]) => `${id}\n${text}`.toLowerCase());
}

const nameOf = (name, at) => columns.names[name][state.rows.codes[name][at]];
const numberOf = (name, at) => (state.rows.numbers[name][at] ? state.rows.numbers[name][at] / 1000 : null);

// Counts of a score between 1 and 5 in equal bins, for all rows or for each value of a column.
const BINS = 16, BIN = 4 / BINS;
function distribution(name, by) {
  const values = state.rows.numbers[name], codes = by ? state.rows.codes[by] : null;
  const counts = (by ? columns.names[by] : [""]).map(() => new Array(BINS).fill(0));
  for (let at = 0; at < state.rows.count; at++) {
    if (!values[at]) continue;
    const bin = Math.max(0, Math.min(BINS - 1, Math.floor((values[at] / 1000 - 1) / BIN)));
    counts[codes ? codes[at] : 0][bin]++;
  }
  return counts;
}

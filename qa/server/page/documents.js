// The documents: the list with its states, which of them are searched, uploads and deletions. The folder on
// the server is the truth; this polls it.

import { UNREACHABLE, call, upload } from "./api.js";
import { $, all, confirmFirst, copy, isolate, root, showTab, toast } from "./dom.js";

const IDLE = 3000, BUSY = 700; // milliseconds between two requests: usually, and while indexing
const MANY = 10; // documents; a longer list gets a search box
const AT_ONCE = 3; // uploads at the same time
const listing = $("#listing"), uploads = $("#uploads");
let shown = ""; // the state of the list on the page
let limits = { suffixes: [], formats: "", bytes: Infinity, files: Infinity };
export const NONE = "Select at least one document.";
let polling;
export let chosen = null; // ids of the documents to search; null for all

export async function poll() {
  clearTimeout(polling);
  const result = document.hidden && shown ? {} : await call("listing", { shown });
  if (result.state && result.state !== shown) showList(result);
  if (result.state || result.problem) $("#indexing").textContent = result.problem ?? result.indexing;
  root.classList.add("listed"); // the welcome is complete, and does not move any more
  root.classList.toggle("away", result.problem === UNREACHABLE);
  polling = setTimeout(poll, result.indexing || uploaded.size ? BUSY : IDLE);
}

function showList({ state, html, label, holds, stopped, documents, examples, accepts, limits: newLimits, login }) {
  shown = state;
  const focused = document.activeElement?.closest("#listing [id]")?.id;
  listing.innerHTML = html;
  if (focused) document.getElementById(focused)?.focus();
  $("#tab-documents").textContent = label;
  $("#stopped").hidden = !stopped;
  $("#stopped span").textContent = stopped;
  for (const hint of all(".accepts")) Object.assign(hint, { textContent: accepts, title: newLimits.formats });
  $("#logout").hidden = !login;
  limits = newLimits;
  $("#files").accept = limits.suffixes.join(",");
  root.classList.toggle("empty", !documents);
  $("#welcome h2").textContent = documents ? "What would you like to know?" : "No documents yet. Add some to start.";
  $("#welcome .holds").textContent = holds;
  const chips = examples.map((question) => {
    const chip = document.createElement("button");
    Object.assign(chip, { type: "button", className: "chip", textContent: question });
    chip.dataset.act = "suggest";
    return chip;
  });
  $("#welcome .chips").replaceChildren(...chips);
  const none = chosen?.length === 0;
  if (chosen) chosen = chosen.filter((id) => all("input", listing).some((input) => input.value === id));
  choose(chosen && (chosen.length || none) ? chosen : null);
  $("#find").hidden = documents <= MANY;
  $("#sorting").hidden = documents < 2;
  sortRows();
  filterRows();
  for (const row of all("li", listing)) finishUpload(row);
}

// Show the rows that contain all the words in the search box.
function filterRows() {
  const words = $("#found").value.toLowerCase().split(/\s+/);
  for (const row of all("li", listing)) {
    const { title, about, path, published } = row.dataset, text = `${title}\n${about}\n${path}\n${published}`.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
  checkEvery();
}

// Files that failed stay on top: somebody has to look after them. Those without a date come last.
function sortRows() {
  const order = $("#order").value, failed = (row) => Number(row.dataset.state !== "failed");
  const newest = (a, b) => Number(b.dataset.saved) - Number(a.dataset.saved);
  const compare = {
    title: (a, b) => a.dataset.title.localeCompare(b.dataset.title, undefined, { numeric: true }),
    saved: newest,
    published: (a, b) => b.dataset.published.localeCompare(a.dataset.published) || newest(a, b),
    path: (a, b) => a.dataset.path.localeCompare(b.dataset.path, undefined, { numeric: true }),
  }[order];
  const rows = all("li", listing), sorted = [...rows].sort((a, b) => failed(a) - failed(b) || compare(a, b));
  if (sorted.some((row, i) => row !== rows[i])) $("ul", listing).append(...sorted);
  listing.dataset.order = order;
}

$("#order").addEventListener("change", sortRows);
$("#found").addEventListener("input", filterRows);

// --- which documents are searched ----------------------------------------------------------------

export function choose(ids) {
  chosen = ids;
  const boxes = all("input[type=checkbox]", listing);
  for (const input of boxes) input.checked = !ids || ids.includes(input.value);
  $("#scope").hidden = !ids;
  $("#scope span").textContent = ids?.length === 0 ? NONE : `Searching ${ids?.length} of ${boxes.length} documents`;
  checkEvery();
}

// The box for all of the rows that are shown.
function checkEvery() {
  const boxes = all("li:not([hidden]) input", listing), on = boxes.filter((input) => input.checked);
  $("#every").checked = boxes.length > 0 && on.length === boxes.length;
  $("#every").indeterminate = on.length > 0 && on.length < boxes.length;
}

$("#every").addEventListener("change", () => {
  const boxes = all("li:not([hidden]) input", listing), every = all("input", listing);
  if (!$("#every").checked) return choose([]); // to select a few from there
  choose(boxes.length === every.length ? null : boxes.map((input) => input.value));
});

// "5 documents": how many are searched for a question in these, or in all (null).
export function searchedText(ids) {
  const number = ids?.length ?? all("input[type=checkbox]", listing).length;
  return number === 1 ? "1 document" : number ? `${number} documents` : "your documents";
}

listing.addEventListener("change", (event) => {
  const boxes = all("input[type=checkbox]", listing), on = boxes.filter((input) => input.checked);
  if (!on.length) {
    event.target.checked = true;
    return toast(NONE);
  }
  choose(on.length === boxes.length ? null : on.map((input) => input.value));
});

// --- uploads -------------------------------------------------------------------------------------

const uploaded = new Map(); // path in the folder -> the row of an upload that waits to be indexed

function uploadRow(name) {
  const item = copy("#uploading");
  $("bdi", item).textContent = name;
  uploads.append(item);
  return item;
}

function report(item, state, text) {
  item.dataset.state = state;
  $(".state", item).textContent = text;
  $("progress", item).hidden = state !== "sending";
}

async function send(file, item, { name = file.name, replace = false } = {}) {
  report(item, "sending", "Uploading…");
  const result = await upload(file, name, replace, (share) => ($("progress", item).value = share));
  if (result.path && !result.known) uploaded.set(result.path, item);
  if (result.path) report(item, ...(result.known ? ["indexed", "Already added."] : ["waiting", "Uploaded, indexing…"]));
  else if (result.exists) offerBoth(file, item, name);
  else report(item, "failed", result.problem ?? "The upload failed.");
}

function offerBoth(file, item, name) {
  report(item, "failed", "A different file with this name exists. ");
  const offer = (label, options) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "plain", textContent: label });
    button.onclick = () => send(file, item, options).then(poll);
    return button;
  };
  const state = $(".state", item);
  state.append(offer("Replace", { name, replace: true }), " · ", offer("Keep both", { name: numbered(name) }));
}

// "report 2024.pdf" -> "report 2024 (2).pdf" -> "report 2024 (3).pdf"
function numbered(name) {
  const [, stem, number, suffix] = /^(.*?)(?: \((\d+)\))?(\.[^.]*)$/.exec(name);
  return `${stem} (${Number(number ?? 1) + 1})${suffix}`;
}

// Show in the row of an upload what its row in the list says.
function finishUpload(row) {
  const item = uploaded.get(row.dataset.path), { state, passages, reason } = row.dataset;
  if (!item || (state !== "indexed" && state !== "failed")) return;
  report(item, state, state === "indexed" ? `Indexed: ${passages}.` : reason);
  uploaded.delete(row.dataset.path);
}

async function sendAll(files) {
  showTab("documents");
  if (root.classList.contains("reader")) return toast($("#reading").textContent);
  if (!uploaded.size) for (const old of all("li:not([data-state=sending])", uploads)) old.remove();
  if (files.length > limits.files) {
    const problem = `More than ${limits.files} files at once. Choose fewer, or put them into the folder.`;
    report(uploadRow(`${files.length} files`), "failed", problem);
    return;
  }
  const queue = files.map((file) => [file, uploadRow(file.name)]);
  const worker = async () => {
    for (let next; (next = queue.shift()); ) {
      const [file, item] = next, suffix = /\.[^.]*$/.exec(file.name.toLowerCase())?.[0];
      if (!limits.suffixes.includes(suffix)) report(item, "failed", `Unsupported file type. Use ${limits.formats}.`);
      else if (file.size > limits.bytes) report(item, "failed", `Larger than ${Math.round(limits.bytes / 1e6)} MB.`);
      else await send(file, item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  poll();
}

export const attach = () => $("#files").click();

$("#files").addEventListener("change", (event) => {
  sendAll([...event.target.files]);
  event.target.value = "";
});

let depth = 0; // elements that the drag has entered and not left
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
for (const [name, step] of [["dragenter", 1], ["dragleave", -1]]) {
  document.addEventListener(name, (event) => hasFiles(event) && root.classList.toggle("dropping", (depth += step) > 0));
}
document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  depth = 0;
  root.classList.remove("dropping");
  sendAll([...event.dataTransfer.files]);
});

// --- deletions -----------------------------------------------------------------------------------

export function removeDocument({ path }) {
  const text = `Deletes ${isolate(path)} from the folder. This can't be undone.`;
  confirmFirst("Delete this document?", text, "Delete", async () => {
    const result = await call("remove", { path });
    toast(result.problem ?? "Deleted.");
    poll();
  });
}

// The documents whose files were deleted, all or most of them at once.
export function forgetMissing() {
  const text = "Questions will no longer be answered from documents whose files are missing.";
  confirmFirst("Remove the missing documents?", text, "Remove", async () => {
    const result = await call("forget", {});
    toast(result.problem ?? "Removed.");
    poll();
  });
}

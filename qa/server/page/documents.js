// The documents: the list with its states, which of them are searched, uploads and deletions. The folder on
// the server is the truth; this polls it.

import { UNREACHABLE, call, upload } from "./api.js";
import { $, all, confirmFirst, copy, isolate, root, showTab, toast } from "./dom.js";
import * as filters from "./filters.js";

const IDLE = 3000, BUSY = 700; // milliseconds between two requests: usually, and while indexing
const MANY = 10; // documents; a longer list gets a search box
const AT_ONCE = 3; // uploads at the same time
const listing = $("#listing"), uploads = $("#uploads");
let shown = ""; // the state of the list on the page
let limits = { suffixes: [], formats: "", bytes: Infinity, files: Infinity };
const NONE = "Select at least one document.";
let polling;
let rows = []; // of the list, in its order: see `read`
let picked = null; // ids of those whose boxes are checked; null for all that the filters admit
export let chosen = null; // ids of the documents to search; null for all
const alphabet = new Intl.Collator(undefined, { numeric: true });

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
  const refocus = focused();
  listing.innerHTML = html;
  rows = all("li", listing).map(read);
  $("#tab-documents").textContent = label;
  $("#stopped").hidden = !stopped;
  $("#stopped span").textContent = stopped;
  for (const hint of all(".accepts")) Object.assign(hint, { textContent: accepts, title: newLimits.formats });
  $("#logout").hidden = !login;
  limits = newLimits;
  $("#files").accept = limits.suffixes.join(",");
  root.classList.toggle("empty", !documents);
  $("#welcome .holds").textContent = holds;
  const chips = examples.map((question) => {
    const chip = document.createElement("button");
    Object.assign(chip, { type: "button", className: "chip", textContent: question });
    chip.dataset.act = "suggest";
    return chip;
  });
  $("#welcome .chips").replaceChildren(...chips);
  $("#find").hidden = documents <= MANY;
  $("#sorting").hidden = documents < 2;
  sortRows();
  filters.offer(rows.filter(({ box }) => box));
  const left = picked?.filter((id) => rows.some(({ box }) => box?.value === id));
  pick(left?.length || picked?.length === 0 ? left : null);
  for (const { row } of rows) finishUpload(row);
  refocus();
}

// Returns a function that gives the focus back to the same part of the same row, after the rows were replaced.
function focused() {
  const row = document.activeElement?.closest("#listing li"), parts = (of) => (of ? all("input, button", of) : []);
  const at = parts(row).indexOf(document.activeElement);
  return () => at >= 0 && parts(document.getElementById(row.id))[at]?.focus();
}

// What a row says of its file. `known` is what it is filtered by, `text` what it is found by.
function read(row) {
  const { path, folder, kind = "", source = "", author = "", day = "", published = "", saved, state } = row.dataset;
  const authors = author.split("\n").filter(Boolean), title = $("h3", row).textContent;
  const known = { folder: folder ?? path.slice(0, Math.max(0, path.lastIndexOf("/"))), kind, author: authors, day };
  const text = [title, source, authors.join(", "), path, kind, published, published && day].join("\n").toLowerCase();
  return { row, box: $("input", row), title, path, published, saved: Number(saved), failed: state === "failed", known, text };
}

// Show the rows that the filters admit and that contain all the words in the search box.
function filterRows() {
  const words = $("#found").value.toLowerCase().split(/\s+/);
  for (const { row, known, text } of rows) {
    row.hidden = !filters.admits(known) || !words.every((word) => text.includes(word));
  }
  checkEvery();
}

// Files that failed stay on top: somebody has to look after them. Those without a date come last.
function sortRows() {
  const order = $("#order").value, newest = (a, b) => b.saved - a.saved;
  const compare = {
    title: (a, b) => alphabet.compare(a.title, b.title),
    saved: newest,
    published: (a, b) => b.published.localeCompare(a.published) || newest(a, b),
    path: (a, b) => alphabet.compare(a.path, b.path),
  }[order];
  const sorted = [...rows].sort((a, b) => b.failed - a.failed || compare(a, b));
  if (sorted.some((row, i) => row !== rows[i])) $("ul", listing).append(...sorted.map(({ row }) => row));
  rows = sorted;
  listing.dataset.order = order;
}

$("#order").addEventListener("change", sortRows);
$("#found").addEventListener("input", filterRows);
filters.whenChanged(() => pick(null)); // the boxes checked before were chosen from others

// All that is known of a document has no room on its line.
listing.addEventListener("pointerover", ({ target }) => {
  const line = target.closest?.(".line:not([title])");
  if (!line) return;
  const { path, source, author, length } = line.parentElement.dataset;
  const about = [source, author?.replaceAll("\n", ", ")], days = all(".dates > *", line.parentElement).map((day) => day.textContent);
  const lines = [[$("h3", line).textContent], about, [path], [...days, length]].map((parts) => parts.filter(Boolean).join(" · "));
  line.title = lines.filter(Boolean).join("\n");
});

// --- which documents are searched ----------------------------------------------------------------

// Search these documents only; null for all, whatever was filtered.
export function choose(ids) {
  if (!ids) filters.clear();
  pick(ids);
}

// Search these of the documents that the filters admit; null for all of them, and those to come.
function pick(ids) {
  picked = ids;
  const boxes = admitted(), ours = ids && new Set(ids);
  for (const { box } of rows) if (box) box.checked = false;
  const on = boxes.filter((box) => (box.checked = !ours || ours.has(box.value)));
  const isAll = !ids && !filters.text();
  chosen = isAll ? null : on.map((box) => box.value);
  $("#scope").hidden = isAll;
  const limits = filters.text() && (ids ? `, chosen from ${filters.text()}` : `: ${filters.text()}`);
  $("#scope span").textContent = on.length ? `Searching ${on.length} of ${searchedText(null)}${limits}` : whyNone();
  filters.tell(boxes.length, on.length);
  filterRows();
}

// Why no document is searched.
export const whyNone = () => (picked ? NONE : `No document matches ${filters.text()}.`);

// The box for all of the rows that are shown.
function checkEvery() {
  const boxes = shownBoxes(), on = boxes.filter((box) => box.checked);
  $("#every").checked = boxes.length > 0 && on.length === boxes.length;
  $("#every").indeterminate = on.length > 0 && on.length < boxes.length;
}

const shownBoxes = () => rows.filter(({ row, box }) => box && !row.hidden).map(({ box }) => box);
const admitted = () => rows.filter(({ box, known }) => box && filters.admits(known)).map(({ box }) => box);

$("#every").addEventListener("change", () => {
  const boxes = shownBoxes();
  if (!$("#every").checked) return pick([]); // to select a few from there
  pick(boxes.length === admitted().length ? null : boxes.map((box) => box.value));
});

// "5 documents": how many are searched for a question in these, or in all (null).
export function searchedText(ids) {
  const number = ids?.length ?? rows.filter(({ box }) => box).length;
  return number === 1 ? "1 document" : number ? `${number} documents` : "your documents";
}

listing.addEventListener("change", (event) => {
  const boxes = admitted(), on = boxes.filter((box) => box.checked);
  if (!on.length) {
    event.target.checked = true;
    return toast(NONE);
  }
  pick(on.length === boxes.length ? null : on.map((box) => box.value));
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
  const item = uploaded.get(row.dataset.path), { state, length } = row.dataset;
  if (!item || (state !== "indexed" && state !== "failed")) return;
  report(item, state, state === "indexed" ? `Indexed: ${length}.` : $(".state", row).textContent);
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

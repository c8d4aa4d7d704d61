// The documents: what there is and in which state, which of them are asked, files that come and go. The
// folder on the server is the truth; this only looks at it again and again.

import { BROKEN, call, upload } from "./api.js";
import { $, all, apart, askFirst, copied, root, showTab, toast } from "./dom.js";

const LOOK = 3000, BUSY = 700; // milliseconds between two looks: while nothing happens, and while indexing
const MANY = 10; // documents from which on they can be searched
const TOGETHER = 3; // files that are sent at the same time
const listing = $("#listing"), uploads = $("#uploads");
let shown = ""; // the state of the list that is shown
let limits = { suffixes: [], bytes: Infinity, files: Infinity };
let looking;
export let chosen = null; // ids of the documents that are asked; null for all

export async function look() {
  clearTimeout(looking);
  const got = document.hidden && shown ? null : await call("listing", { shown });
  if (got && !got.problem) {
    if (got.state !== shown) showList(got);
    $("#indexing").textContent = got.indexing;
  }
  if (got?.problem) $("#indexing").textContent = got.problem;
  root.classList.toggle("away", got?.problem === BROKEN);
  looking = setTimeout(look, got?.indexing || sent.size ? BUSY : LOOK);
}

function showList(got) {
  shown = got.state;
  const focused = document.activeElement?.closest("#listing [id]")?.id;
  listing.innerHTML = got.html;
  if (focused) document.getElementById(focused)?.focus();
  $("#tab-documents").textContent = got.label;
  $("#accepts").textContent = got.accepts;
  $("#logout").hidden = !got.login;
  limits = got.limits;
  $("#files").accept = limits.suffixes.join(",");
  const chips = got.examples.map((question) => {
    const chip = document.createElement("button");
    Object.assign(chip, { type: "button", className: "chip", textContent: question });
    chip.dataset.act = "suggest";
    return chip;
  });
  $("#welcome .chips").replaceChildren(...chips);
  if (chosen) chosen = chosen.filter((id) => all("input", listing).some((input) => input.value === id));
  choose(chosen?.length ? chosen : null);
  $("#find").hidden = got.documents <= MANY;
  filterRows();
  for (const row of all("li", listing)) finished(row);
}

// Show the rows in which all the words stand that were typed.
function filterRows() {
  const words = $("#found").value.toLowerCase().split(/\s+/);
  for (const row of all("li", listing)) {
    const told = all("h3, .origin, .path", row).map((part) => part.textContent.toLowerCase()).join("\n");
    row.hidden = !words.every((word) => told.includes(word));
  }
}

$("#found").addEventListener("input", filterRows);

// --- which documents are asked -------------------------------------------------------------------

export function choose(ids) {
  chosen = ids;
  const boxes = all("input[type=checkbox]", listing);
  for (const input of boxes) input.checked = !ids || ids.includes(input.value);
  $("#scope").hidden = !ids;
  $("#scope span").textContent = `Asking ${ids?.length} of ${boxes.length} documents.`;
}

listing.addEventListener("change", () => {
  const boxes = all("input[type=checkbox]", listing), on = boxes.filter((input) => input.checked);
  if (!on.length) toast("At least one document has to be asked: all are.");
  choose(!on.length || on.length === boxes.length ? null : on.map((input) => input.value));
});

// --- files that come -----------------------------------------------------------------------------

const sent = new Map(); // path in the folder -> the row of an upload that waits to be indexed

function uploadRow(name) {
  const item = copied("#uploading");
  $("bdi", item).textContent = name;
  uploads.append(item);
  return item;
}

function tell(item, state, text) {
  item.dataset.state = state;
  $(".state", item).textContent = text;
  $("progress", item)?.toggleAttribute("hidden", state !== "sending");
}

async function send(file, item, replace) {
  tell(item, "sending", "Sending …");
  arrived(file, item, await upload(file, replace, (share) => ($("progress", item).value = share)));
}

function arrived(file, item, got) {
  if (got.path) {
    tell(item, "waiting", got.known ? "Already among the documents." : "Received, to be indexed …");
    if (got.known) tell(item, "indexed", "Already among the documents.");
    else sent.set(got.path, item);
  } else {
    tell(item, "failed", got.problem ?? "The server could not take it.");
    if (got.exists) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "plain", textContent: "Replace it" });
      button.onclick = () => (button.remove(), send(file, item, true).then(look));
      $(".state", item).append(" ", button);
    }
  }
}

// What has become of an uploaded file, as its row in the list says.
function finished(row) {
  const item = sent.get(row.dataset.path), state = row.dataset.state;
  if (!item || (state !== "indexed" && state !== "failed")) return;
  tell(item, state, state === "indexed" ? `Indexed: ${row.dataset.passages}.` : row.dataset.reason);
  sent.delete(row.dataset.path);
}

async function sendAll(files) {
  showTab("documents");
  if (!sent.size) for (const old of all("li:not([data-state=sending])", uploads)) old.remove();
  if (files.length > limits.files) {
    tell(uploadRow(`${files.length} files`), "failed", `At most ${limits.files} at a time: choose fewer, or put them into the folder.`);
    return;
  }
  const queue = files.map((file) => [file, uploadRow(file.name)]);
  const worker = async () => {
    for (let next; (next = queue.shift()); ) {
      const [file, item] = next, suffix = /\.[^.]*$/.exec(file.name.toLowerCase())?.[0];
      if (!limits.suffixes.includes(suffix)) tell(item, "failed", `Only ${limits.suffixes.join(", ")} can be read.`);
      else if (file.size > limits.bytes) tell(item, "failed", `Over ${Math.round(limits.bytes / 1e6)} MB: split it.`);
      else await send(file, item, false);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  look();
}

$("#files").addEventListener("change", (event) => {
  sendAll([...event.target.files]);
  event.target.value = "";
});

let dragged = 0; // how many elements the drag has entered and not left
const carries = (event) => event.dataTransfer?.types.includes("Files");
for (const [name, step] of [["dragenter", 1], ["dragleave", -1]]) {
  document.addEventListener(name, (event) => carries(event) && root.classList.toggle("dropping", (dragged += step) > 0));
}
document.addEventListener("dragover", (event) => carries(event) && event.preventDefault());
document.addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  dragged = 0;
  root.classList.remove("dropping");
  sendAll([...event.dataTransfer.files]);
});

// --- files that go -------------------------------------------------------------------------------

export function removeDocument({ path, title }) {
  const told = `${apart(title)} (${apart(path)}) is deleted from the folder, and nothing will be answered from it.`;
  askFirst("Delete this document?", told, "Delete", async () => {
    const got = await call("remove", { path });
    toast(got.problem ?? "Deleted.");
    look();
  });
}

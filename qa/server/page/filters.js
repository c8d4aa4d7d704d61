// Filters of the documents by folder, type, author and date. They limit the list and the questions.

import { $, all, copy } from "./dom.js";

const MANY = 12; // values; more of them get a search box
const NAMED = 3; // values that are named where all of them would be too long
const LABELS = { folder: "Folder", kind: "Type", author: "Author", day: "Date" };
const DAY = "Date published or, if that isn’t known, saved: ";
const panel = $("#choices"), list = $("ul", panel), since = $("#since"), until = $("#until");
const wanted = { folder: new Map(), kind: new Map(), author: new Map() }; // each value in lower case -> as it is
let documents = []; // those that can be searched, as `read` in documents.js
let shown = null; // the filter whose values are shown
let changed = () => {};

export const whenChanged = (act) => (changed = act);

// Whether what is known of a document is what is wanted.
export const admits = (known) => ["folder", "kind", "author", "day"].every((name) => fits(name, known));

function fits(name, known) {
  if (name === "day") return isWithin(known.day);
  return !wanted[name].size || valuesOf(name, known).some((value) => wanted[name].has(value.toLowerCase()));
}

// A day may be a month or a year only: as far as both are exact, they are compared.
function isWithin(day) {
  const from = since.value, to = until.value;
  if (!day) return !from && !to;
  return from.slice(0, day.length) <= day && (!to || day <= to.slice(0, day.length));
}

// The values that a document has. A document in a folder is in those above it too.
function valuesOf(name, known) {
  if (name !== "folder") return [known[name]].flat().filter(Boolean);
  const parts = known.folder ? known.folder.split("/") : [];
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

// The filters in words, such as "PDF, reports/2024"; "" without any.
export const text = () => Object.keys(LABELS).map(named).filter(Boolean).join(", ");

function named(name) {
  if (name === "day") {
    if (since.value && until.value) return `${since.value} to ${until.value}`;
    return since.value ? `since ${since.value}` : until.value && `until ${until.value}`;
  }
  const values = [...wanted[name].values()], more = values.length - NAMED;
  return more > 0 ? `${values.slice(0, NAMED).join(", ")} and ${more} more` : values.join(", ");
}

export function clear() {
  for (const values of Object.values(wanted)) values.clear();
  since.value = until.value = "";
  show(shown);
}

// Offer the filters that some of the documents pass and some don't.
export function offer(those) {
  documents = those;
  for (const button of all("#filters [data-kind]")) {
    const name = button.dataset.kind, days = new Set(documents.map(({ known }) => known.day));
    button.hidden = !named(name) && (name === "day" ? days.size < 2 : !choices(name).length);
  }
  const offered = all("#filters [data-kind]:not([hidden])").map(({ dataset }) => dataset.kind);
  $("#filters").hidden = !offered.length;
  show(offered.includes(shown) ? shown : null);
}

// The values of a filter that not all documents have: [as it is, documents that have it and fit the other filters].
function choices(name) {
  const found = new Map();
  const others = Object.keys(LABELS).filter((other) => other !== name);
  for (const { known } of documents) {
    const counts = others.every((other) => fits(other, known));
    for (const value of valuesOf(name, known)) {
      const key = value.toLowerCase(), choice = found.get(key) ?? { key, value, all: 0, count: 0 };
      choice.all += 1;
      choice.count += counts;
      found.set(key, choice);
    }
  }
  for (const [key, value] of wanted[name]) if (!found.has(key)) found.set(key, { key, value, all: 0, count: 0 });
  const isChoice = ({ key, all }) => wanted[name].has(key) || all < documents.length;
  const order = new Intl.Collator(undefined, { numeric: true });
  return [...found.values()].filter(isChoice).sort((a, b) => order.compare(a.value, b.value));
}

// "2019-03-02 to 2024-11-30": the first day and the last.
function span() {
  const days = documents.map(({ known }) => known.day).filter(Boolean).sort();
  return `${days[0]} to ${days.at(-1)}`;
}

// Show the values of a filter; null for none.
function show(name) {
  const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
  if (name !== shown) $("#choice").value = "";
  shown = name;
  panel.hidden = !name;
  for (const button of all("#filters [data-kind]")) button.setAttribute("aria-expanded", String(button.dataset.kind === name));
  if (!name) return;
  const offered = name === "day" ? [] : choices(name).filter(({ key, count }) => count || wanted[name].has(key));
  $(".days", panel).hidden = name !== "day";
  $("legend", panel).textContent = name === "day" ? DAY + span() : LABELS[name];
  $("#choice").hidden = offered.length <= MANY;
  list.hidden = name === "day";
  list.replaceChildren(...offered.map(({ key, value, count }) => {
    const item = copy("#choosing"), box = $("input", item);
    Object.assign(box, { value: key, checked: wanted[name].has(key) });
    $("bdi", item).textContent = value;
    $(".count", item).textContent = count;
    return item;
  }));
  narrow();
  if (focused !== null) all("input", list).find((box) => box.value === focused)?.focus();
}

// Show the values that contain all the words in the search box.
function narrow() {
  const words = $("#choice").hidden ? [] : $("#choice").value.toLowerCase().split(/\s+/);
  for (const item of list.children) item.hidden = !words.every((word) => $("input", item).value.includes(word));
}

// Say what the filters are, how many documents they admit, and how many of these are searched.
export function tell(count, searched) {
  for (const button of all("#filters [data-kind]")) {
    const name = named(button.dataset.kind);
    button.textContent = name ? `${LABELS[button.dataset.kind]}: ${name}` : LABELS[button.dataset.kind];
    button.classList.toggle("on", Boolean(name));
  }
  $("#filtered").hidden = !text();
  const those = searched === count ? "these" : `${searched} of these`;
  $("#filtered span").textContent = text() && `${count} of ${documents.length} documents. Questions are answered from ${those}.`;
}

$("#filters .kinds").addEventListener("click", ({ target }) => {
  const name = target.closest("[data-kind]")?.dataset.kind;
  if (name) show(name === shown ? null : name);
});

panel.addEventListener("change", ({ target }) => {
  if (target.type === "checkbox") {
    if (target.checked) wanted[shown].set(target.value, $("bdi", target.parentElement).textContent);
    else wanted[shown].delete(target.value);
  }
  if (target !== $("#choice")) changed();
});

$("#choice").addEventListener("input", narrow);

$("#filters").addEventListener("keydown", (event) => {
  const isEmptied = event.target.type === "search" && event.target.value; // by the browser
  if (event.key !== "Escape" || !shown || isEmptied) return;
  const button = $(`#filters [data-kind=${shown}]`);
  event.preventDefault();
  show(null);
  button.focus();
});

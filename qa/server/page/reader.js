// A document, opened over the page: its text in parts, or the pages of a PDF as pictures; its sections, the
// citations of the answer that are in it, and what is looked for. The server finds and marks everything.

import { call, fetchFile } from "./api.js";
import { $, all, narrow, pane, save, toast } from "./dom.js";
import { amend, enter, leave } from "./history.js";

const dialog = $("#whole"), text = $(".text", dialog), looked = $("#look"), contents = $("#contents");
const ZOOMS = [1, 1.5, 2, 3]; // times the width of the dialog
const PAUSE = 200; // milliseconds after the last key until the text is searched
let now = null; // what is shown, and how
let as = "page"; // how PDFs are shown: as pages, or as text
let zoomed = narrow.matches ? 2 : 0; // of ZOOMS; a page in the width of a phone cannot be read
let ticket = 0; // of the last request; the answers to earlier ones come too late
let typing;

const quote = () => $("mark:not(.found)", text);
const notice = (line) => ($(".notice", dialog).textContent = line);
const tell = (problem) => (dialog.open ? notice : toast)(problem); // a toast would be below the document
const show = (what) => (now.view === "page" ? showPage(what) : showText(what));

// Open a document with a place of it marked, or at its beginning. It is named by its id, or by its path if the
// browser's history or a link leads to it; `isHere` says that this is the present entry of the history.
export async function openDocument(place, isHere = false) {
  const { document: id = "", path = "", start = 0, end = 0, page = null, find = "" } = place;
  now = { document: id, path, start: Number(start), end: Number(end), quote: place.quote ?? "", find, found: 0, at: null };
  looked.value = find;
  notice("");
  const shown = await showText({ begin: place.begin ?? null, near: find ? now.start : null });
  if (shown.late) return;
  if (shown.problem) {
    if (isHere) closeDocument(), leave(), toast(shown.problem);
    return;
  }
  if (isHere && shown.pages) as = place.text ? "text" : "page";
  if (!dialog.open) dialog.showModal();
  (isHere ? amend : enter)({ document: placed() });
  now.download = shown.download;
  $("[data-act=download]", dialog).hidden = !shown.download;
  $(".views", dialog).hidden = !shown.pages;
  contents.innerHTML = shown.contents;
  $("[data-act=contents]", dialog).hidden = !shown.contents;
  showContents(Boolean(shown.contents) && dialog.clientWidth > 900);
  reveal(quote());
  text.focus({ preventScroll: true });
  if (shown.pages && as === "page") await showPage(page ? { page } : { at: now.at });
  if (shown.note) notice(shown.note);
}

export function closeDocument() {
  ticket++;
  dialog.close();
}

dialog.addEventListener("close", () => {
  ticket++;
  text.replaceChildren();
  leave();
});

// The place that is shown, for the history and the address. The page of the quote needs no number.
function placed() {
  const { path, start, end, quote, find, view, begin, page, pages, own } = now, isText = view === "text";
  return { path, start, end, quote, page: isText || page === own ? null : page, text: isText && pages > 0, begin: isText ? begin : null, find };
}

// --- text and pages ------------------------------------------------------------------------------

const asked = (more) => {
  const { document: id, path, start, end, quote, find } = now;
  return { document: id, path, start, end, quote, find, ...more };
};

async function latest(answer) {
  const mine = ++ticket, result = await answer;
  return mine === ticket ? result : { late: true };
}

// Show the part of the text that begins somewhere, or one that has what is wanted. Returns what the server says.
async function showText({ begin = now.view === "text" ? now.begin : null, offset = null, at = null, near = null } = {}) {
  const result = await latest(call("whole", asked({ begin, offset, at, near })));
  if (result.late) return result;
  if (result.problem) return tell(result.problem), result;
  const top = now.view === "text" && result.begin === now.begin ? text.scrollTop : 0;
  $("h2", dialog).textContent = result.title;
  $(".origin", dialog).innerHTML = result.origin;
  text.innerHTML = result.html;
  text.scrollTop = top;
  arrived("text", result);
  if (result.at !== null) showCurrent();
  else if (offset !== null) reveal($(`[data-at="${offset}"]`, text), "start");
  return result;
}

// Show a page as a picture, or its text if there is none.
async function showPage({ page = null, offset = null, at = null, near = null } = {}) {
  const result = await latest(call("page", asked({ page, offset, at, near })));
  if (result.late) return;
  if (result.problem) {
    if (now.view === "page") await showText();
    $(".views", dialog).hidden = true;
    notice(`${result.problem} This is its text.`);
    return reveal(quote());
  }
  if (page === null && offset === null && at === null && near === null) now.own = result.page;
  text.innerHTML = result.html;
  $("img", text).addEventListener("error", () => notice("This page can't be shown. See it in the text."));
  notice(result.note);
  arrived("page", result);
  zoom(0);
  reveal($("rect.current", text) ?? $("rect.quoted", text));
}

function arrived(view, result) {
  const { document: id, path, start, end, quote, begin, found, at, page = null, pages = now.pages } = result;
  Object.assign(now, { document: id, path, start, end, quote, view, begin, found, at, page, pages });
  if (dialog.open) amend({ document: placed() });
  dialog.classList.toggle("paged", view === "page");
  for (const button of all("[data-view]", dialog)) button.setAttribute("aria-pressed", String(button.dataset.view === view));
  $(".turning", dialog).hidden = view !== "page";
  $("#page-number").value = page;
  $(".of", dialog).textContent = `of ${pages}`;
  const [back, next] = all("[data-act=turn]", dialog);
  back.disabled = page <= 1;
  next.disabled = page >= pages;
  countFound();
  countCitations();
}

// Bring a place into view; the top if there is none.
function reveal(place, block = "center") {
  if (place) place.scrollIntoView({ block, inline: "center" });
  else text.scrollTo(0, 0);
}

export async function showAs(view) {
  if (view === now.view) return;
  as = view;
  notice("");
  if (view === "page") return showPage(now.at === null ? { offset: offsetInView() } : { at: now.at });
  const marked = $("rect.quoted", text), { at, begin } = now;
  await showText(at === null ? { offset: begin } : { at });
  if (marked && at === null) reveal(quote());
}

// The quote, if it can be seen; otherwise the beginning of the page whose text is in the middle.
function offsetInView() {
  const box = text.getBoundingClientRect(), top = (place) => place.getBoundingClientRect().top;
  const mark = quote();
  if (mark && top(mark) >= box.top && top(mark) < box.bottom) return now.start;
  const label = all(".page[data-at]", text).filter((line) => top(line) < (box.top + box.bottom) / 2).pop();
  return label ? Number(label.dataset.at) : now.start;
}

export const part = (begin) => showText({ begin }).then(() => reveal(null));

export function section(offset) {
  if (narrow.matches) showContents(false);
  show({ offset });
  text.focus({ preventScroll: true });
}

export function showContents(on = contents.hidden) {
  contents.hidden = !on;
  $("[data-act=contents]", dialog).setAttribute("aria-expanded", String(on));
}

export function turn(step) {
  const page = now.page + step;
  if (now.view === "page" && page >= 1 && page <= now.pages) showPage({ page });
}

export function zoom(step) {
  zoomed = Math.max(0, Math.min(ZOOMS.length - 1, zoomed + step));
  const figure = $("figure", text);
  if (figure) figure.style.width = `${100 * ZOOMS[zoomed]}%`;
  const [smaller, larger] = all("[data-act=zoom]", dialog);
  smaller.disabled = zoomed === 0;
  larger.disabled = zoomed === ZOOMS.length - 1;
}

$(".turning", dialog).addEventListener("submit", (event) => {
  event.preventDefault();
  const page = Number($("#page-number").value);
  if (Number.isInteger(page) && page >= 1) showPage({ page: Math.min(page, now.pages) });
  else $("#page-number").value = now.page;
});

// --- what is looked for --------------------------------------------------------------------------

function countFound() {
  const { find, found, at } = now;
  const place = at === null ? "" : `${at + 1} of `;
  $(".looking [role=status]", dialog).textContent = !find ? "" : found ? `${place}${found >= 1000 ? "1000+" : found}` : "Not found";
  for (const button of all(".looking button", dialog)) button.hidden = !found;
}

function showCurrent() {
  for (const old of all("mark.current", text)) old.classList.remove("current");
  const places = all(`mark.found[data-number="${now.at}"]`, text);
  for (const place of places) place.classList.add("current");
  if (places.length) reveal(places[0]);
  countFound();
}

async function lookNow() {
  clearTimeout(typing);
  typing = null;
  now.find = looked.value.trim();
  const near = now.view === "page" ? now.begin : Math.max(now.begin, now.start);
  await show({ page: now.page, near: now.find ? near : null });
}

export async function look(step) {
  if (typing || looked.value.trim() !== now.find || now.at === null) return lookNow();
  if (!now.found) return;
  const at = (now.at + step + now.found) % now.found;
  if (now.view === "text" && $(`mark.found[data-number="${at}"]`, text)) return (now.at = at), showCurrent();
  await show({ at });
}

looked.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(lookNow, PAUSE);
});
looked.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !looked.value) return;
  event.preventDefault(); // the first Escape empties the box, the next one closes the document
  event.stopPropagation();
  looked.value = "";
  lookNow();
});
$(".looking", dialog).addEventListener("submit", (event) => event.preventDefault());
looked.addEventListener("keydown", (event) => event.key === "Enter" && look(event.shiftKey ? -1 : 1));

// --- citations -----------------------------------------------------------------------------------

// The places in this document that the selected answer cites, or that are nearest to its question.
function citations() {
  const places = all(".cards.selected .number", pane).filter(({ dataset }) => dataset.document === now.document);
  return places.map(({ dataset }) => ({ start: Number(dataset.start), end: Number(dataset.end) }));
}

function countCitations() {
  const places = citations(), at = places.findIndex(({ start, end }) => start === now.start && end === now.end);
  const name = $(".cards.selected.nearest", pane) ? "Passage" : "Citation";
  $(".citing", dialog).hidden = places.length === 0 || (places.length === 1 && at === 0);
  $(".citing [role=status]", dialog).textContent = at < 0 ? `${places.length} ${name.toLowerCase()}${places.length > 1 ? "s" : ""}` : `${name} ${at + 1} of ${places.length}`;
}

export async function cite(step) {
  const places = citations(), at = places.findIndex(({ start, end }) => start === now.start && end === now.end);
  const next = at < 0 ? (step > 0 ? 0 : places.length - 1) : (at + step + places.length) % places.length;
  Object.assign(now, places[next], { quote: "" });
  await show(now.view === "page" ? {} : { begin: null });
  if (now.view === "text") reveal(quote());
}

// --- the file, and keys --------------------------------------------------------------------------

export async function download() {
  const { blob, name, problem } = await fetchFile(now.download);
  if (problem) tell(problem);
  else save(blob, name);
}

dialog.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input");
  const finds = (event.key === "f" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !isTyping);
  if (finds) event.preventDefault(), looked.select();
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step && !isTyping && now.view === "page" && text.scrollWidth <= text.clientWidth) turn(step);
});

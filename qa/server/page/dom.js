// The parts of the page, and what its scripts share. All scripts are loaded after the frame.

import { enter } from "./history.js";

export const root = document.querySelector("#page");
export const $ = (selector, within = root) => within.querySelector(selector);
export const all = (selector, within = root) => [...within.querySelectorAll(selector)];
export const log = $("#log");
export const pane = $("#sources");
export const box = $("#ask");
export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
export const narrow = matchMedia("(max-width: 860px)");
export const submits = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing;

export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

// A copy of the content of one of the page's templates.
export const copy = (template) => $(template).content.firstElementChild.cloneNode(true);

// Text that reverses nothing around it, whatever its writing direction.
export const isolate = (text) => "\u2068" + text + "\u2069";

export function bringIntoView(turn, behavior = reducedMotion.matches ? "auto" : "smooth") {
  turn?.scrollIntoView({ behavior, block: turn.offsetHeight > log.clientHeight ? "start" : "end" });
}

export function fitBox() {
  box.style.height = "auto";
  box.style.height = box.scrollHeight + "px";
}

// The name under which the browser keeps something: by itself for each folder, if the server has several.
const folder = $("#folder")?.dataset.folder;
export const storageKey = (name) => (folder ? `qa/${folder}:` : "qa:") + name;

// The question that is being typed outlives a reload, and a login in between, as long as the tab is open.
const DRAFT = storageKey("draft");

export function keepDraft() {
  try {
    sessionStorage.setItem(DRAFT, box.value);
  } catch {}
}

export function restoreDraft() {
  try {
    box.value ||= sessionStorage.getItem(DRAFT) ?? "";
  } catch {}
  fitBox();
}

const usualTab = () => (narrow.matches ? "chat" : "sources");

export function showTab(name) {
  enter({ tab: name === usualTab() ? "" : name });
  displayTab(name);
}

// The answers are a tab only where the page is narrow.
export function displayTab(wanted = "") {
  const name = wanted && (narrow.matches || wanted !== "chat") ? wanted : usualTab();
  for (const other of ["chat", "sources", "documents"]) {
    const button = $(`#tab-${other}`), on = other === name;
    button.setAttribute("aria-selected", String(on));
    button.tabIndex = on ? 0 : -1;
    if (other !== "chat" && name !== "chat") $(`#${other}`).hidden = !on;
  }
  root.dataset.tab = name;
}

export const isMenuOpen = () => $("#conversations").classList.contains("open");

export function showMenu(on) {
  $("#conversations").classList.toggle("open", on);
  $("#menu").setAttribute("aria-expanded", String(on));
  if (on) $("#conversations button").focus();
}

// Show a line for as long as it takes to read it, with a button to undo what it tells if that can be undone.
let hiding;
export function toast(line, undo = null) {
  const place = $("dialog[open] .toast") ?? $("#toast"); // an open document covers the other
  const hide = () => {
    if (undo && place.matches(":hover, :focus-within")) hiding = setTimeout(hide, 1000);
    else place.replaceChildren();
  };
  clearTimeout(hiding);
  for (const other of all(".toast")) other.replaceChildren();
  place.textContent = line;
  if (undo) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: "Undo", onclick: () => (place.replaceChildren(), undo()) });
    place.append(button);
  }
  hiding = setTimeout(hide, undo ? 10000 : Math.max(4000, 80 * line.length));
}

export function confirmFirst(title, text, action, done) {
  const dialog = $("#confirm"), button = $("#confirmed");
  $("h2", dialog).textContent = title;
  $("p", dialog).textContent = text;
  button.textContent = action;
  button.onclick = () => (dialog.close(), done());
  dialog.showModal();
}

// Let the browser save a file.
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// Clicks and keys -> acts; and the start of the page.

import * as conversations from "./conversations.js";
import { mayChange } from "./api.js";
import {
  $, all, box, fitBox, isMenuOpen, keepDraft, log, narrow, restoreDraft, root, showMenu, showTab, submits,
} from "./dom.js";
import { attach, choose, forgetMissing, poll, removeDocument } from "./documents.js";
import { showQuotesOfNumbers } from "./peek.js";
import * as reader from "./reader.js";
import { backToMark, explain, follow, select } from "./sources.js";
import {
  ask, askExactly, begin, copyAnswer, copyText, discard, edit, exportTurns, openConversation, pending, rate, retry, saveMarkdown, stopAsking,
} from "./chat.js";

const turnOf = (button) => Number(button.closest(".turn").dataset.turn);

const acts = {
  menu: () => showMenu(!isMenuOpen()),
  new: () => (showMenu(false), begin()),
  open: ({ dataset }) => (showMenu(false), openConversation(conversations.load(dataset.id) ?? conversations.fresh())),
  discard: ({ dataset }) => discard(dataset.id ?? conversations.current.id, dataset.id ? "Delete" : "Clear"),
  export: () => exportTurns(conversations.current.turns, saveMarkdown),
  stop: stopAsking,
  all: () => choose(null),
  only: (button) => choose([$("input", button.closest("li")).value]),
  suggest: (button) => ask(button.textContent),
  retry: (button) => retry(turnOf(button)),
  exact: (button) => askExactly(turnOf(button)),
  edit: (button) => edit(turnOf(button)),
  copy: (button) => copyAnswer(turnOf(button)),
  cite: ({ dataset }) => copyText(dataset.text, "Citation copied."),
  rate,
  whole: ({ dataset }) => reader.openDocument(dataset),
  part: ({ dataset }) => reader.part(Number(dataset.begin)),
  section: ({ dataset }) => reader.section(Number(dataset.at)),
  contents: () => reader.showContents(),
  view: ({ dataset }) => reader.showAs(dataset.view),
  turn: ({ dataset }) => reader.turn(Number(dataset.step)),
  zoom: ({ dataset }) => reader.zoom(Number(dataset.step)),
  citing: ({ dataset }) => reader.cite(Number(dataset.step)),
  look: ({ dataset }) => reader.look(Number(dataset.step)),
  download: () => reader.download(),
  attach,
  remove: (button) => removeDocument(button.closest("li").dataset),
  forget: forgetMissing,
  keys: () => $("#keys").showModal(),
  close: (button) => button.closest("dialog").close(),
};

root.addEventListener("click", (event) => {
  if (isMenuOpen() && !event.target.closest("#conversations, #menu")) showMenu(false);
  const link = event.target.closest("a[href^='#source-']");
  if (link) return event.preventDefault(), follow(link); // the address of the page stays as it is
  const button = event.target.closest("[data-act]");
  if (button) return acts[button.dataset.act]?.(button);
  if (getSelection().toString()) return; // text was selected to be copied
  const card = event.target.closest("#sources .card");
  if (card) return select(Number(card.closest(".cards").dataset.turn), card);
  const turn = event.target.closest("#log .turn");
  if (turn && !event.target.closest("details, form")) select(Number(turn.dataset.turn));
});

log.addEventListener("toggle", (event) => event.target.matches(".why") && explain(event.target), true);

$("#composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (pending || !box.value.trim()) return;
  const question = box.value;
  box.value = "";
  keepDraft();
  ask(question);
  fitBox();
});
box.addEventListener("input", () => (keepDraft(), fitBox()));
box.addEventListener("keydown", (event) => {
  if (submits(event)) event.preventDefault(), $("#composer").requestSubmit();
  const last = conversations.current.turns.length - 1;
  if (event.key === "ArrowUp" && !box.value && last >= 0) event.preventDefault(), edit(last);
});

$(".tabs").addEventListener("click", (event) => event.target.role === "tab" && showTab(event.target.id.slice(4)));
$(".tabs").addEventListener("keydown", (event) => {
  const tabs = all(".tabs [role=tab]").filter((button) => button.offsetParent), at = tabs.indexOf(document.activeElement);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step && at >= 0) tabs[(at + step + tabs.length) % tabs.length].focus(), document.activeElement.click();
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches?.("input:not([type=checkbox]), textarea");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  if (event.key === "/") event.preventDefault(), showTab(narrow.matches ? "chat" : root.dataset.tab), box.focus();
  if (event.key === "?") event.preventDefault(), acts.keys();
});

root.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || $("dialog[open]")) return;
  if (isMenuOpen()) showMenu(false), $("#menu").focus();
  else if (event.target.closest("#sources")) backToMark();
  else stopAsking();
});

// --- start ---------------------------------------------------------------------------------------

showQuotesOfNumbers();
showTab("sources");
if (narrow.matches) showTab("chat");
const last = conversations.list()[0];
openConversation((last && conversations.load(last.id)) ?? conversations.fresh());
restoreDraft();
mayChange().then((may) => root.classList.toggle("reader", !may));
poll();
document.addEventListener("visibilitychange", () => document.hidden || poll());
// With a keyboard one can type at once; on a phone the keyboard would cover the page.
if (!narrow.matches && !matchMedia("(pointer: coarse)").matches) box.focus();

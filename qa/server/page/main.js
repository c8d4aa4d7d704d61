// Clicks and keys -> acts; and the start of the page.

import * as conversations from "./conversations.js";
import { mayChange } from "./api.js";
import { addressOfDocument } from "./addresses.js";
import {
  $, all, box, displayTab, fitBox, isMenuOpen, keepDraft, log, narrow, restoreDraft, root, showMenu, showTab, submits, toast,
} from "./dom.js";
import { attach, choose, forgetMissing, poll, removeDocument } from "./documents.js";
import { amend, start, view } from "./history.js";
import { rename } from "./past.js";
import { showQuotesOfNumbers } from "./peek.js";
import * as reader from "./reader.js";
import { backToMark, explain, follow, select, selectAgain } from "./sources.js";
import {
  ask, askExactly, begin, copyAnswer, copyText, discard, edit, exportTurns, openConversation, pending, rate, retry, saveMarkdown, stopAsking,
  switchTo,
} from "./chat.js";

const turnOf = (button) => Number(button.closest(".turn").dataset.turn);

// The address of the page with a place of a document, by default the one that is open.
function linkTo({ path, start: from, end, quote }) {
  const hash = path ? addressOfDocument({ path, start: Number(from), end: Number(end), quote }) : location.hash;
  return location.href.split("#")[0] + hash;
}

const acts = {
  menu: () => showMenu(!isMenuOpen()),
  new: () => (showMenu(false), begin()),
  open: ({ dataset }) => (showMenu(false), switchTo(conversations.load(dataset.id) ?? conversations.fresh())),
  rename,
  discard,
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
  link: ({ dataset }) => copyText(linkTo(dataset), "Link copied."),
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
  if (link) return event.preventDefault(), follow(link);
  if (event.target.closest(".skip")) return event.preventDefault(), box.focus(); // which is no place in the history
  if (event.target.closest("#ended a")) event.target.closest("a").hash = location.hash; // to be back after the login
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
  if (event.key !== "Escape" || event.defaultPrevented || $("dialog[open], :popover-open")) return;
  if (isMenuOpen()) showMenu(false), $("#menu").focus();
  else if (event.target.closest("#sources")) backToMark();
  else stopAsking();
});

// --- views ---------------------------------------------------------------------------------------

const ELSEWHERE = "That conversation is not kept in this browser.";

// Show a view: the first one, or that of the entry which the reader has gone back or forward to.
function arrive({ conversation: id, kept, tab, turn, card, document: place, question }, isFirst = false) {
  for (const dialog of all("dialog[open]:not(#whole)")) dialog.close();
  if (!place) reader.closeDocument();
  displayTab(tab);
  const selected = turn === null ? undefined : { turn, card };
  if (question) begin(), amend({ question: "" }), (box.value = question.slice(0, box.maxLength)), keepDraft(), fitBox();
  else if (isFirst || (id && id !== conversations.current.id)) openConversation(conversationOf(id, kept), selected);
  else if (conversations.current.turns.length) selectAgain(selected);
  if (place) reader.openDocument(place, true);
}

function conversationOf(id, kept) {
  const newest = conversations.list()[0]?.id, stored = conversations.load(id || newest);
  if (kept && !stored) toast(ELSEWHERE);
  return stored ?? { ...conversations.fresh(), ...(id && !kept && { id }) };
}

// --- start ---------------------------------------------------------------------------------------

showQuotesOfNumbers();
arrive(start(arrive), true);
restoreDraft();
mayChange().then((may) => root.classList.toggle("reader", !may));
poll();
document.addEventListener("visibilitychange", () => document.hidden || poll());
narrow.addEventListener("change", () => displayTab(view.tab));
// With a keyboard one can type at once; on a phone the keyboard would cover the page.
if (!narrow.matches && !matchMedia("(pointer: coarse)").matches) box.focus();

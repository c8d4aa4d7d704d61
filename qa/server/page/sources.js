// The sources beside the answers: the pane holds the cards of all turns and shows those of the selected one.

import { call } from "./api.js";
import * as conversations from "./conversations.js";
import { $, all, box, calm, log, narrow, pane, showTab, toast } from "./dom.js";

export const NO_SOURCES =
  '<p class="empty">The sources of an answer appear here. Each number in an answer opens the passage it was taken from.</p>';

// Show the cards of a turn, and with a card its whole passage.
export function select(number, card = null) {
  for (const old of all(".selected", pane)) old.classList.remove("selected");
  for (const old of all("[aria-current]", log)) old.removeAttribute("aria-current");
  for (const turn of all(".turn", log)) turn.classList.toggle("selected", Number(turn.dataset.turn) === number);
  $(`.cards[data-turn="${number}"]`, pane)?.classList.add("selected");
  if (card) {
    card.classList.add("selected");
    for (const link of all("a.mark, a.near", log)) if (link.hash === "#" + card.id) link.setAttribute("aria-current", "true");
  } else pane.scrollTop = 0;
  conversations.selectSource(conversations.current, number === null ? null : { turn: number, card: card?.id });
}

function reveal(card) {
  showTab("sources");
  const target = $("mark", card) || card;
  target.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "center" });
  card.focus({ preventScroll: true });
}

export function follow(link) {
  const card = document.getElementById(link.hash.slice(1));
  if (!card) return;
  select(Number(card.closest(".cards").dataset.turn), card);
  reveal(card);
}

// From a card back to where it is cited.
export function backToMark() {
  const link = $("a[aria-current]", log);
  if (narrow.matches) showTab("chat");
  (link ?? box).focus();
}

export async function openWhole({ document: id, start, end, begin }) {
  const got = await call("whole", { document: id, start: Number(start), end: Number(end), begin: begin ? Number(begin) : null });
  if (got.problem) return toast(got.problem);
  const dialog = $("#whole"), text = $(".text", dialog);
  $("h2", dialog).textContent = got.title;
  $(".origin", dialog).innerHTML = got.origin;
  text.innerHTML = got.html;
  if (!dialog.open) dialog.showModal();
  const mark = begin ? null : $("mark", text);
  if (mark) mark.scrollIntoView({ block: "center" });
  else text.scrollTop = 0;
  text.focus({ preventScroll: true });
}

export async function explain(details) {
  const number = Number(details.closest(".turn").dataset.turn), turn = conversations.current.turns[number];
  const body = $("div", details);
  if (!details.open || body.hasChildNodes() || !turn) return;
  body.textContent = "Looking again …";
  const { question, documents, text } = turn;
  const got = await call("why", { question, documents, text, history: conversations.turnsBefore(number) });
  if (got.problem) body.textContent = got.problem;
  else body.innerHTML = got.html;
  details.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
}

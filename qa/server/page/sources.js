// The sources next to the answers. The pane holds the cards of all turns and shows those of the selected turn.

import { call } from "./api.js";
import * as conversations from "./conversations.js";
import { $, all, box, displayTab, log, narrow, pane, reducedMotion, showTab } from "./dom.js";
import { amend, enter, view } from "./history.js";

export const NO_SOURCES =
  '<p class="empty">The sources of an answer appear here. Each number in an answer opens the passage it comes from.</p>';

// Show the cards of a turn, and the whole passage of one of them. A card may have several numbers.
export function select(number, card = null, id = card?.id) {
  for (const old of all(".selected", pane)) old.classList.remove("selected");
  for (const old of all("[aria-current]", log)) old.removeAttribute("aria-current");
  for (const turn of all(".turn", log)) turn.classList.toggle("selected", Number(turn.dataset.turn) === number);
  $(`.cards[data-turn="${number}"]`, pane)?.classList.add("selected");
  if (card) {
    card.classList.add("selected");
    for (const link of all("a.mark, a.near", log)) if (link.hash === "#" + id) link.setAttribute("aria-current", "true");
  } else pane.scrollTop = 0;
  conversations.selectSource(conversations.current, number === null ? null : { turn: number, card: id });
  amend({ turn: number, card: card ? id : "" });
}

// Select what was selected before; of the last turn, if nothing was.
export function selectAgain(selected) {
  const { card, mark } = cardOf(selected?.card);
  select(selected?.turn ?? conversations.current.turns.length - 1, card, selected?.card);
  (mark ?? card)?.scrollIntoView({ block: "center" });
}

// The card with an id or with a number that has it, and the quote of that number.
export function cardOf(id) {
  const target = document.getElementById(id ?? ""), card = target?.closest(".card") ?? null;
  const quote = Number((target === card ? card && $(".number", card) : target)?.dataset.quote ?? 0);
  return { card, mark: card && ((quote && $(`mark[data-quote="${quote}"]`, card)) || $("mark", card)) };
}

export function follow(link) {
  const id = link.hash.slice(1), { card, mark } = cardOf(id);
  if (!card) return;
  const turn = Number(card.closest(".cards").dataset.turn);
  enter({ tab: narrow.matches ? "sources" : "", turn, card: id });
  displayTab(view.tab);
  select(turn, card, id);
  (mark ?? card).scrollIntoView({ behavior: reducedMotion.matches ? "auto" : "smooth", block: "center" });
  card.focus({ preventScroll: true });
}

// From a card back to the number that cites it.
export function backToMark() {
  const link = $("a[aria-current]", log);
  if (narrow.matches) showTab("chat");
  (link ?? box).focus();
}

export async function explain(details) {
  const number = Number(details.closest(".turn").dataset.turn), turn = conversations.current.turns[number];
  const body = $("div", details);
  if (!details.open || body.hasChildNodes() || !turn) return;
  body.textContent = "Loading…";
  const { question, documents, text } = turn;
  const result = await call("why", { question, documents, text, history: conversations.turnsBefore(number) });
  if (result.problem) body.textContent = result.problem;
  else body.innerHTML = result.html;
  details.scrollIntoView({ behavior: reducedMotion.matches ? "auto" : "smooth", block: "nearest" });
}

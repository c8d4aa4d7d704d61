// The chat: questions and answers. The server returns each turn as HTML, with the record to keep.

import { ENDED, call } from "./api.js";
import * as conversations from "./conversations.js";
import { chosen, searchedText, whyNone } from "./documents.js";
import {
  $, all, box, bringIntoView, copy, displayTab, fitBox, keepDraft, log, narrow, pane, parse, save, showTab, submits,
  toast,
} from "./dom.js";
import { amend, enter, view } from "./history.js";
import { showPast, showWithout } from "./past.js";
import { NO_SOURCES, select, selectAgain } from "./sources.js";

export let pending = null; // the question that is being answered

function place(number, html, cards) {
  const turn = parse(html);
  const old = $(`#turn-${number}`);
  if (old) old.replaceWith(turn);
  else log.append(turn);
  if (cards !== null) $(`.cards[data-turn="${number}"]`, pane)?.remove(); // null keeps the present ones
  if (cards) pane.append(parse(cards));
  return turn;
}

// Ask a question as the turn with a number: a new turn, or one that is asked again.
export async function ask(question, number = conversations.current.turns.length, documents = chosen) {
  question = question.trim();
  if (!question || pending) return;
  if (documents?.length === 0) return (box.value = question), showTab("documents"), toast(whyNone());
  const mine = (pending = { question, number, conversation: conversations.current });
  const turn = copy("#pending");
  turn.id = `turn-${number}`;
  turn.dataset.turn = number;
  $(".asked p", turn).textContent = question;
  $(".searching", turn).textContent = `Searching ${searchedText(documents)}…`;
  place(number, turn.outerHTML, null);
  show();
  bringIntoView($(`#turn-${number}`));
  const exact = conversations.current.turns[number]?.exact;
  const result = await call("ask", { question, history: conversations.turnsBefore(number), documents, number });
  if (pending !== mine) return; // stopped, or another conversation has been opened
  pending = null;
  if (result.problem === ENDED && !box.value && !conversations.current.turns[number]) {
    box.value = question; // to be sent after the login, which the failed turn does not outlive
    keepDraft();
    fitBox();
  }
  if (result.problem) return fail(mine, result.problem);
  conversations.current.turns[number] = exact ? { ...result.record, exact } : result.record;
  conversations.save(conversations.current);
  place(number, result.html, result.cards); // where the question is: nothing moves
  select(number);
  show();
}

function fail(mine, problem) {
  const turn = $(`#turn-${mine.number}`);
  $(".answer", turn).replaceWith(copy("#failed"));
  $(".answer p", turn).textContent = problem;
  show();
}

export function stopAsking() {
  if (!pending) return;
  const mine = pending;
  pending = null;
  fail(mine, "Stopped.");
}

// Ask again in the same place. The turns after it stay as they are.
export function retry(number) {
  const turn = conversations.current.turns[number];
  ask(turn?.question ?? $(`#turn-${number} .asked p`).textContent, number, turn ? turn.documents : chosen);
}

// Ask again without regard to the turns before it.
export function askExactly(number) {
  if (pending) return;
  conversations.current.turns[number].exact = true;
  retry(number);
}

// Ask another question instead of one. The turns after it were about the old question and are deleted.
export function edit(number) {
  const asked = $(`#turn-${number} .asked`);
  if (pending || $("form", asked)) return;
  const form = copy("#editing");
  const field = $("textarea", form);
  field.value = $("p", asked).textContent;
  asked.append(form);
  const close = () => (form.remove(), $("button", asked).focus());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = field.value.trim();
    if (!question) return;
    cut(number);
    ask(question, number);
    box.focus();
  });
  $("[data-act=unedit]", form).addEventListener("click", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (submits(event)) event.preventDefault(), form.requestSubmit();
  });
  field.focus();
}

function cut(number) {
  if (!number && !conversations.current.named) conversations.current.title = ""; // the first question, which has changed
  conversations.current.turns.length = Math.min(conversations.current.turns.length, number);
  for (const turn of all(".turn", log)) if (Number(turn.dataset.turn) >= number) turn.remove();
  for (const cards of all(".cards", pane)) if (Number(cards.dataset.turn) >= number) cards.remove();
  conversations.save(conversations.current);
}

// --- conversations -------------------------------------------------------------------------------

// Show a conversation with a source of it, by default the one that was selected last.
export async function openConversation(next, selected = next.selected) {
  stopAsking();
  conversations.use(next);
  log.replaceChildren();
  pane.replaceChildren();
  show();
  if (!next.turns.length) return amend({ turn: null, card: "" });
  const result = await call("show", { turns: next.turns });
  if (conversations.current !== next) return;
  if (result.problem) return toast(result.problem);
  result.turns.forEach(({ html, cards, text }, number) => {
    next.turns[number].text = text; // follow-ups build on the text that is still in the documents
    showRating(place(number, html, cards), next.turns[number].helpful);
  });
  selectAgain(selected);
  show();
  bringIntoView(log.lastElementChild, "auto");
}

// Open a conversation as a new entry of the browser's history.
export function switchTo(next) {
  const { turn = null, card = "" } = next.selected ?? {}, tab = narrow.matches ? "" : view.tab;
  enter({ conversation: next.id, kept: next.turns.length > 0, turn, card: card ?? "", tab });
  displayTab(view.tab);
  openConversation(next);
}

export function begin() {
  switchTo(conversations.fresh());
  if (!narrow.matches) box.focus();
}

export function discard(button) {
  const id = button.dataset.id ?? conversations.current.id, isCurrent = id === conversations.current.id;
  const deleted = isCurrent ? conversations.current : conversations.load(id);
  conversations.remove(id);
  if (isCurrent) openConversation(conversations.fresh());
  if (button.dataset.id) showWithout(button);
  else if (!narrow.matches) box.focus();
  toast("Conversation deleted.", deleted && (() => {
    conversations.restore(deleted);
    if (isCurrent) switchTo(deleted);
    else showPast();
  }));
}

function show() {
  amend({ conversation: conversations.current.id, kept: conversations.current.turns.length > 0 });
  $("#welcome").hidden = log.children.length > 0;
  $("#send").hidden = Boolean(pending);
  $("#stop").hidden = !pending;
  for (const button of all("#top [data-act=export], #top [data-act=discard]")) button.disabled = !conversations.current.turns.length;
  if (!pane.children.length) pane.innerHTML = NO_SOURCES;
  else if (pane.children.length > 1) $(".empty", pane)?.remove();
  showPast();
}

// --- copy, export, rate --------------------------------------------------------------------------

// Copy text, and the same as HTML if there is any, for programs that take it.
export async function copyText(text, message, html = "") {
  try {
    const blob = (type, content) => ({ [type]: new Blob([content], { type }) });
    if (!html) await navigator.clipboard.writeText(text);
    else await navigator.clipboard.write([new ClipboardItem({ ...blob("text/plain", text), ...blob("text/html", html) })]);
  } catch {
    // Browsers offer no clipboard to pages without https, such as one in the local network.
    const put = (event) => {
      event.preventDefault();
      event.clipboardData.setData("text/plain", text);
      if (html) event.clipboardData.setData("text/html", html);
    };
    document.addEventListener("copy", put, { once: true });
    document.execCommand("copy");
    document.removeEventListener("copy", put);
  }
  toast(message);
}

export async function copyAnswer(number) {
  const result = await call("copied", { turn: conversations.current.turns[number] });
  if (result.problem) toast(result.problem);
  else copyText(result.text, "Answer copied.", result.html);
}

export async function exportTurns(turns, use) {
  const result = await call("export", { turns });
  if (result.problem) toast(result.problem);
  else use(result.markdown);
}

export function saveMarkdown(markdown) {
  const name = conversations.current.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60).replace(/^-|-$/g, "") || "conversation";
  save(new Blob([markdown], { type: "text/markdown" }), name + ".md");
}

export async function rate(button) {
  const turn = button.closest(".turn"), number = Number(turn.dataset.turn), record = conversations.current.turns[number];
  const helpful = button.dataset.helpful === "yes";
  $(".comment", turn)?.remove();
  if (!(await sendRating(turn, number, record, helpful, ""))) return;
  const form = copy("#commenting");
  const field = $("input", form);
  $("label", form).textContent = helpful ? "What was good? (optional)" : "What was wrong? (optional)";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!field.value.trim() || (await sendRating(turn, number, record, helpful, field.value))) form.remove(), toast("Saved on this computer.");
  });
  $(".actions", turn).after(form);
  field.focus({ preventScroll: true });
  bringIntoView(turn);
}

async function sendRating(turn, number, record, helpful, comment) {
  const result = await call("rate", { turn: record, helpful, comment, history: conversations.turnsBefore(number) });
  if (result.problem) toast(result.problem);
  else showRating(turn, (record.helpful = helpful)), conversations.save(conversations.current);
  return !result.problem;
}

function showRating(turn, helpful) {
  for (const button of all("[data-act=rate]", turn)) button.setAttribute("aria-pressed", String((button.dataset.helpful === "yes") === helpful));
}

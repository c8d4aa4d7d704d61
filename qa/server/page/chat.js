// The chat: questions and answers. The server gives each turn as HTML together with the record that is kept.

import { call } from "./api.js";
import * as conversations from "./conversations.js";
import { chosen } from "./documents.js";
import { $, all, askFirst, box, bringIntoView, copied, enters, log, made, narrow, nearEnd, pane, toast } from "./dom.js";
import { NO_SOURCES, select } from "./sources.js";

export let waiting = null; // the question that is being answered

function place(number, html, cards) {
  const turn = made(html);
  const old = $(`#turn-${number}`);
  if (old) old.replaceWith(turn);
  else log.append(turn);
  if (cards !== null) $(`.cards[data-turn="${number}"]`, pane)?.remove(); // null: those that are there stay
  if (cards) pane.append(made(cards));
  return turn;
}

// Ask a question as the turn of a number: a new one, or in the place of one that is asked again.
export async function ask(question, number = conversations.current.turns.length, documents = chosen) {
  question = question.trim();
  if (!question || waiting) return;
  const mine = (waiting = { question, number, conversation: conversations.current });
  const pending = copied("#pending");
  pending.id = `turn-${number}`;
  pending.dataset.turn = number;
  $(".asked p", pending).textContent = question;
  place(number, pending.outerHTML, null);
  show();
  bringIntoView($(`#turn-${number}`));
  const got = await call("ask", { question, history: conversations.turnsBefore(number), documents, number });
  if (waiting !== mine) return; // stopped, or another conversation is open by now
  waiting = null;
  if (got.problem) return fail(mine, got.problem);
  conversations.current.turns[number] = got.record;
  conversations.save(conversations.current);
  const turn = place(number, got.html, got.cards);
  select(number);
  show();
  bringIntoView(turn);
  if (got.more) suggest(mine, got.record);
}

function fail(mine, problem) {
  const pending = $(`#turn-${mine.number}`);
  $(".answer", pending).replaceWith(copied("#failed"));
  $(".answer p", pending).textContent = problem;
  show();
}

export function stopAsking() {
  if (!waiting) return;
  const mine = waiting;
  waiting = null;
  fail(mine, "Stopped.");
}

// What a refused question can be replaced by is asked beforehand on the server, and comes after the refusal.
async function suggest(mine, record) {
  const { question, number } = mine;
  const got = await call("suggest", { question, history: conversations.turnsBefore(number), documents: record.documents });
  if (conversations.current !== mine.conversation || conversations.current.turns[number] !== record || !got.html) return;
  record.suggestions = got.suggestions;
  conversations.save(conversations.current);
  const near = nearEnd();
  $(`#turn-${number} .answer .why`)?.insertAdjacentHTML("beforebegin", got.html);
  if (near) bringIntoView($(`#turn-${number}`));
}

// Ask again in the same place; the turns after it stay as they are.
export function retry(number) {
  const turn = conversations.current.turns[number];
  ask(turn?.question ?? $(`#turn-${number} .asked p`).textContent, number, turn ? turn.documents : chosen);
}

// Another question in the place of one: what came after it was said to the old one, and goes.
export function edit(number) {
  const asked = $(`#turn-${number} .asked`);
  if (waiting || $("form", asked)) return;
  const form = copied("#editing");
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
    if (enters(event)) event.preventDefault(), form.requestSubmit();
  });
  field.focus();
}

function cut(number) {
  if (!number) conversations.current.title = ""; // of the first question, which is another one now
  conversations.current.turns.length = Math.min(conversations.current.turns.length, number);
  for (const turn of all(".turn", log)) if (Number(turn.dataset.turn) >= number) turn.remove();
  for (const cards of all(".cards", pane)) if (Number(cards.dataset.turn) >= number) cards.remove();
  conversations.save(conversations.current);
}

// --- conversations -------------------------------------------------------------------------------

export async function openConversation(next) {
  stopAsking();
  conversations.use(next);
  log.replaceChildren();
  pane.replaceChildren();
  show();
  if (!next.turns.length) return;
  const got = await call("show", { turns: next.turns });
  if (conversations.current !== next) return;
  if (got.problem) return toast(got.problem);
  got.turns.forEach(({ html, cards, text }, number) => {
    next.turns[number].text = text; // follow-ups build on what still stands in the documents
    marked(place(number, html, cards), next.turns[number].helpful);
  });
  const card = document.getElementById(next.selected?.card ?? "");
  select(next.selected?.turn ?? next.turns.length - 1, card);
  if (card) ($("mark", card) ?? card).scrollIntoView({ block: "center" });
  show();
  bringIntoView(log.lastElementChild, "auto");
}

export function begin() {
  openConversation(conversations.fresh());
  if (!narrow.matches) box.focus();
}

export function discard(id, word) {
  const done = () => (conversations.remove(id), id === conversations.current.id ? begin() : show());
  askFirst(`${word} this conversation?`, "Its questions and answers are removed from this browser.", word, done);
}

function show() {
  const some = log.children.length > 0;
  $("#welcome").hidden = some;
  $("#send").hidden = Boolean(waiting);
  $("#stop").hidden = !waiting;
  for (const button of all("#top [data-act=export], #top [data-act=discard]")) button.disabled = !conversations.current.turns.length;
  if (!pane.children.length) pane.innerHTML = NO_SOURCES;
  else if (pane.children.length > 1) $(".empty", pane)?.remove();
  const items = conversations.list().map(({ id, title }) => {
    const item = copied("#kept");
    const [opening, deleting] = all("button", item);
    $("bdi", opening).textContent = title;
    $(".hidden", deleting).textContent = `Delete the conversation “${title}”`;
    opening.dataset.id = deleting.dataset.id = id;
    if (id === conversations.current.id) opening.setAttribute("aria-current", "true");
    return item;
  });
  $("#conversations ul").replaceChildren(...items);
}

// --- what is done with an answer -----------------------------------------------------------------

export async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https (a page in the local network) browsers know no clipboard.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  toast(said);
}

export async function exported(turns, use) {
  const got = await call("export", { turns });
  if (got.problem) toast(got.problem);
  else use(got.markdown);
}

export function saveMarkdown(markdown) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([markdown], { type: "text/markdown" }));
  link.download = (conversations.current.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60).replace(/^-|-$/g, "") || "conversation") + ".md";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export async function rate(button) {
  const turn = button.closest(".turn"), number = Number(turn.dataset.turn), record = conversations.current.turns[number];
  const helpful = button.dataset.helpful === "yes";
  $(".comment", turn)?.remove();
  if (!(await rated(turn, number, record, helpful, ""))) return;
  const form = copied("#commenting");
  const field = $("input", form);
  $("label", form).textContent = helpful ? "Thank you. What was good? (optional)" : "Thank you. What was wrong? (optional)";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!field.value.trim() || (await rated(turn, number, record, helpful, field.value))) form.remove(), toast("Saved on this machine.");
  });
  $(".actions", turn).after(form);
  field.focus({ preventScroll: true });
  bringIntoView(turn);
}

async function rated(turn, number, record, helpful, comment) {
  const got = await call("rate", { turn: record, helpful, comment, history: conversations.turnsBefore(number) });
  if (got.problem) toast(got.problem);
  else marked(turn, (record.helpful = helpful)), conversations.save(conversations.current);
  return !got.problem;
}

function marked(turn, helpful) {
  for (const button of all("[data-act=rate]", turn)) button.setAttribute("aria-pressed", String((button.dataset.helpful === "yes") === helpful));
}

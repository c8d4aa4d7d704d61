// The list of the conversations in this browser: by day, searched, renamed.

import * as conversations from "./conversations.js";
import { $, all, copy } from "./dom.js";

const MANY = 8; // conversations; a longer list gets a search box
const days = $("#conversations .days"), words = $("#recalled");
let isOld = false; // the list that is shown, because a name is being typed in it

export function showPast() {
  isOld = Boolean($("form", days));
  if (isOld) return;
  const { act, id } = document.activeElement?.closest("#conversations li button")?.dataset ?? {};
  const isLong = conversations.list().length > MANY;
  if (!isLong) words.value = "";
  $("#recall").hidden = !isLong;
  const found = conversations.withWords(words.value), groups = [];
  for (const kept of found) {
    const day = dayOf(kept.updated);
    if (groups.at(-1)?.day !== day) groups.push({ day, items: [] });
    groups.at(-1).items.push(itemOf(kept));
  }
  days.replaceChildren(...groups.map(groupOf));
  $("#recall .hint").textContent = found.length ? "" : "None found.";
  if (act) focusOn(act, id);
}

const focusOn = (act, id) => all(`[data-act=${act}]`, days).find(({ dataset }) => dataset.id === id)?.focus();

function groupOf({ day, items }, number) {
  const group = copy("#day"), list = $("ul", group);
  Object.assign($("h2", group), { textContent: day, id: `day-${number}`, hidden: !day });
  if (day) list.setAttribute("aria-labelledby", `day-${number}`);
  list.append(...items);
  return group;
}

function itemOf({ id, title }) {
  const item = copy("#kept"), [opening, naming, deleting] = all("button", item);
  $("bdi", opening).textContent = title;
  $(".hidden", naming).textContent = `Rename the conversation “${title}”`;
  $(".hidden", deleting).textContent = `Delete the conversation “${title}”`;
  for (const button of [opening, naming, deleting]) button.dataset.id = id;
  if (id === conversations.current.id) opening.setAttribute("aria-current", "true");
  return item;
}

function dayOf(time) {
  if (!Number.isFinite(time)) return "";
  const date = new Date(time), now = new Date(), midnight = (moment) => new Date(moment).setHours(0, 0, 0, 0);
  const ago = Math.round((midnight(now) - midnight(date)) / 86400e3);
  if (ago === 0 || ago === 1) return ago ? "Yesterday" : "Today";
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year });
}

// Type a name in place of the title. Leaving the field keeps it, too; Escape does not.
export function rename(button) {
  const { id } = button.dataset, item = button.closest("li"), form = copy("#naming"), field = $("input", form);
  let isOpen = true;
  const close = (name) => {
    if (!isOpen) return;
    isOpen = false;
    form.remove();
    if (name !== null) conversations.rename(id, name.trim());
    if (isOld) return showPast();
    const kept = conversations.list().find((other) => other.id === id);
    if (kept) item.replaceWith(itemOf(kept)); // and nothing else, which may be what is being clicked
  };
  field.value = $("bdi", item).textContent;
  form.addEventListener("submit", (event) => (event.preventDefault(), close(field.value), focusOn("rename", id)));
  field.addEventListener("blur", () => close(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.preventDefault(), close(null), focusOn("rename", id);
  });
  item.append(form);
  field.select();
}

// Show the list without a conversation that was deleted in it. The focus goes to the next one.
export function showWithout(button) {
  const at = all("[data-act=discard]", days).indexOf(button);
  showPast();
  (all("[data-act=discard]", days)[at] ?? $("#conversations [data-act=new]")).focus();
}

words.addEventListener("input", showPast);
words.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !words.value) return;
  event.preventDefault(); // the first Escape empties the box
  words.value = "";
  showPast();
});
document.addEventListener("visibilitychange", () => document.hidden || showPast()); // it may be another day

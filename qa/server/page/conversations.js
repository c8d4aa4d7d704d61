// Conversations, kept in this browser. Each is { id, title, named, updated, selected, turns }, where a turn is
// the server's record of an answer. The list of conversations is stored separately, so that it is read quickly.
// If the browser stores nothing (a private window, no space left), they live as long as the page.

import { storageKey } from "./dom.js";

const KEPT = 60; // conversations, the newest
const memory = new Map();
const LIST = storageKey("conversations");
const key = (id) => storageKey("conversation:" + id);

export let current = fresh(); // the one on the page

function read(name) {
  try {
    const text = localStorage.getItem(name) ?? memory.get(name);
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function write(name, value) {
  const text = JSON.stringify(value);
  memory.delete(name);
  for (;;) {
    try {
      return localStorage.setItem(name, text);
    } catch {
      const oldest = list().slice(1).pop(); // no space left: delete the oldest one
      if (!oldest) return memory.set(name, text);
      remove(oldest.id);
    }
  }
}

function forget(name) {
  memory.delete(name);
  try {
    localStorage.removeItem(name);
  } catch {}
}

export function list() {
  const stored = read(LIST);
  return Array.isArray(stored) ? stored.filter((c) => typeof c?.id === "string") : [];
}

export function fresh() {
  const id = Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
  return { id, title: "", updated: 0, selected: null, turns: [] };
}

export function load(id) {
  const stored = read(key(id));
  if (!Array.isArray(stored?.turns)) return null;
  const turns = stored.turns.filter((turn) => turn?.constructor === Object);
  return { ...fresh(), ...stored, id, title: String(stored.title ?? ""), turns };
}

export function use(conversation) {
  current = conversation;
}

// The questions and answers before a turn; none if it was asked exactly as typed.
export function turnsBefore(number) {
  if (current.turns[number]?.exact) return [];
  return current.turns.slice(0, number).filter((t) => t.text).map((t) => [t.question, t.text]);
}

// An empty conversation is not kept.
export function save(conversation) {
  if (!conversation.turns.length) return remove(conversation.id);
  conversation.title ||= conversation.turns[0].question;
  conversation.updated = Date.now();
  const others = list().filter((c) => c.id !== conversation.id);
  for (const old of others.slice(KEPT - 1)) forget(key(old.id));
  const { id, title, updated } = conversation;
  write(LIST, [{ id, title, updated }, ...others.slice(0, KEPT - 1)]);
  write(key(id), conversation);
}

// Selecting a source does not move the conversation in the list.
export function selectSource(conversation, selected) {
  conversation.selected = selected;
  if (conversation.turns.length) write(key(conversation.id), conversation);
}

export function remove(id) {
  forget(key(id));
  const others = list().filter((c) => c.id !== id);
  try {
    localStorage.setItem(LIST, JSON.stringify(others));
  } catch {
    memory.set(LIST, JSON.stringify(others));
  }
}

// Give a conversation a title that stays when its first question changes; without one, the question is the title.
export function rename(id, title) {
  const conversation = id === current.id ? current : load(id);
  if (!conversation?.turns.length) return;
  conversation.named = title !== "";
  conversation.title = title || conversation.turns[0].question;
  write(key(id), conversation);
  write(LIST, list().map((kept) => (kept.id === id ? { ...kept, title: conversation.title } : kept)));
}

// Keep a conversation that was removed, in its old place.
export function restore(conversation) {
  const { id, title, updated } = conversation;
  const others = list().filter((kept) => kept.id !== id);
  write(LIST, [...others, { id, title, updated }].sort((one, other) => other.updated - one.updated));
  write(key(id), conversation);
}

// The list of those that have all the words in their title, questions and answers.
export function withWords(words) {
  const sought = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (!sought.length) return list();
  return list().filter(({ id, title }) => {
    const texts = (load(id)?.turns ?? []).flatMap(({ question, text }) => [question, text]);
    const all = [title, ...texts].join("\n").replace(/\\(.)|\*/g, "$1").toLowerCase(); // answers are Markdown
    return sought.every((word) => all.includes(word));
  });
}

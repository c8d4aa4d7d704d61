// Conversations as this browser keeps them. Each is { id, title, updated, selected, turns }, where a turn is
// the record that the server made of an answer; the list of them is kept apart, so that it is read quickly.
// Where the browser keeps nothing (a private window, no room left), they live as long as the page.

const KEPT = 60; // conversations, the newest
const memory = new Map();
const LIST = "qa:conversations";
const key = (id) => "qa:conversation:" + id;

export let current = fresh(); // the one that is shown

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
      const oldest = list().slice(1).pop(); // no room left: the oldest one makes some
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
  const found = read(LIST);
  return Array.isArray(found) ? found.filter((c) => typeof c?.id === "string") : [];
}

export function fresh() {
  const id = Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
  return { id, title: "", updated: 0, selected: null, turns: [] };
}

export function load(id) {
  const found = read(key(id));
  if (!Array.isArray(found?.turns)) return null;
  return { ...fresh(), ...found, id, title: String(found.title ?? ""), turns: found.turns.filter((t) => t?.constructor === Object) };
}

export function use(conversation) {
  current = conversation;
}

// What was asked before a turn, and what was answered.
export function turnsBefore(number) {
  return current.turns.slice(0, number).filter((t) => t.text).map((t) => [t.question, t.text]);
}

// An empty conversation is not kept: nobody would find anything in it.
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

// Which source is selected is no news: the conversation stays where it is in the list.
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

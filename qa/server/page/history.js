// The entries of the browser's history. A tab, a cited source, a document and a conversation that are opened make
// one each; whatever else changes, changes the present one. An entry holds its view, of which its address tells
// what can be shared. See addresses.js.

import { START, addressOf, viewOf } from "./addresses.js";

export let view = START; // the present one
let arrive; // shows the view of an entry that the reader has gone back or forward to
let isReturning = false; // from a document that was closed, which takes the browser a moment
const waiting = []; // until then

// `over`: the entry before this one is the same view without the document.
function write(method, next, over) {
  view = next;
  if (isReturning) return waiting.push([method, next, over]);
  const state = { view, over: method === "pushState" ? over : history.state?.over };
  try {
    history[method](state, "", location.pathname + location.search + addressOf(view));
  } catch {} // browsers allow only so many a minute
}

export function enter(changes) {
  const next = { ...view, ...changes };
  if (addressOf(next) === addressOf(view)) amend(changes);
  else write("pushState", next, Boolean(next.document && !view.document));
}

export function amend(changes) {
  const next = { ...view, ...changes };
  if (JSON.stringify(next) !== JSON.stringify(view)) write("replaceState", next);
}

// Leave a document that was closed: back to the entry that it was opened from, if there is one.
export function leave() {
  if (!view.document) return;
  const next = { ...view, document: null };
  if (isReturning || !history.state?.over) return write("replaceState", next);
  isReturning = true;
  write("replaceState", next); // as the page is now, which may have changed below the document
  history.back();
}

// The view to start with: that before a reload, or that of the address.
export function start(show) {
  arrive = show;
  view = read(history.state);
  return view;
}

const read = (state) => (state?.view ? { ...START, ...state.view } : (viewOf(location.hash) ?? view));

addEventListener("popstate", ({ state }) => {
  if (isReturning) {
    isReturning = false;
    for (const entry of waiting.splice(0)) write(...entry);
    return;
  }
  view = read(state);
  arrive?.(view);
});

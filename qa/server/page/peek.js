// The quote behind a number such as [1], shown while the pointer rests on it, or while it has the focus.

import { $, log, root } from "./dom.js";
import { cardOf } from "./sources.js";

const peek = $("#peek");
const PAUSE = 250; // milliseconds on a number before its quote appears; on the way past it, none does
const LONGEST = 400; // characters
let waiting;
let shown = null; // the number whose quote is shown

function quoteOf(link) {
  const { card, mark } = cardOf(link.hash.slice(1));
  if (!mark) return null;
  const same = [...card.querySelectorAll("mark")].filter((other) => other.dataset.quote === mark.dataset.quote);
  const quote = same.map((part) => part.textContent).join(mark.closest("table") ? " | " : "").replace(/\s+/g, " ").trim();
  return { title: $("h3", card).textContent, quote: quote.length > LONGEST ? quote.slice(0, LONGEST) + "…" : quote };
}

function show(link) {
  const content = quoteOf(link);
  if (!content) return;
  shown = link;
  $(".of", peek).textContent = content.title;
  $("blockquote", peek).textContent = content.quote;
  peek.hidden = false;
  link.setAttribute("aria-describedby", "peek");
  const box = link.getBoundingClientRect(), { offsetWidth: width, offsetHeight: height } = peek;
  const below = box.bottom + 6, fits = below + height < innerHeight - 8;
  peek.style.left = `${Math.max(8, Math.min(box.left - 20, innerWidth - width - 8))}px`;
  peek.style.top = `${fits ? below : Math.max(8, box.top - height - 6)}px`;
}

function hide() {
  clearTimeout(waiting);
  shown?.removeAttribute("aria-describedby");
  shown = null;
  peek.hidden = true;
}

function soon(act) {
  clearTimeout(waiting);
  waiting = setTimeout(act, PAUSE);
}

const numberAt = (event) => event.target.closest?.("a.mark");

export function showQuotesOfNumbers() {
  log.addEventListener("pointerover", (event) => {
    const link = numberAt(event);
    if (link && link !== shown && event.pointerType === "mouse") soon(() => (hide(), show(link)));
  });
  log.addEventListener("pointerout", (event) => numberAt(event) && soon(hide));
  peek.addEventListener("pointerenter", () => clearTimeout(waiting)); // the quote can be read, and selected
  peek.addEventListener("pointerleave", () => soon(hide));
  log.addEventListener("focusin", (event) => numberAt(event)?.matches(":focus-visible") && show(numberAt(event)));
  log.addEventListener("focusout", hide);
  log.addEventListener("scroll", hide, { passive: true });
  root.addEventListener("click", (event) => event.target.closest("#peek") || hide());

  // The first Escape only takes the quote away.
  root.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || peek.hidden) return;
      event.preventDefault();
      hide();
    },
    true,
  );
}

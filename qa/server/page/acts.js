// What is clicked and typed leads to what is done here.

const acts = {
  menu: () => menu(!$("#conversations").classList.contains("open")),
  new: () => (menu(false), begin()),
  open: ({ dataset }) => (menu(false), open(conversations.open(dataset.id) ?? conversations.fresh())),
  discard: ({ dataset }) => discard(dataset.id ?? conversation.id, dataset.id ? "Delete" : "Clear"),
  export: () => exported(conversation.turns, save),
  stop,
  all: () => choose(null),
  suggest: (button) => ask(button.textContent),
  retry: (button) => retry(Number(button.closest(".turn").dataset.turn)),
  edit: (button) => edit(Number(button.closest(".turn").dataset.turn)),
  copy: (button) => exported([conversation.turns[button.closest(".turn").dataset.turn]], (text) => copy(text.replace(/^## .*\n+/, ""), "Answer copied.")),
  cite: ({ dataset }) => copy(dataset.text, "Citation copied."),
  rate,
  whole: ({ dataset }) => whole(dataset),
  close: (button) => button.closest("dialog").close(),
};

element.addEventListener("click", (event) => {
  if ($("#conversations.open") && !event.target.closest("#conversations, #menu")) menu(false);
  const link = event.target.closest("a[href^='#source-']");
  if (link) return event.preventDefault(), follow(link); // the address stays as it is
  const button = event.target.closest("[data-act]");
  if (button) return acts[button.dataset.act]?.(button);
  if (getSelection().toString()) return; // who marks text wants to copy it
  const card = event.target.closest("#sources .card");
  if (card) return select(Number(card.closest(".cards").dataset.turn), card);
  const turn = event.target.closest("#log .turn");
  if (turn && !event.target.closest("details, form")) select(Number(turn.dataset.turn));
});

log.addEventListener("toggle", (event) => event.target.matches(".why") && why(event.target), true);

$("#composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (waiting || !box.value.trim()) return;
  ask(box.value);
  box.value = "";
  grow();
});
box.addEventListener("input", grow);
box.addEventListener("keydown", (event) => {
  if (enters(event)) event.preventDefault(), $("#composer").requestSubmit();
});

$(".tabs").addEventListener("click", (event) => event.target.role === "tab" && tab(event.target.id.slice(4)));
$(".tabs").addEventListener("keydown", (event) => {
  const tabs = all(".tabs [role=tab]").filter((button) => button.offsetParent), at = tabs.indexOf(document.activeElement);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step && at >= 0) tabs[(at + step + tabs.length) % tabs.length].focus(), document.activeElement.click();
});

element.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || $("dialog[open]")) return;
  if ($("#conversations").classList.contains("open")) menu(false), $("#menu").focus();
  else if (event.target.closest("#sources")) back();
  else stop();
});

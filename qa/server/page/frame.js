// The frame of the page: its parts, what they have in common, and calls of the server.

const $ = (selector, within = element) => within.querySelector(selector);
const all = (selector, within = element) => [...within.querySelectorAll(selector)];
const page = element.closest("#page");
const log = $("#log"), pane = $("#sources"), box = $("#ask");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 860px)");
const BROKEN = "The server does not answer: is it still running?";
const LEFT = "You are not logged in any more: load this page again, and log in.";
const enters = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing;

// What a function of the server gives, or { problem }.
async function call(name, argument = {}) {
  const body = JSON.stringify({ fn_name: name, data: argument });
  try {
    const response = await fetch("qa/call", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (response.status === 401) return { problem: LEFT };
    const got = await response.json();
    return response.ok || got.problem ? got : { problem: got.error ?? BROKEN };
  } catch {
    return { problem: BROKEN };
  }
}

function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

// Text that turns nothing around it, whatever direction it is written in.
const apart = (text) => "\u2068" + text + "\u2069";

function nearEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
}

function down(turn, behavior = calm.matches ? "auto" : "smooth") {
  turn?.scrollIntoView({ behavior, block: turn.offsetHeight > log.clientHeight ? "start" : "end" });
}

function grow() {
  box.style.height = "auto";
  box.style.height = box.scrollHeight + "px";
}

function tab(name) {
  for (const other of ["chat", "sources", "documents"]) {
    const button = $(`#tab-${other}`), on = other === name;
    button.setAttribute("aria-selected", String(on));
    button.tabIndex = on ? 0 : -1;
    if (other !== "chat" && name !== "chat") $(`#${other}`).hidden = !on;
  }
  page.dataset.tab = name;
}

function menu(open) {
  $("#conversations").classList.toggle("open", open);
  $("#menu").setAttribute("aria-expanded", String(open));
  if (open) $("#conversations button").focus();
}

let fading;
function toast(line) {
  clearTimeout(fading);
  $("#toast").textContent = line;
  fading = setTimeout(() => ($("#toast").textContent = ""), 4000);
}

function confirm(title, text, action, done) {
  const dialog = $("#confirm"), button = $("#confirmed");
  $("h2", dialog).textContent = title;
  $("p", dialog).textContent = text;
  button.textContent = action;
  button.onclick = () => (dialog.close(), done());
  dialog.showModal();
}


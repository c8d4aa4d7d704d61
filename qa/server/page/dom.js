// The parts of the page, and what they have in common. All scripts are loaded once the frame is there.

export const root = document.querySelector("#page");
export const $ = (selector, within = root) => within.querySelector(selector);
export const all = (selector, within = root) => [...within.querySelectorAll(selector)];
export const log = $("#log");
export const pane = $("#sources");
export const box = $("#ask");
export const calm = matchMedia("(prefers-reduced-motion: reduce)");
export const narrow = matchMedia("(max-width: 860px)");
export const enters = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing;

export function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

// A copy of what a template of the page holds.
export const copied = (template) => $(template).content.firstElementChild.cloneNode(true);

// Text that turns nothing around it, whatever direction it is written in.
export const apart = (text) => "\u2068" + text + "\u2069";

export function nearEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
}

export function bringIntoView(turn, behavior = calm.matches ? "auto" : "smooth") {
  turn?.scrollIntoView({ behavior, block: turn.offsetHeight > log.clientHeight ? "start" : "end" });
}

export function fitBox() {
  box.style.height = "auto";
  box.style.height = box.scrollHeight + "px";
}

export function showTab(name) {
  for (const other of ["chat", "sources", "documents"]) {
    const button = $(`#tab-${other}`), on = other === name;
    button.setAttribute("aria-selected", String(on));
    button.tabIndex = on ? 0 : -1;
    if (other !== "chat" && name !== "chat") $(`#${other}`).hidden = !on;
  }
  root.dataset.tab = name;
}

export const menuIsOpen = () => $("#conversations").classList.contains("open");

export function showMenu(on) {
  $("#conversations").classList.toggle("open", on);
  $("#menu").setAttribute("aria-expanded", String(on));
  if (on) $("#conversations button").focus();
}

let fading;
export function toast(line) {
  clearTimeout(fading);
  $("#toast").textContent = line;
  fading = setTimeout(() => ($("#toast").textContent = ""), 4000);
}

export function askFirst(title, text, action, done) {
  const dialog = $("#confirm"), button = $("#confirmed");
  $("h2", dialog).textContent = title;
  $("p", dialog).textContent = text;
  button.textContent = action;
  button.onclick = () => (dialog.close(), done());
  dialog.showModal();
}

() => {
  // A number in an answer is a link to #source-TURN-NUMBER, the id of a card in the source pane. The pane
  // holds the cards of all turns and shows the last one's (page.css) until a link selects another. A new
  // answer replaces what is in the pane, and with it the selection.
  const PREFIX = "#source-";

  function unselect() {
    for (const old of document.querySelectorAll("#sources .selected")) old.classList.remove("selected");
    for (const old of document.querySelectorAll("#chat [aria-current]")) old.removeAttribute("aria-current");
  }

  function select(card) {
    unselect();
    card.classList.add("selected");
    card.closest(".turn").classList.add("selected");
    for (const link of document.querySelectorAll("#chat a[href]")) {
      if (link.hash === "#" + card.id) link.setAttribute("aria-current", "true");
    }
  }

  function reveal(card) {
    const target = card.querySelector("mark") || card;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "center" });
    card.focus({ preventScroll: true });
  }

  function clicked(event) {
    const link = event.target.closest?.("a[href]");
    if (link?.hash.startsWith(PREFIX)) {
      event.preventDefault(); // the address stays as it is, and no page is opened
      const card = document.getElementById(link.hash.slice(1));
      if (card) select(card), reveal(card);
      return;
    }
    const card = event.target.closest?.("#sources .card");
    if (card && !getSelection().toString()) select(card); // who marks text wants to copy it
  }

  document.addEventListener("click", clicked, true);
  new MutationObserver(unselect).observe(document.getElementById("sources"), { childList: true, subtree: true });
  // Where there is a keyboard one can type at once; on a phone it would cover the page.
  if (matchMedia("(hover: hover)").matches) document.querySelector("#question textarea").focus();
}

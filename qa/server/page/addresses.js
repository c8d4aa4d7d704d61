// Views of the page <-> their addresses: the part of the page's address after "#", which never reaches the server.
//
//   #/document/folder/report.pdf?at=1203-1350&quote=5f0c…   a document with a place marked (page=3, view=text)
//   #/conversation/id/documents?source=0-2                   a conversation of this browser, a tab, a cited source
//   #/documents                                              a tab
//   #/ask?q=…                                                a question in the box, not asked

const TABS = { chat: "answers", sources: "sources", documents: "documents" };

// The tab is "" for the usual one of the width. `kept` says that the conversation is one of those in this browser.
export const START = { conversation: "", kept: false, tab: "", turn: null, card: "", document: null, question: "" };

// Unlike encodeURIComponent alone, with nothing at which programs believe that a link in a text ends.
const encoded = (part) => encodeURIComponent(part).replace(/[!'()*]/g, (sign) => "%" + sign.charCodeAt(0).toString(16));

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand
  }
}

function query(values) {
  const given = Object.entries(values).filter(([, value]) => value);
  return given.length ? "?" + new URLSearchParams(given) : "";
}

export function addressOfDocument({ path, start, end, quote, page, text }) {
  const at = end > start ? `${start}-${end}` : "";
  const names = path.split("/").map(encoded).join("/");
  return `#/document/${names}${query({ at, quote: at && quote, page, view: text && "text" })}`;
}

export function addressOf({ conversation, kept, tab, card, document }) {
  if (document) return addressOfDocument(document);
  const parts = [...(kept ? ["conversation", encoded(conversation)] : []), ...(tab ? [TABS[tab]] : [])];
  const source = kept && card.replace(/^source-/, "");
  return parts.length ? `#/${parts.join("/")}${query({ source })}` : "";
}

// The view of an address; null if it is none of this page.
export function viewOf(hash) {
  if (hash && !hash.startsWith("#/")) return null;
  const [way, ...search] = hash.slice(2).split("?"), given = new URLSearchParams(search.join("?"));
  const [kind, ...rest] = way.split("/").map(decoded);
  if (kind === "document" && rest.join("")) return { ...START, document: documentOf(rest.join("/"), given) };
  if (kind === "ask") return { ...START, question: given.get("q") ?? "" };
  const [conversation, name] = kind === "conversation" ? rest : ["", kind];
  const tab = Object.keys(TABS).find((key) => TABS[key] === name) ?? "";
  const source = /^(\d{1,4})-\d{1,4}$/.exec(given.get("source") ?? "");
  if (!conversation) return { ...START, tab };
  return { ...START, conversation, kept: true, tab, turn: source && Number(source[1]), card: source ? `source-${source[0]}` : "" };
}

function documentOf(path, given) {
  const [, start, end] = /^(\d{1,15})-(\d{1,15})$/.exec(given.get("at") ?? "") ?? [0, 0, 0];
  const page = /^[1-9]\d{0,8}$/.test(given.get("page") ?? "") ? Number(given.get("page")) : null;
  const place = { start: Number(start), end: Number(end), quote: given.get("quote") ?? "" };
  return { path, ...place, page, text: given.get("view") === "text", begin: null, find: "" };
}

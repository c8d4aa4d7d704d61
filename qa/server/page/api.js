// Requests to the server. If anything goes wrong, the result is { problem }, a line to show.

import { root } from "./dom.js";

export const UNREACHABLE = "Can't reach the server. Is it still running?";
export const ENDED = "Your session has ended.";

// With a session that has ended, the page shows a button to log in until a request succeeds again.
function loggedIn(status) {
  root.classList.toggle("ended", status === 401);
  return status !== 401;
}

// Call a function of the server.
export async function call(name, argument = {}) {
  const headers = { "Content-Type": "application/json" };
  try {
    const response = await fetch("qa/" + name, { method: "POST", headers, body: JSON.stringify(argument) });
    if (!loggedIn(response.status)) return { problem: ENDED };
    const result = await response.json();
    return response.ok || result.problem ? result : { problem: result.error ?? UNREACHABLE };
  } catch {
    return { problem: UNREACHABLE };
  }
}

// Whether documents may be changed. The server refuses it to readers in any case; the page does not offer it.
export async function mayChange() {
  try {
    const response = await fetch("qa/session");
    return !response.ok || (await response.json()).may_change;
  } catch {
    return true;
  }
}

// A file of the server, as { blob, name }.
export async function fetchFile(address) {
  try {
    const response = await fetch(address);
    if (!loggedIn(response.status)) return { problem: ENDED };
    if (!response.ok) return await response.json();
    const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition"))?.[1] ?? "document";
    return { blob: await response.blob(), name: decodeURIComponent(name) };
  } catch {
    return { problem: UNREACHABLE };
  }
}

// Upload a file under a name. `progress` is called with the share (0..1) that is sent, which fetch cannot report.
export function upload(file, name, replace, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest(), query = new URLSearchParams({ name });
    if (replace) query.set("replace", "yes");
    request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    request.onloadend = () => {
      const { status } = request;
      if (!status) return done({ problem: UNREACHABLE });
      if (!loggedIn(status)) return done({ problem: ENDED });
      try {
        done(JSON.parse(request.responseText));
      } catch {
        done({});
      }
    };
    request.open("PUT", "qa/upload?" + query);
    request.send(file);
  });
}

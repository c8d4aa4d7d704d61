// What the page asks of its server. Whatever goes wrong, there is an answer: { problem }.

export const BROKEN = "The server does not answer: is it still running?";
const LEFT = "You are not logged in any more: load this page again, and log in.";

// What a function of the server gives.
export async function call(name, argument = {}) {
  const headers = { "Content-Type": "application/json" };
  try {
    const response = await fetch("qa/" + name, { method: "POST", headers, body: JSON.stringify(argument) });
    if (response.status === 401) return { problem: LEFT };
    const got = await response.json();
    return response.ok || got.problem ? got : { problem: got.error ?? BROKEN };
  } catch {
    return { problem: BROKEN };
  }
}

// Send a file; `progress` is told which share of it (0..1) is sent. fetch tells nobody.
export function upload(file, replace, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest(), query = new URLSearchParams({ name: file.name });
    if (replace) query.set("replace", "yes");
    request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    request.onloadend = () => {
      let got = {};
      try {
        got = JSON.parse(request.responseText);
      } catch {}
      const { status } = request;
      done(status === 401 ? { problem: LEFT } : status ? got : { problem: BROKEN });
    };
    request.open("PUT", "qa/upload?" + query);
    request.send(file);
  });
}

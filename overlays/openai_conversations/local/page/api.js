// Requests to the server of this page, with its key; and the events of a stream.

const KEY = "key";
let asking = null;
let ask = async () => {};

/** Have `asks` get a key, where the server wants one; it resolves with the key. */
export function onKeyAsked(asks) {
  ask = asks;
}

export const hasKey = () => sessionStorage.getItem(KEY) !== null;

export const forgetKey = () => sessionStorage.removeItem(KEY);

/** Send a request and return its response; throw an Error with the server's message and `status`. */
export async function request(path, { method = "GET", body, signal } = {}) {
  for (;;) {
    const key = sessionStorage.getItem(KEY);
    const headers = key === null ? {} : { authorization: `Bearer ${key}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    const response = await fetch(path, { method, headers, signal, body: JSON.stringify(body) });
    if (response.ok) return response;
    if (response.status !== 401) {
      const problem = await response.json().catch(() => null);
      const message = problem?.error?.message ?? `The server responded with ${response.status}.`;
      throw Object.assign(new Error(message), { status: response.status });
    }
    // Requests that were sent side by side ask once; one with an older key is sent again.
    if (sessionStorage.getItem(KEY) === key) {
      asking ??= ask().finally(() => { asking = null; });
      sessionStorage.setItem(KEY, encodeURI(await asking));
    }
  }
}

export const getJson = async (path, options) => (await request(path, options)).json();

/** Yield the JSON of each server-sent event of a response. */
export async function* events(response) {
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const whole = (text + chunk).split("\n\n");
    text = whole.pop();
    for (const event of whole) {
      const data = event.split("\n").find((line) => line.startsWith("data: "));
      if (data) yield JSON.parse(data.slice(6));
    }
  }
}

/** Save the body of a response as a file. */
export async function download(path, name) {
  const url = URL.createObjectURL(await (await request(path)).blob());
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

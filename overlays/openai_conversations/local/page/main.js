// What is open, and what happens when something is pressed.

import { download, forgetKey, getJson, hasKey, onKeyAsked, request } from "./api.js";
import { Chat } from "./chat.js";
import { Conversations, titleOf } from "./conversations.js";

const POLL_MILLISECONDS = 2000;
const at = (id) => document.getElementById(id);
const conversations = new Conversations();
let stop = null;
let polling = Promise.resolve();
let lacksKey = false;
let failure = "";

const chat = new Chat({
  "Fork here": (item) => attempt(() => fork(item.id)),
  "Delete": (item) => ask("delete-dialog", async () => {
    await request(`${chat.path}/items/${encodeURIComponent(item.id)}`, { method: "DELETE" });
    await chat.remove(item.id);
  }, (form) => { form.querySelector("#delete-what").textContent = `${item.type} ${item.id}`; }),
}, attempt);

/** Do something, and show the message of its error. */
async function attempt(work) {
  at("status").textContent = "";
  try {
    return await work();
  } catch (error) {
    report(error);
  }
}

/** Show the message of an error, unless it is that somebody has stopped something. */
function report(error) {
  if (error.name !== "AbortError") at("status").textContent = error.message;
}

/** Open a dialog; its form does `work` when it is sent, and stays open where that fails. */
function ask(id, work, prepare = () => {}) {
  const dialog = at(id);
  const form = dialog.querySelector("form");
  const alert = form.querySelector("[role=alert]");
  form.reset();
  prepare(form);
  if (alert) alert.textContent = "";
  for (const button of form.querySelectorAll("[value=cancel]")) button.onclick = () => dialog.close();
  form.onsubmit = async (event) => {
    event.preventDefault();
    try {
      await work(new FormData(form));
      dialog.close();
    } catch (error) {
      alert.textContent = error.message;
    }
  };
  dialog.showModal();
  return dialog;
}

onKeyAsked(async () => {
  const key = await new Promise((resolve) => {
    const dialog = ask("key-dialog", async (form) => resolve(form.get("value").trim()));
    dialog.onclose = () => resolve(null);
  });
  lacksKey = key === null;
  at("key").hidden = false;
  at("key").textContent = lacksKey ? "Give a key" : "Forget the key";
  if (lacksKey) throw new Error("This server asks for a key.");
  return key;
});

async function openFromAddress() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id === "chat") return;
  stop?.abort();
  conversations.mark(id);
  if (!id) return chat.close();
  try {
    await chat.open(id);
  } catch (error) {
    chat.close();
    throw error;
  }
}

async function fork(after) {
  const query = after ? `?${new URLSearchParams({ after })}` : "";
  const path = `/page/conversations/${encodeURIComponent(chat.id)}/fork${query}`;
  const made = await getJson(path, { method: "POST" });
  await conversations.load();
  location.hash = made.id;
}

/** Take what other clients have changed: the list, and what is shown of the one that is open. */
async function takeChanges() {
  const { id, last } = chat;
  const asked = new URLSearchParams({ conversation: id ?? "" });
  for (const one of chat.seen) asked.append("shown", one);
  if (chat.showsEnd) asked.set("after", last);
  try {
    const { version, conversation, gone, items } = await getJson(`/page/changes?${asked}`);
    await conversations.noticed(version);
    if (!conversation || id !== chat.id) return;
    chat.show(conversation);
    for (const one of gone) await chat.remove(one);
    if (!items?.data.length || last !== chat.last) return;
    chat.add(items.data);
    if (last === "") attempt(() => conversations.load()); // Its first text is in the list.
    if (items.has_more) await takeChanges();
  } catch (error) {
    if (error.status !== 404 || id === null || id !== chat.id) throw error;
    location.hash = "";
  }
}

/** Take changes, one after the other: each begins behind the last item that is shown. */
function changes() {
  polling = polling.catch(() => {}).then(takeChanges);
  return polling;
}

async function poll() {
  if (!document.hidden && stop === null && !lacksKey) {
    try {
      await changes();
      if (at("status").textContent === failure) at("status").textContent = "";
    } catch (error) {
      report(error);
      failure = error.message;
    }
  }
  setTimeout(poll, POLL_MILLISECONDS);
}

function press(id, work) {
  at(id).addEventListener("click", () => attempt(work));
}

press("new", async () => {
  const made = await getJson("/v1/conversations", { method: "POST", body: {} });
  await conversations.load("");
  at("search-text").value = "";
  location.hash = made.id;
  await chat.open(made.id); // What is typed now is for the new one.
  at("message").focus();
});
press("more", () => conversations.more());
for (const id of ["older", "newer"]) press(id, () => chat.extend(at(id)));
press("newest", () => chat.open(chat.id));
press("fork", () => fork());
press("export", () =>
  download(`/page/conversations/${encodeURIComponent(chat.id)}/export`, `${chat.id}.jsonl`));
press("key", () => { forgetKey(); location.reload(); });
press("stop", () => stop?.abort());
press("append", () => ask("append-dialog", async (form) => {
  const [role, value] = [form.get("role"), form.get("value")];
  const item = role ? { type: "message", role, content: value } : JSON.parse(value);
  await request(`${chat.path}/items`, { method: "POST", body: { items: [item] } });
  if (chat.showsEnd) await changes();
  else await chat.open(chat.id);
}));
press("edit", () => ask("metadata-dialog", async (form) => {
  const metadata = JSON.parse(form.get("value"));
  chat.show(await getJson(chat.path, { method: "POST", body: { metadata } }));
  await conversations.load();
}, (form) => {
  form.elements.value.value = JSON.stringify(chat.conversation.metadata ?? {}, null, 2);
}));
press("delete", () => ask("delete-dialog", async () => {
  await request(chat.path, { method: "DELETE" });
  location.hash = "";
  await conversations.load();
}, (form) => { form.querySelector("#delete-what").textContent = titleOf(chat.conversation); }));

at("transcript").addEventListener("change", ({ target }) => attempt(async () => {
  const format = target.value;
  target.value = "";
  if (!format) return;
  const path = `/page/conversations/${encodeURIComponent(chat.id)}/transcript?format=${format}`;
  const ending = { html: "html", markdown: "md", text: "txt" }[format];
  await download(path, `${chat.id}.${ending}`);
}));
at("search").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(() => conversations.load(at("search-text").value));
});
at("search-text").addEventListener("search", ({ target }) => {
  if (!target.value) attempt(() => conversations.load(""));
});
at("skip").addEventListener("click", (event) => {
  event.preventDefault();
  at("chat").focus();
});
at("say").addEventListener("submit", (event) => {
  event.preventDefault();
  if (stop === null) attempt(say);
});
at("message").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  at("say").requestSubmit();
});

async function say() {
  const text = at("message").value;
  stop = new AbortController();
  at("message").value = "";
  at("send").disabled = true;
  at("stop").hidden = false;
  try {
    await chat.respond(text, stop.signal, changes);
  } catch (error) {
    at("message").value ||= text;
    throw error;
  } finally {
    stop = null;
    at("send").disabled = false;
    at("stop").hidden = true;
  }
}

addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const target = event.ctrlKey && key === "k" ? at("search-text")
    : event.altKey && key === "m" ? at("message")
    : event.altKey && key === "n" ? at("new") : null;
  if (key === "escape") {
    stop?.abort();
    if (conversations.stop()) event.preventDefault(); // which would empty the field of the search
  }
  if (!target) return;
  event.preventDefault();
  if (target === at("new")) target.click();
  else target.focus();
});
addEventListener("hashchange", () => attempt(openFromAddress));

at("key").hidden = !hasKey();
await attempt(async () => {
  await conversations.load();
  await openFromAddress();
});
setTimeout(poll, POLL_MILLISECONDS);

// One conversation: its items as far as they are loaded, older ones on demand, newer ones as they
// come, and a response of the model while it is being made.

import { events, getJson, request } from "./api.js";
import { titleOf } from "./conversations.js";
import { element, itemElement } from "./item.js";

const PAGE = 100;
const IMAGES = ["message.input_image.image_url", "computer_call_output.output.image_url"];

export class Chat {
  #items = document.getElementById("items");
  #scroll = document.getElementById("scroll");
  #older = document.getElementById("older");
  #actions;
  #model = null;
  #loading = false;
  id = null;
  last = "";
  conversation = null;

  /** Args: what the buttons of an item do, by their names. */
  constructor(actions) {
    this.#actions = actions;
    new IntersectionObserver(([entry]) => { if (entry.isIntersecting) this.older(); },
      { root: this.#scroll, rootMargin: "200px" }).observe(this.#older);
  }

  get path() {
    return `/v1/conversations/${encodeURIComponent(this.id)}`;
  }

  /** Show the end of a conversation. */
  async open(id) {
    this.id = id;
    const [conversation, page] = await Promise.all([getJson(this.path), this.#page({})]);
    if (this.id !== id) return;
    this.show(conversation);
    this.#items.replaceChildren(...page.data.reverse().map((item) => this.#element(item)));
    this.last = page.data.at(-1)?.id ?? "";
    this.#older.hidden = !page.has_more;
    document.getElementById("hint").hidden = true;
    document.getElementById("open").hidden = false;
    this.#toEnd();
  }

  close() {
    this.id = this.conversation = null;
    this.#items.replaceChildren();
    document.getElementById("hint").hidden = false;
    document.getElementById("open").hidden = true;
  }

  /** Show the title and the metadata. */
  show(conversation) {
    this.conversation = conversation;
    document.getElementById("title").textContent = titleOf(conversation);
    const facts = { id: conversation.id, ...conversation.metadata };
    document.getElementById("metadata").replaceChildren(...Object.entries(facts).map(([name, value]) =>
      element("div", {}, element("dt", { dir: "auto", textContent: `${name}:` }),
        element("dd", { dir: "auto", textContent: value }))));
  }

  /** Show the page of items before those that are loaded. */
  async older() {
    if (this.#loading || this.#older.hidden) return;
    this.#loading = true;
    try {
      const { id } = this;
      const page = await this.#page({ after: this.#items.firstElementChild.dataset.id });
      if (this.id !== id) return;
      const fromEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop;
      this.#items.prepend(...page.data.reverse().map((item) => this.#element(item)));
      this.#older.hidden = !page.has_more;
      this.#scroll.scrollTop = this.#scroll.scrollHeight - fromEnd;
    } finally {
      this.#loading = false;
    }
  }

  /** Add items that somebody has appended. */
  add(items) {
    const atEnd = this.#isAtEnd();
    this.#items.append(...items.map((item) => this.#element(item)));
    this.last = items.at(-1)?.id ?? this.last;
    if (atEnd) this.#toEnd();
  }

  remove(id) {
    this.#items.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
  }

  /** Let the model respond to a text, and show its text as it comes; `done` shows what is stored. */
  async respond(input, signal, done) {
    this.#model ??= (await getJson("/v1/models")).data[0].id;
    const said = { type: "message", role: "user", content: input };
    const shown = [said, { type: "message", role: "assistant", content: "" }]
      .map((item) => this.#element(item, {}));
    const text = shown[1].querySelector(".text");
    shown[1].setAttribute("aria-busy", "true");
    this.#items.append(...shown);
    this.#toEnd();
    try {
      const body = { model: this.#model, input, conversation: this.id, stream: true };
      const response = await request("/v1/responses", { method: "POST", body, signal });
      for await (const event of events(response)) {
        const atEnd = this.#isAtEnd();
        if (event.type === "response.output_text.delta") text.append(event.delta);
        if (event.type === "error") throw new Error(event.message);
        if (event.type === "response.failed") throw new Error(event.response.error.message);
        if (atEnd) this.#toEnd();
      }
      await done();
    } finally {
      for (const one of shown) one.remove();
    }
  }

  #page(query) {
    const asked = new URLSearchParams({ order: "desc", limit: PAGE, ...query });
    for (const one of IMAGES) asked.append("include[]", one);
    return getJson(`${this.path}/items?${asked}`);
  }

  #element = (item, actions = this.#actions) => itemElement(item, actions);

  #isAtEnd() {
    return this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < 50;
  }

  #toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }
}

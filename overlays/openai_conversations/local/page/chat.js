// One conversation: a window of its items, which grows at the end that is looked at and is cut off at
// the other one, and a response of the model while it is being made.

import { events, getJson, request } from "./api.js";
import { titleOf } from "./conversations.js";
import { element, itemElement } from "./item.js";

const PAGE = 100;
const WINDOW = 4 * PAGE;
const IMAGES = ["message.input_image.image_url", "computer_call_output.output.image_url"];
const at = (id) => document.getElementById(id);
const pathOf = (id) => `/v1/conversations/${encodeURIComponent(id)}`;

export class Chat {
  #items = at("items");
  #coming = at("coming");
  #scroll = at("scroll");
  #actions;
  #observer;
  #model = null;
  #loading = new Set();
  #opening = null;
  /** The conversation that is shown, or null. */
  id = null;
  conversation = null;

  /** Args: what the buttons of an item do, by their names; and what runs work and shows its errors. */
  constructor(actions, attempt) {
    this.#actions = actions;
    this.#observer = new IntersectionObserver((entries) => {
      for (const one of entries) if (one.isIntersecting) attempt(() => this.extend(one.target));
    }, { root: this.#scroll, rootMargin: "200px" });
    for (const id of ["older", "newer"]) this.#observer.observe(at(id));
  }

  get path() {
    return pathOf(this.id);
  }

  /** The id of the last item that is shown, or "". */
  get last() {
    return this.#items.lastElementChild?.dataset.id ?? "";
  }

  /** Whether the last item that is shown is that of the conversation, as far as is known. */
  get showsEnd() {
    return at("newer").hidden;
  }

  /** The ids of the items that can be seen now, and of the last one. */
  get seen() {
    const { top, bottom } = this.#scroll.getBoundingClientRect();
    return [...this.#items.children].filter((one) => {
      const place = one.getBoundingClientRect();
      return (place.bottom > top && place.top < bottom) || one === this.#items.lastElementChild;
    }).map((one) => one.dataset.id);
  }

  /** Show the end of a conversation; until it is there, the one before is shown. */
  async open(id) {
    this.#opening = id;
    const path = pathOf(id);
    const [conversation, page] = await Promise.all([getJson(path), this.#page({}, path)]);
    if (this.#opening !== id) return;
    this.id = id;
    this.show(conversation);
    this.#items.replaceChildren(...page.data.reverse().map((item) => this.#element(item)));
    at("older").hidden = !page.has_more;
    this.#showEnd(true);
    at("hint").hidden = true;
    at("open").hidden = false;
    this.#toEnd();
  }

  close() {
    this.id = this.conversation = this.#opening = null;
    this.#items.replaceChildren();
    at("hint").hidden = false;
    at("open").hidden = true;
  }

  /** Show the title and the metadata. */
  show(conversation) {
    if (JSON.stringify(conversation) === JSON.stringify(this.conversation)) return;
    this.conversation = conversation;
    at("title").textContent = titleOf(conversation);
    const facts = { id: conversation.id, ...conversation.metadata };
    at("metadata").replaceChildren(...Object.entries(facts).map(([name, value]) =>
      element("div", {}, element("dt", { dir: "auto", textContent: `${name}:` }),
        element("dd", { dir: "auto", textContent: value }))));
  }

  /** Show the page of items beyond those that are shown, on the side of a button. */
  async extend(button) {
    if (button.hidden || this.#loading.has(button)) return;
    const older = button === at("older");
    const edge = this.#edge(older);
    this.#loading.add(button);
    const page = await this.#page({ order: older ? "desc" : "asc", after: edge.dataset.id })
      .catch((error) => { if (error.status !== 400) throw error; })
      .finally(() => this.#loading.delete(button));
    if (!edge.isConnected) return;
    if (page === undefined) { // Another client has deleted that item.
      await this.remove(edge.dataset.id);
      await this.extend(button);
      return;
    }
    if (older) button.hidden = !page.has_more;
    else this.#showEnd(!page.has_more);
    this.#put(page.data, older);
    // The button may be in view all along, which is seen only where observing it begins.
    this.#observer.unobserve(button);
    this.#observer.observe(button);
  }

  /** Add items that somebody has appended behind those that are shown. */
  add(items) {
    const atEnd = this.#isAtEnd();
    this.#put(items, false);
    if (atEnd) this.#toEnd();
  }

  /** Remove an item that was deleted; without any, show the end, which may be others. */
  async remove(id) {
    this.#items.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
    if (!this.last) await this.open(this.id);
  }

  /** Let the model respond to a text, and show its text as it comes; `done` shows what is stored. */
  async respond(input, signal, done) {
    this.#model ??= (await getJson("/v1/models")).data[0].id;
    const said = { type: "message", role: "user", content: input };
    const shown = [said, { type: "message", role: "assistant", content: "" }]
      .map((item) => this.#element(item, {}));
    const text = shown[1].querySelector(".text");
    shown[1].setAttribute("aria-busy", "true");
    if (!this.showsEnd) await this.open(this.id);
    this.#coming.replaceChildren(...shown);
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
      this.#coming.replaceChildren();
    }
  }

  #page(query, path = this.path) {
    const asked = new URLSearchParams({ order: "desc", limit: PAGE, ...query });
    for (const one of IMAGES) asked.append("include[]", one);
    return getJson(`${path}/items?${asked}`);
  }

  /** Put items beyond an end of those that are shown, and drop what is too many at the other end. */
  #put(items, older) {
    const edge = this.#edge(older);
    const place = edge?.getBoundingClientRect().top;
    const made = items.map((item) => this.#element(item));
    if (older) this.#items.prepend(...made.reverse());
    else this.#items.append(...made);
    while (this.#items.childElementCount > WINDOW) {
      this.#edge(!older).remove();
      if (older) this.#showEnd(false);
      else at("older").hidden = false;
    }
    // What is being read stays where it is.
    if (edge) this.#scroll.scrollTop += edge.getBoundingClientRect().top - place;
  }

  #edge(older) {
    return older ? this.#items.firstElementChild : this.#items.lastElementChild;
  }

  #showEnd(shown) {
    at("newer").hidden = at("newest").hidden = shown;
  }

  #element = (item, actions = this.#actions) => itemElement(item, actions);

  #isAtEnd() {
    return this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < 50;
  }

  #toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }
}

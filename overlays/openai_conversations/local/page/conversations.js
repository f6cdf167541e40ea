// The list of conversations: newest first, a page at a time, all or those that a text is in.

import { getJson } from "./api.js";
import { element } from "./item.js";

export const titleOf = (conversation) => conversation.metadata?.title || conversation.id;

export class Conversations {
  #list = document.getElementById("list");
  #more = document.getElementById("more");
  #none = document.getElementById("none");
  #after = null;
  #text = "";
  #turn = 0;
  newest = null;

  constructor() {
    this.#list.addEventListener("keydown", (event) => {
      const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (!step) return;
      event.preventDefault();
      event.target.closest("li")[step]?.firstElementChild.focus();
    });
  }

  /** Show the first page, of those that `text` is in. */
  async load(text = this.#text) {
    this.#text = text;
    this.#after = null;
    await this.more(true);
  }

  /** Show the next page. */
  async more(first = false) {
    const turn = ++this.#turn;
    const query = new URLSearchParams({ text: this.#text, after: this.#after ?? "" });
    const page = await getJson(`/page/conversations?${query}`);
    if (turn !== this.#turn) return; // Another search has begun.
    if (first) {
      const focused = this.#list.contains(document.activeElement) && document.activeElement.hash;
      this.#list.replaceChildren();
      if (!this.#text) this.newest = page.data[0]?.id ?? "";
      this.#add(page.data);
      if (focused) this.#list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    } else {
      this.#add(page.data);
    }
    this.#after = page.last_id;
    this.#more.hidden = !page.has_more;
    this.#none.hidden = this.#list.childElementCount > 0;
  }

  /** Take a newer conversation that somebody has made, unless there is a search. */
  async noticed(newest) {
    if (!this.#text && newest !== this.newest) await this.load();
  }

  /** Mark the one that is open. */
  mark(id) {
    for (const link of this.#list.querySelectorAll("a")) {
      if (link.hash === `#${id}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  #add(conversations) {
    for (const one of conversations) {
      const time = new Date(one.created_at * 1000);
      this.#list.append(element("li", {}, element("a", { href: `#${one.id}` },
        element("span", { dir: "auto", textContent: titleOf(one) }),
        element("span", { className: "preview", dir: "auto", textContent: one.preview }),
        element("time", { dateTime: time.toISOString(), textContent: time.toLocaleString() }))));
    }
    this.mark(location.hash.slice(1));
  }
}

// The list of conversations: newest first, a page at a time, all or those that a text is in.

import { getJson } from "./api.js";
import { element } from "./item.js";

/** How many are shown at a time. */
const PAGE = 50;
const at = (id) => document.getElementById(id);

export const titleOf = (conversation) => conversation.metadata?.title || conversation.id;

export class Conversations {
  #list = at("list");
  #after = "";
  #text = "";
  #loading = null;
  #version = "";

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
    this.#after = "";
    await this.more();
  }

  /** Show the next page; what is being loaded or searched is stopped. */
  async more() {
    this.stop();
    const { signal } = this.#loading = new AbortController();
    at("searching").hidden = !this.#text;
    at("none").hidden = true;
    try {
      for (let found = 0, more = true; more && found < PAGE;) {
        const query = new URLSearchParams({ text: this.#text, after: this.#after });
        const page = await getJson(`/page/conversations?${query}`, { signal });
        this.#show(page);
        found += page.data.length;
        more = page.has_more;
      }
    } finally {
      if (this.#loading?.signal === signal) this.stop();
    }
  }

  /** Stop loading or searching; what was found stays. Return whether there was something to stop. */
  stop() {
    const stopped = this.#loading;
    this.#loading = null;
    stopped?.abort();
    at("searching").hidden = true;
    at("none").hidden = this.#list.childElementCount > 0;
    return stopped !== null;
  }

  /** Take what another client has changed, unless a search is shown. */
  async noticed(version) {
    if (!this.#text && version !== this.#version) await this.load();
  }

  /** Mark the one that is open. */
  mark(id) {
    for (const link of this.#list.querySelectorAll("a")) {
      if (link.hash === `#${id}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  /** Show a page: as the first one where none is shown yet, or else behind the others. */
  #show({ data, last_id, has_more, version }) {
    const focused = this.#list.contains(document.activeElement) && document.activeElement.hash;
    if (!this.#after) {
      this.#list.replaceChildren();
      this.#version = version;
    }
    for (const one of data) {
      const time = new Date(one.created_at * 1000);
      this.#list.append(element("li", {}, element("a", { href: `#${one.id}` },
        element("span", { dir: "auto", textContent: titleOf(one) }),
        element("span", { className: "preview", dir: "auto", textContent: one.preview }),
        element("time", { dateTime: time.toISOString(), textContent: time.toLocaleString() }))));
    }
    if (focused) this.#list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    this.mark(location.hash.slice(1));
    this.#after = last_id;
    at("more").hidden = !has_more;
  }
}

// An item as elements of the page. All that it says becomes text: nothing of it is HTML, runs, or
// is loaded from elsewhere.

/** Make an element with properties (attributes, where they have a dash) and children. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

const IMAGE = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$/;
const TEXTS = ["input_text", "output_text", "text", "summary_text", "reasoning_text"];

const text = (value, kind = "") =>
  element("p", { className: `text ${kind}`, dir: "auto", textContent: value });
const json = (value) => code(JSON.stringify(value, null, 2));
const code = (value) => element("pre", { dir: "auto", textContent: value, tabIndex: 0 });
const folded = (title, ...children) =>
  element("details", {}, element("summary", { dir: "auto", textContent: title }), ...children);

/** Show a text that often is JSON, as arguments of a call are. */
function pretty(value) {
  if (typeof value !== "string") return json(value);
  try {
    return json(JSON.parse(value));
  } catch {
    return code(value);
  }
}

function image(url) {
  if (IMAGE.test(url)) return element("img", { src: url, alt: "Image of this item" });
  return text(`Image: ${String(url).slice(0, 2000)}`, "quiet");
}

function part(one) {
  if (TEXTS.includes(one?.type) && typeof one.text === "string") {
    const shown = text(one.text);
    if (!one.annotations?.length) return shown;
    return element("div", {}, shown, folded("Annotations", json(one.annotations)));
  }
  if (one?.type === "refusal") return text(one.refusal, "wrong");
  if (one?.image_url) return image(one.image_url);
  return folded(String(one?.type ?? "Part"), json(one));
}

const parts = (value) =>
  Array.isArray(value) ? value.map(part) : value ? [pretty(value)] : [];

function contents(item) {
  const { type } = item;
  if (type === "message") {
    return typeof item.content === "string" ? [text(item.content)] : parts(item.content);
  }
  if (type === "reasoning") {
    return [folded("Reasoning", ...parts(item.summary), ...parts(item.content))];
  }
  if (type === "image_generation_call" && item.result) {
    return [image(`data:image/png;base64,${item.result}`)];
  }
  if (type.endsWith("_call_output")) {
    const output = item.output?.image_url ? [item.output] : item.output;
    return [folded(`Output ${item.call_id ?? ""}`, ...parts(output))];
  }
  if (type.endsWith("_call") && item.name) {
    const shown = [pretty(item.arguments ?? item.input ?? "")];
    if (item.output) shown.push(pretty(item.output));
    if (item.error) shown.push(json(item.error));
    return [folded(`${item.name} ${item.call_id ?? ""}`, ...shown)];
  }
  return [folded(type, json(item))];
}

/** Make the element of an item; `actions` maps the name of a button to what it does. */
export function itemElement(item, actions = {}) {
  const role = item.type === "message" ? String(item.role) : "other";
  const title = item.type === "message" ? role : item.type.replaceAll("_", " ");
  const buttons = Object.entries(actions).map(([name, run]) =>
    element("button", { type: "button", textContent: name, onclick: () => run(item),
      "aria-label": `${name}: ${title} ${item.id}` }));
  const status = item.status && item.status !== "completed" ? `, ${item.status}` : "";
  const known = ["user", "assistant"].includes(role) ? role : "other";
  return element("article", { className: `item ${known}`, "data-id": item.id ?? "" },
    element("header", {}, element("h3", { textContent: title }),
      element("span", { className: "quiet", textContent: `${item.id ?? ""}${status}` }), ...buttons),
    ...contents(item));
}

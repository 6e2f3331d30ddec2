// Small helpers that build and change elements. Text is always set as text, never as HTML.

/** An element with attributes, and children that are elements or texts. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) {
      made.setAttribute(key, value);
    }
  }
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element with attributes. */
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Sets the text, and leaves the page alone if it is the same. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Sets the classes, and leaves the page alone if they are the same. */
export function setClass(node, classes) {
  if (node.className !== classes) {
    node.className = classes;
  }
}

/** A table within a box that scrolls sideways. */
export function table(caption, columns, name) {
  const head = element("tr", {}, ...columns.map(column =>
    element("th", { scope: "col", class: column.number ? "number" : undefined }, column.title)));
  const body = element("tbody");
  const made = element("table", { class: name }, element("caption", { class: "visually-hidden" }, caption), element("thead", {}, head), body);
  const box = element("div", { class: "table", tabindex: "0", role: "region", "aria-label": `Table: ${caption}` }, made);
  return { box, body };
}

/**
 * Keeps children in step with a list: makes one for each new key, updates those that stay, removes the others.
 * Elements keep their identity, so that focus and selection stay.
 */
export function keyed(parent, children, items, key, make, update) {
  const gone = new Set(children.keys());
  let before = null;
  for (const item of items) {
    const name = key(item);
    gone.delete(name);
    let child = children.get(name);
    if (!child) {
      child = make(item);
      children.set(name, child);
    }
    const next = before ? before.nextSibling : parent.firstChild;
    if (next !== child.node) {
      parent.insertBefore(child.node, next);
    }
    before = child.node;
    update(child, item);
  }
  for (const name of gone) {
    children.get(name).node.remove();
    children.delete(name);
  }
}

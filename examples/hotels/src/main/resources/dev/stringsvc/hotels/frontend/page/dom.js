// Makes elements. Text is always set as text: the name of a hotel may hold HTML.

/** An element with attributes, and children that are elements or texts. Leaves out what is undefined or null. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) {
      made.setAttribute(key, value);
    }
  }
  made.append(...children.filter(child => child !== undefined && child !== null));
  return made;
}

/** A button that calls a function. */
export function button(text, onClick, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", onClick);
  return made;
}

/** How to scroll: at once for readers who want less motion. */
export function motion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
}

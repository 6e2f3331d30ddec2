// The list of hotels beside the map.

import { button, element, motion } from "./dom.js";
import { distance, money } from "./words.js";

/** Shows hotels, and tells which one the reader selects or points at. */
export class HotelList {
  #box;
  #cards = new Map();
  #listener;

  /** @param listener has the methods select(id) and point(id), where id is null for none */
  constructor(box, listener) {
    this.#box = box;
    this.#listener = listener;
  }

  show(hotels, { words, locale, nights }) {
    this.#cards = new Map(hotels.map(hotel => [hotel.id, this.#card(hotel, { words, locale, nights })]));
    this.#box.replaceChildren(...[...this.#cards.values()].map(card => card.item));
  }

  #card(hotel, context) {
    const { words, locale } = context;
    const more = element("div", { class: "more", id: `more-${hotel.id}`, hidden: "" },
      hotel.description && element("p", { lang: hotel.language }, hotel.description),
      rooms(hotel, context));
    const name = button(hotel.name, () => this.#listener.select(hotel.id), {
      class: "name", "aria-expanded": "false", "aria-controls": more.id,
    });
    const item = element("li", { "data-hotel": hotel.id },
      hotel.image && element("img", { src: hotel.image, alt: "", width: "68", height: "68", loading: "lazy" }),
      element("div", {},
        element("div", { class: "line" }, element("h3", {}, name), price(hotel, context)),
        hotel.address && element("p", { class: "where" }, hotel.address),
        element("div", { class: "line" }, reach(hotel, context), total(hotel, context)),
        more));
    item.addEventListener("mouseenter", () => this.#listener.point(hotel.id));
    item.addEventListener("mouseleave", () => this.#listener.point(null));
    return { item, name, more };
  }

  /** Opens one hotel's card and closes the others. */
  select(id, scroll) {
    for (const [key, { item, name, more }] of this.#cards) {
      const chosen = key === id;
      item.classList.toggle("selected", chosen);
      name.setAttribute("aria-expanded", String(chosen));
      more.hidden = !chosen;
      if (chosen && scroll) {
        item.scrollIntoView({ block: "nearest", behavior: motion() });
      }
    }
  }

  /** Marks the hotel that the reader points at on the map. */
  point(id) {
    for (const [key, { item }] of this.#cards) {
      item.classList.toggle("pointed", key === id);
    }
  }
}

/** American numbers come without the country: (415) 776-1380 is dialled as +14157761380. */
function dialled(phone) {
  const digits = phone.replace(/[^\d+]/g, "");
  return digits.length === 10 ? `+1${digits}` : digits;
}

function reach(hotel, { words, locale }) {
  const away = distance(hotel.distance, locale);
  return element("p", { class: "reach" }, hotel.phone && phone(hotel, words), hotel.phone ? ` · ${away}` : away);
}

function phone(hotel, words) {
  return element("a", { href: `tel:${dialled(hotel.phone)}`, "aria-label": `${words.phone(hotel.phone)}, ${hotel.name}` }, hotel.phone);
}

function price(hotel, { words, locale }) {
  const cheapest = hotel.plans[0];
  return cheapest
    ? element("p", { class: "price" }, element("b", {}, money(cheapest.night, cheapest.currency, locale)), ` ${words.perNight}`)
    : element("p", { class: "price" }, words.noPrice);
}

function total(hotel, { words, locale, nights }) {
  const cheapest = hotel.plans[0];
  return cheapest && element("p", { class: "total" }, words.total(money(cheapest.total, cheapest.currency, locale), words.nights(nights)));
}

function rooms(hotel, { words, locale }) {
  if (hotel.plans.length === 0) {
    return null;
  }
  const rows = hotel.plans.map(plan => element("li", {},
    element("span", {}, plan.room),
    element("span", {}, element("b", {}, money(plan.night, plan.currency, locale)), ` ${words.perNight}`)));
  return element("ul", { class: "rooms", "aria-label": words.rooms }, ...rows);
}

// Wires the page: what the reader changes leads to a search, and its answer to the map and the list.

import { Failure, findHotels, findRates } from "./api.js";
import { addDays, comingWeekend, isDate, nights, range } from "./dates.js";
import { button, element } from "./dom.js";
import { HotelList } from "./list.js";
import { HotelMap } from "./map.js";
import { readQuery, writeQuery } from "./query.js";
import { money, translate, wordsOf } from "./words.js";

const SLOW = 250; // milliseconds after which a search shows that it goes on
const TYPING = 300; // milliseconds to wait for more: while a date is typed, each digit changes it

const FIRST = "2000-01-01";
const LONG = 30; // nights: beyond them the departure moves with the arrival

const $ = id => document.getElementById(id);
const inDate = $("in-date");
const outDate = $("out-date");

let query = readQuery();
let words = wordsOf(query.locale);
let hotels = [];
let search = new AbortController();
let searching = false;
let typing = 0;

const list = new HotelList($("hotels"), { select: id => select(id, false), point });
const map = new HotelMap($("map"), {
  select: id => select(id, true),
  point,
  moved: far => ($("search-here").hidden = !far),
});

let selected = null;

/** Selects a hotel on the map and in the list; a second time deselects it. */
function select(id, fromMap) {
  selected = selected === id ? null : id;
  list.select(selected, fromMap);
  map.select(selected);
  const hotel = hotels.find(one => one.id === selected);
  if (hotel && fromMap) {
    announce(words.selected(hotel.name, priceOf(hotel)));
  }
}

function point(id) {
  list.point(id);
  map.point(id);
}

function priceOf(hotel) {
  const cheapest = hotel.plans[0];
  return cheapest ? `${money(cheapest.night, cheapest.currency, query.locale)} ${words.perNight}` : words.noPrice;
}

/** Tells readers who do not see the page. */
function announce(text) {
  $("status").textContent = text;
}

/** Shows the query in the form. The browser's calendar offers no departure before the arrival. */
function fillForm() {
  inDate.value = query.inDate;
  outDate.value = query.outDate;
  outDate.min = addDays(query.inDate, 1);
  $("locale").value = query.locale;
  words = wordsOf(query.locale);
  translate(words, query.locale);
  map.translate(words);
}

function datesError(text, ...fields) {
  $("dates-error").textContent = text;
  for (const field of [inDate, outDate]) {
    field.setAttribute("aria-invalid", String(fields.includes(field)));
  }
}

/** Takes the dates from the form if they are a stay; otherwise says what is wrong, and keeps what is shown. */
function datesChanged(arrivalChanged) {
  const from = inDate.value;
  let to = outDate.value;
  if (!isDate(from) || !isDate(to)) {
    datesError(words.noDate, ...[inDate, outDate].filter(field => !isDate(field.value)));
    return;
  }
  if (from < FIRST || to < FIRST) {
    return; // a year that is being typed: 0002, 0020, 0202
  }
  let note = "";
  outDate.min = addDays(from, 1);
  const stay = nights(from, to);
  if (stay < 1 && !arrivalChanged) {
    datesError(words.notAfter, outDate);
    return;
  }
  if (arrivalChanged && (stay < 1 || stay > LONG)) {
    to = addDays(from, Math.max(1, nights(query.inDate, query.outDate)));
    outDate.value = to;
    note = words.moved(new Intl.DateTimeFormat(query.locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(to)));
  }
  datesError("");
  change({ inDate: from, outDate: to }, note);
}

function change(changes, note = "") {
  query = { ...query, ...changes };
  writeQuery(query);
  run(note);
}

/** Searches, and shows what comes of it. A newer search replaces one that goes on. */
async function run(note = "") {
  search.abort();
  search = new AbortController();
  const { signal } = search;
  fillForm();
  if (nights(query.inDate, query.outDate) < 1) {
    datesError(words.notAfter, outDate);
    show([], null);
    say($("nothing"), words.notAfter, [], weekend());
    return;
  }
  searching = true;
  const slow = setTimeout(() => busy(true), SLOW);
  try {
    const found = await findHotels(query, signal);
    let noPrices = null;
    if (found.length > 0) {
      try {
        const plans = await findRates(found, query, signal);
        found.forEach(hotel => (hotel.plans = plans.get(hotel.id) ?? []));
      } catch (error) {
        noPrices = failure(error);
      }
    }
    if (!signal.aborted) {
      show(found, noPrices, note);
    }
  } catch (error) {
    if (!signal.aborted) {
      showFailure(failure(error));
    }
  } finally {
    clearTimeout(slow);
    if (!signal.aborted) {
      searching = false;
      busy(false);
    }
  }
}

/** Returns the failure of a service. Throws any other error, a fault of the page, so that the browser's console shows it. */
function failure(error) {
  if (error instanceof Failure || search.signal.aborted) {
    return error;
  }
  throw error;
}

function busy(on) {
  $("progress").hidden = !on;
  document.body.classList.toggle("busy", on);
  $("results").setAttribute("aria-busy", String(on));
  if (on) {
    announce(words.loading);
    if (hotels.length === 0) {
      $("summary").textContent = words.loading;
    }
  }
}

function show(found, noPrices, note = "") {
  const retried = document.activeElement?.matches(".retry");
  hotels = found;
  selected = null;
  const stay = nights(query.inDate, query.outDate);
  clearMessages();
  list.show(hotels, { words, locale: query.locale, nights: stay });
  map.show(hotels, { words, ...query });
  $("results-title").textContent = words.count(hotels.length);
  const dates = stay < 1 ? [] : [range(query.inDate, query.outDate, query.locale), words.nights(stay)];
  $("summary").textContent = [...dates, hotels.length > 1 ? words.nearestFirst : ""].filter(Boolean).join(" · ");
  if (hotels.length === 0 && stay > 0) {
    say($("nothing"), words.nothing, [words.nothingHint], weekend());
  }
  if (noPrices) {
    $("notice").append(element("p", {}, `${words.noPrices} ${noPrices.sentence(words)}`), retryButton());
  }
  announce([words.count(hotels.length), ...dates, note].filter(Boolean).join(", "));
  if (retried) {
    $("results-title").focus();
  }
}

function showFailure(error) {
  const retried = document.activeElement?.matches(".retry");
  hotels = [];
  selected = null;
  clearMessages();
  list.show([], { words });
  map.clear();
  $("results-title").textContent = words.hotels;
  $("summary").textContent = words.failed;
  document.body.classList.add("failed");
  say($("failure"), words.failed, [error.sentence(words)], retryButton(), error.details(words));
  if (retried) {
    $("failure").querySelector(".retry").focus();
  }
}

function clearMessages() {
  document.body.classList.remove("failed");
  for (const id of ["failure", "nothing", "notice"]) {
    $(id).replaceChildren();
  }
}

/** Puts a message over the map. */
function say(place, title, sentences, action, details = []) {
  place.replaceChildren(element("div", { class: "message" },
    element("p", { class: "message-title" }, title),
    ...sentences.map(sentence => element("p", {}, sentence)),
    action,
    ...details.map(detail => element("p", { class: "detail", lang: "en" }, detail))));
}

/** Asks again, but not while an answer is awaited: pressed again and again, the button must not begin anew each time. */
function retryButton() {
  return button(words.retry, () => searching || run(), { class: "action retry" });
}

function weekend() {
  return button(words.weekend, () => {
    datesError("");
    change(comingWeekend());
    inDate.focus();
  }, { class: "action" });
}

for (const field of [inDate, outDate]) {
  field.addEventListener("change", () => {
    clearTimeout(typing);
    typing = setTimeout(() => datesChanged(field === inDate), TYPING);
  });
}
$("search").addEventListener("submit", event => event.preventDefault());
$("locale").addEventListener("change", event => change({ locale: event.target.value }));
$("search-here").addEventListener("click", () => {
  change(map.lookedAt());
  $("results-title").focus();
});
addEventListener("popstate", () => {
  clearTimeout(typing);
  query = readQuery();
  datesError("");
  run();
});

writeQuery(query, true);
run();
fetch("city.json")
  .then(response => response.json())
  .then(outline => map.drawCity(outline))
  .catch(failure => console.warn("the map has no outline of the city:", failure)); // markers and list work without it

// What the page asks for, kept in its address, so that it can be shared, reloaded and gone back to.

import { comingWeekend, isDate } from "./dates.js";
import { language } from "./words.js";

/** Where the search begins if the address names no place: the middle of San Francisco. */
export const CENTER = { lat: 37.7749, lon: -122.4194 };

function number(text, limit) {
  const value = Number(text);
  return text !== null && text.trim() !== "" && Math.abs(value) <= limit ? value : null;
}

/** Reads the address. Takes the coming weekend, the reader's language and the city's middle for what is missing. */
export function readQuery() {
  const given = new URLSearchParams(location.search);
  const dates = isDate(given.get("inDate")) && isDate(given.get("outDate"))
    ? { inDate: given.get("inDate"), outDate: given.get("outDate") }
    : comingWeekend();
  const lat = number(given.get("lat"), 90);
  const lon = number(given.get("lon"), 180);
  return {
    ...dates,
    locale: language(given.get("locale") ?? navigator.language),
    ...(lat === null || lon === null ? CENTER : { lat, lon }),
  };
}

/** Writes the address. Each change is a step that the browser's Back undoes. */
export function writeQuery(query, replace = false) {
  const params = new URLSearchParams({ inDate: query.inDate, outDate: query.outDate, locale: query.locale });
  if (query.lat !== CENTER.lat || query.lon !== CENTER.lon) {
    params.set("lat", query.lat);
    params.set("lon", query.lon);
  }
  const address = `?${params}`;
  if (address !== location.search) {
    history[replace ? "replaceState" : "pushState"](null, "", address);
  }
}

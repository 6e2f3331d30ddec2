// Dates without a time, as ISO text such as 2015-04-09.

const DAY = 24 * 60 * 60 * 1000;
const FRIDAY = 5;

/** True for a date that exists: not for 2015-02-30. */
export function isDate(text) {
  return /^\d{4}-\d\d-\d\d$/.test(text ?? "") && toText(new Date(`${text}T00:00:00Z`)) === text;
}

function toText(date) {
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
}

function millis(text) {
  return Date.parse(`${text}T00:00:00Z`);
}

export function addDays(text, days) {
  return toText(new Date(millis(text) + days * DAY));
}

/** How many nights a stay has; 0 or less if the departure is not after the arrival. */
export function nights(inDate, outDate) {
  return Math.round((millis(outDate) - millis(inDate)) / DAY);
}

/** From the next Friday to its Sunday, in San Francisco's time. Today counts if it is a Friday. */
export function comingWeekend(now = new Date()) {
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: "America/Los_Angeles", dateStyle: "short" }).format(now);
  const friday = addDays(today, (FRIDAY - new Date(millis(today)).getUTCDay() + 7) % 7);
  return { inDate: friday, outDate: addDays(friday, 2) };
}

/** Both days in a reader's language: "Apr 9 – 10, 2015". */
export function range(inDate, outDate, locale) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).formatRange(millis(inDate), millis(outDate));
}

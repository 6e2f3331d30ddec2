// Events, requests worth a look, routes, and the explanation of a request.

import { element, keyed, setClass, setText, table } from "./dom.js";
import { clock } from "./services.js";
import { time } from "./rates.js";

const MOST_EVENTS = 200;

const KINDS = {
  "joined": { text: "+ joined", class: "good" },
  "left": { text: "− left", class: "warn" },
  "ejected": { text: "✗ ejected", class: "bad" },
  "returned": { text: "✓ returned", class: "good" },
  "suspect": { text: "? suspect", class: "warn" },
  "panic": { text: "‼ panic: all instances are used", class: "bad" },
  "panic-over": { text: "✓ panic is over", class: "good" },
  "watch-failed": { text: "✗ the registry fails", class: "bad" },
  "watch-back": { text: "✓ the registry answers again", class: "good" },
  "reloaded": { text: "↻ configuration loaded", class: "good" },
  "reload-refused": { text: "✗ configuration refused", class: "bad" },
  "quarantined": { text: "✗ route quarantined", class: "warn" },
  "retired": { text: "− no route names it any more", class: "" },
};

/** The list of events; they are read to those who cannot see the page, too. */
export class Events {
  constructor(list, announcement) {
    this.list = list;
    this.announcement = announcement;
  }

  add(event, announce) {
    const kind = KINDS[event.kind] ?? { text: event.kind, class: "" };
    const name = [event.service, event.subject].filter(part => part).join(" ");
    this.list.prepend(element("li", {},
      element("time", { datetime: event.at }, clock(event.at)), element("b", { class: kind.class }, kind.text), name,
      event.detail ? `: ${event.detail}` : ""));
    while (this.list.childElementCount > MOST_EVENTS) {
      this.list.lastElementChild.remove();
    }
    if (announce) {
      this.announcement.textContent = `${name} ${kind.text.slice(2)}${event.detail ? `: ${event.detail}` : ""}`;
    }
  }

  clear() {
    this.list.replaceChildren();
  }
}

function attemptText(attempt) {
  return `${attempt.instance}: ${attempt.outcome} (after ${attempt.afterMillis.toFixed(1)} ms, took ${attempt.tookMillis.toFixed(1)} ms)`;
}

/** The table of requests. */
export class Requests {
  constructor(parent) {
    const { box, body } = table("Requests worth a look", [
      { title: "When" }, { title: "Request" }, { title: "Status", number: true }, { title: "Took", number: true },
      { title: "Kept because" }, { title: "Route" }, { title: "Attempts" }, { title: "Request id" },
    ]);
    this.body = body;
    this.rows = new Map();
    parent.append(box);
  }

  update(requests) {
    keyed(this.body, this.rows, requests, one => `${one.requestId} ${one.at}`, one => {
      const attempts = element("ol", {}, ...one.attempts.map(attempt => element("li", {}, attemptText(attempt))));
      const details = element("details", {}, element("summary", {}, `${one.attempts.length}`), attempts);
      return { node: element("tr", {},
        element("td", {}, clock(one.at)), element("td", { class: "reason" }, `${one.method} ${one.path}`),
        element("td", { class: one.status >= 499 ? "number bad" : "number" }, String(one.status)),
        element("td", { class: "number" }, time(one.tookMillis)),
        element("td", { class: "reason" }, one.reason + (one.error ? `: ${one.error}` : "")),
        element("td", {}, one.route ?? "–"), element("td", { class: "reason" }, details),
        element("td", { class: "reason" }, one.requestId)) };
    }, () => {});
  }
}

/** The table of routes. */
export class Routes {
  constructor(parent) {
    const { box, body } = table("Routes, the most specific first", [
      { title: "Route" }, { title: "Takes" }, { title: "Service" }, { title: "From" }, { title: "State" }, { title: "Why" },
    ]);
    this.body = body;
    this.rows = new Map();
    parent.append(box);
  }

  update(routes) {
    keyed(this.body, this.rows, routes, route => `${route.name} ${route.service ?? ""} ${route.state}`, () => {
      const cells = [element("th", { scope: "row" }), ...[1, 2, 3, 4, 5].map(() => element("td", { class: "reason" }))];
      return { node: element("tr", {}, ...cells), cells };
    }, (row, route) => {
      const live = route.state === "live";
      [route.name, route.takes, route.service ?? "–", route.source, (live ? "✓ " : "✗ ") + route.state, route.reason ?? ""]
        .forEach((text, i) => setText(row.cells[i], text));
      setClass(row.cells[4], live ? "good" : "bad");
    });
  }
}

function explained(plan) {
  const parts = [element("p", {}, plan.answer ? `The gateway itself would answer ${plan.answer}` : `Route ${plan.route} takes it.`)];
  const forwarded = plan.forwarded;
  if (forwarded) {
    parts.push(element("p", {}, `Service ${forwarded.service} is asked for ${forwarded.path} within ${forwarded.deadlineMillis} ms, `
      + `in up to ${forwarded.attempts} attempts (${forwarded.balancer}). Sent again: ${forwarded.retry}. `
      + `The budget allows ${forwarded.retriesLeft} retries now.`));
    const instances = table("Instances it could go to", [{ title: "Instance" }, { title: "Use" }, { title: "Why" }]);
    instances.body.append(...forwarded.instances.map(one => element("tr", {},
      element("th", { scope: "row" }, one.instance), element("td", {}, one.use === "next" ? "⇒ next" : one.use),
      element("td", { class: "reason" }, one.why))));
    parts.push(instances.box);
  }
  const routes = table("Which route takes it", [{ title: "Route" }, { title: "Takes" }, { title: "Why" }]);
  routes.body.append(...plan.routes.map(one => element("tr", {},
    element("th", { scope: "row" }, one.route), element("td", {}, one.takes),
    element("td", { class: "reason" }, (one.taken ? "⇒ " : "no: ") + one.why))));
  return [...parts, routes.box];
}

/** The form that asks what would become of a request. */
export function explain(form, result) {
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const headers = form.elements.headers.value.split("\n").filter(line => line.trim());
    const body = { method: form.elements.method.value.trim(), url: form.elements.url.value.trim(), headers };
    try {
      const answer = await fetch("explain", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
      const told = await answer.json();
      result.replaceChildren(...(answer.ok ? explained(told) : [element("p", { class: "bad" }, told.detail)]));
    } catch {
      result.replaceChildren(element("p", { class: "bad" }, "The gateway cannot be reached."));
    }
  });
}

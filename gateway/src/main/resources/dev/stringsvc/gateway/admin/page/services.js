// The services and their instances: what the registry says beside what the gateway thinks.

import { element, keyed, setClass, setText, svg, table } from "./dom.js";
import { percent, perSecond, time } from "./rates.js";

const COLUMNS = [
  { title: "Instance" }, { title: "Registry says" }, { title: "Gateway says" }, { title: "Why" },
  { title: "In flight", number: true }, { title: "Attempts/s", number: true }, { title: "Errors", number: true },
  { title: "p50", number: true }, { title: "p99", number: true }, { title: "Last minute" },
];

const GATEWAY = {
  active: { text: "✓ active", class: "good" },
  ejected: { text: "✗ ejected", class: "bad" },
  suspect: { text: "? suspect", class: "warn" },
  draining: { text: "… draining", class: "warn" },
  unused: { text: "– not used", class: "" },
};

/** The key of an instance in the rates. */
export const instanceKey = (service, id) => `${service}\n${id}`;

function makeRow() {
  const name = element("span");
  const address = element("small");
  const cells = COLUMNS.slice(1).map(column => element("td", { class: column.number ? "number" : undefined }));
  cells[2].className = "reason";
  const path = svg("path");
  cells.at(-1).append(svg("svg", { class: "spark", viewBox: "0 0 59 20", preserveAspectRatio: "none", "aria-hidden": "true" }, path));
  const row = { node: element("tr", {}, element("th", { scope: "row" }, name, address), ...cells), name, address, cells, path, drawn: "", visible: false, steps: [], texts: [] };
  drawnRows.set(row.node, row);
  onScreen.observe(row.node);
  return row;
}

// Only the lines on the screen are drawn: hundreds of them a second would make scrolling slow.
const drawnRows = new WeakMap();
const onScreen = new IntersectionObserver(entries => {
  for (const entry of entries) {
    const row = drawnRows.get(entry.target);
    row.visible = entry.isIntersecting;
    draw(row);
  }
});

function draw(row) {
  if (!row.visible) {
    return;
  }
  const steps = row.steps;
  const top = Math.max(1, ...steps);
  const offset = 59 - steps.length;
  const line = steps.map((step, i) => `${i === 0 ? "M" : "L"}${offset + i} ${(19 - 18 * step / top).toFixed(1)}`).join("");
  if (row.drawn !== line) {
    row.drawn = line;
    row.path.setAttribute("d", line);
  }
}

function why(instance) {
  const reasons = [];
  if (instance.registryReason) {
    reasons.push(instance.registryReason);
  }
  if (instance.state === "ejected") {
    reasons.push(`since ${clock(instance.ejectedAt)}: ${instance.lastFailure ?? "it fails"}`);
  } else if (instance.state === "suspect") {
    reasons.push("the registry dropped it with too many others; used while it responds");
  }
  return reasons.join("; ");
}

/** The time of day in the browser's zone. */
export function clock(instant) {
  return instant ? new Date(instant).toLocaleTimeString("en-GB") : "";
}

function updateRow(row, instance, service, rates) {
  const gateway = GATEWAY[instance.state] ?? { text: instance.state, class: "" };
  setText(row.name, instance.id);
  setText(row.address, instance.address);
  row.node.dataset.instance = instance.id;
  const key = instanceKey(service, instance.id);
  const served = instance.served;
  const texts = [
    (instance.registry === "healthy" ? "✓ " : "✗ ") + instance.registry, gateway.text, why(instance),
    instance.inFlight === undefined ? "" : String(instance.inFlight), served ? perSecond(rates.now(key)) : "",
    served ? percent(served.errors) : "", served ? time(served.p50Millis) : "", served ? time(served.p99Millis) : "",
  ];
  texts.forEach((text, i) => {
    if (row.texts[i] !== text) {
      row.cells[i].textContent = text;
    }
  });
  row.texts = texts;
  setClass(row.cells[0], instance.registry === "healthy" ? "good" : "bad");
  setClass(row.cells[1], gateway.class);
  setClass(row.cells[5], "number" + (served && served.errors > 0 ? " bad" : ""));
  setClass(row.node, instance.differ ? "differs" : instance.state === "draining" || instance.state === "unused" ? "gone" : "");
  row.steps = rates.steps(key);
  draw(row);
}

function unused(one) {
  return { id: one.id, address: one.address, registry: one.status, registryReason: one.reason, state: "unused", differ: false };
}

function makeService(service) {
  const title = element("h3", {}, service.service);
  const facts = element("p", { class: "note" });
  const { box, body } = table(`Instances of ${service.service}`, COLUMNS, "instances");
  return { node: element("article", {}, title, facts, box), facts, body, rows: new Map() };
}

function factsOf(service, rates) {
  const served = service.served;
  const watch = service.watch;
  const facts = [
    `${service.instances.length} instances`,
    `${perSecond(rates.now(service.service))} requests/s`,
    `${percent(served.errors)} errors`,
    `${served.count.toLocaleString("en")} requests and ${served.retries.toLocaleString("en")} retries so far`,
  ];
  if (service.retriesLeft !== undefined) {
    facts.push(`${service.retriesLeft.toLocaleString("en")} retries in the budget`);
  }
  facts.push(watch.index === 0 && !watch.error && watch.ageSeconds !== undefined && !watch.remembered
    ? "its instances are fixed"
    : watch.ageSeconds === undefined
    ? "the registry has not answered yet"
    : `the registry answered ${Math.round(watch.ageSeconds)} s ago${watch.remembered ? ", in an earlier run" : ""}`);
  if (watch.error) {
    facts.push(`its last error: ${watch.error}`);
  }
  if (service.panic) {
    facts.unshift("PANIC: most instances fail, so all are used");
  }
  return facts.join(" · ");
}

/** Shows services; call update with each state. */
export class Services {
  constructor(parent) {
    this.parent = parent;
    this.articles = new Map();
  }

  update(services, rates) {
    keyed(this.parent, this.articles, services, service => service.service, makeService, (article, service) => {
      setText(article.facts, factsOf(service, rates));
      setClass(article.facts, service.panic || service.watch.error ? "note bad" : "note");
      const known = new Set(service.instances.map(instance => instance.id));
      const others = service.unhealthy.filter(one => !known.has(one.id)).map(unused);
      keyed(article.body, article.rows, [...service.instances, ...others], instance => `${instance.id} ${instance.address}`,
        makeRow, (row, instance) => updateRow(row, instance, service.service, rates));
    });
  }
}

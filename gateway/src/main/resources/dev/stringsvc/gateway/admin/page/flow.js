// The picture of the traffic: routes on the left, services in the middle, instances on the right.

import { svg } from "./dom.js";
import { perSecond } from "./rates.js";

const WIDTH = 1000;
const ROW = 22;
const MOST = 24; // of routes and of instances; the busiest are drawn
const THICKEST = 18;

/** The key of a flow in the rates. */
export const flowKey = flow => `${flow.route}\n${flow.service}\n${flow.instance}`;

function sums(flows, key) {
  const all = new Map();
  for (const flow of flows) {
    const name = key(flow);
    all.set(name, (all.get(name) ?? 0) + flow.rate);
  }
  return all;
}

function busiest(sum, what) {
  const names = [...sum.keys()].sort((a, b) => sum.get(b) - sum.get(a) || a.localeCompare(b));
  const shown = names.slice(0, MOST).sort();
  return { shown: new Set(shown), order: shown, rest: names.length > MOST ? `${names.length - MOST} other ${what}` : null };
}

function places(order, height) {
  return new Map(order.map((name, i) => [name, (i + 0.5) * height / order.length]));
}

function link(x1, y1, x2, y2, rate, top, failing) {
  const middle = (x1 + x2) / 2;
  return svg("path", {
    d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`,
    "stroke-width": Math.max(1, THICKEST * rate / top).toFixed(1),
    class: failing ? "failing" : "",
  });
}

function label(x, y, anchor, text) {
  return svg("text", { x, y: y + 4, "text-anchor": anchor }, text.length > 34 ? text.slice(0, 33) + "…" : text);
}

/** Draws the flows of one state. */
export class Flow {
  constructor(parent) {
    this.parent = parent;
  }

  update(state, rates) {
    const flows = state.flows.map(flow => ({ ...flow, rate: rates.now(flowKey(flow)) }));
    const ejected = new Set(state.services.flatMap(service =>
      service.instances.filter(one => one.state === "ejected").map(one => `${service.service}\n${one.id}`)));
    const instanceOf = flow => `${flow.service}\n${flow.instance}`;
    const byRoute = sums(flows, flow => flow.route);
    const byService = sums(flows, flow => flow.service);
    const byInstance = sums(flows, instanceOf);
    const routes = busiest(byRoute, "routes");
    const instances = busiest(byInstance, "instances");
    const route = flow => routes.shown.has(flow.route) ? flow.route : routes.rest;
    const instance = flow => instances.shown.has(instanceOf(flow)) ? instanceOf(flow) : instances.rest;
    const left = [...routes.order, ...(routes.rest ? [routes.rest] : [])];
    const right = [...instances.order, ...(instances.rest ? [instances.rest] : [])];
    const middle = [...byService.keys()].sort();
    const height = Math.max(left.length, middle.length, right.length, 1) * ROW;
    const atLeft = places(left, height);
    const atMiddle = places(middle, height);
    const atRight = places(right, height);
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": this.describe(byService) });
    const first = sums(flows, flow => `${route(flow)}\t${flow.service}`);
    const second = sums(flows, flow => `${flow.service}\t${instance(flow)}`);
    const top = Math.max(1, ...byService.values());
    for (const [key, rate] of first) {
      const [from, to] = key.split("\t");
      picture.append(link(230, atLeft.get(from), 480, atMiddle.get(to), rate, top, false));
    }
    for (const [key, rate] of second) {
      const [from, to] = key.split("\t");
      picture.append(link(520, atMiddle.get(from), 770, atRight.get(to), rate, top, ejected.has(to)));
    }
    for (const name of left) {
      picture.append(label(224, atLeft.get(name), "end", name));
    }
    for (const name of middle) {
      picture.append(svg("rect", { x: 480, y: atMiddle.get(name) - 9, width: 40, height: 18, rx: 4 }),
        label(500, atMiddle.get(name) - 16, "middle", `${name} · ${perSecond(byService.get(name))}/s`));
    }
    for (const name of right) {
      const id = name.includes("\n") ? name.slice(name.indexOf("\n") + 1) : name;
      const rate = byInstance.get(name);
      picture.append(label(776, atRight.get(name), "start",
        rate === undefined ? id : `${id} · ${perSecond(rate)}/s${ejected.has(name) ? " · ejected" : ""}`));
    }
    this.parent.replaceChildren(flows.length === 0 ? "No request has come yet." : picture);
  }

  describe(byService) {
    const parts = [...byService].map(([name, rate]) => `${name} ${perSecond(rate)} requests a second`);
    return `Traffic: ${parts.join(", ")}. The tables below have the numbers of each instance.`;
  }
}

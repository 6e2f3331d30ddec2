// The live page: listens to /live and /events, and shows what they say.

import { setClass, setText } from "./dom.js";
import { Flow, flowKey } from "./flow.js";
import { Events, Requests, Routes, explain } from "./lists.js";
import { Rates } from "./rates.js";
import { Services, instanceKey } from "./services.js";

const REQUESTS_EVERY = 5000;
const SILENT_AFTER = 5000;

const at = id => document.getElementById(id);
const rates = new Rates();
const services = new Services(at("service-list"));
const flow = new Flow(at("flow"));
const routes = new Routes(at("routes"));
const requests = new Requests(at("requests"));
const events = new Events(at("events"), at("announcement"));
let heardAt = 0;
let open = [];

function show(state) {
  heardAt = performance.now();
  at("content").hidden = false;
  const now = Date.parse(state.at);
  rates.add(now, [
    ...state.services.map(service => [service.service, service.served.count]),
    ...state.services.flatMap(service =>
      service.instances.map(one => [instanceKey(service.service, one.id), one.served.count])),
    ...state.flows.map(one => [flowKey(one), one.attempts]),
  ]);
  setText(at("ready"), state.ready ? "✓ ready" : "✗ not ready");
  setClass(at("ready"), state.ready ? "badge good" : "badge bad");
  setText(at("connection"), "live");
  services.update(state.services, rates);
  if (!document.hidden) {
    flow.update(state, rates);
  }
  routes.update(state.routes);
}

function listen() {
  const live = new EventSource("live");
  live.addEventListener("live", message => show(JSON.parse(message.data)));
  const changes = new EventSource("events");
  const begun = Date.now();
  let last = 0;
  const hear = message => {
    const event = JSON.parse(message.data);
    if (event.number <= last) {
      events.clear(); // the gateway was started again
    }
    last = event.number;
    events.add(event, Date.parse(event.at) >= begun - 1000);
  };
  for (const kind of ["joined", "left", "ejected", "returned", "suspect", "panic", "panic-over", "watch-failed", "watch-back",
    "reloaded", "reload-refused", "quarantined", "retired"]) {
    changes.addEventListener(kind, hear);
  }
  open = [live, changes];
  loadRequests();
}

async function loadRequests() {
  if (!document.hidden) {
    try {
      const answer = await fetch("requests?limit=50");
      if (answer.ok) {
        requests.update((await answer.json()).requests);
      }
    } catch {
      // the header says that the connection is lost
    }
  }
  setTimeout(loadRequests, REQUESTS_EVERY);
}

setInterval(() => {
  if (heardAt && performance.now() - heardAt > SILENT_AFTER) {
    const seconds = Math.round((performance.now() - heardAt) / 1000);
    setText(at("connection"), `connection lost; what is shown is ${seconds} s old`);
    setText(at("ready"), "? unknown");
    setClass(at("ready"), "badge warn");
    for (const source of open) {
      if (source.readyState === EventSource.CLOSED) {
        location.reload();
      }
    }
  }
}, 1000);

/** Exchanges the token for a cookie. */
async function login(token) {
  const answer = await fetch("login", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token }),
  });
  return answer.ok;
}

async function start() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    history.replaceState(null, "", location.pathname);
    await login(given);
  }
  const answer = await fetch("live");
  if (answer.status !== 401) {
    at("login").hidden = true;
    listen();
    return;
  }
  setText(at("connection"), "sign in to see the gateway");
  at("login").hidden = false;
  at("token").focus();
}

at("login").addEventListener("submit", async event => {
  event.preventDefault();
  if (await login(at("token").value)) {
    at("token").value = "";
    await start();
  } else {
    setText(at("login-error"), "The gateway does not accept this token.");
  }
});
explain(at("explain"), at("explanation"));
start();

// Requests a second, from totals that only grow.

const SAMPLES = 60;

/** Totals of one thing over the last minute, one sample a second or more. */
class Series {
  constructor() {
    this.samples = [];
  }

  add(at, total) {
    const last = this.samples.at(-1);
    if (last && total < last.total) {
      this.samples = []; // the gateway was started again
    }
    this.samples.push({ at, total });
    if (this.samples.length > SAMPLES) {
      this.samples.shift();
    }
  }

  /** Requests a second, over about the last three seconds. */
  now() {
    const last = this.samples.at(-1);
    if (!last) {
      return 0;
    }
    let first = last;
    for (const sample of this.samples) {
      if (last.at - sample.at <= 3500) {
        first = sample;
        break;
      }
    }
    return last.at === first.at ? 0 : (last.total - first.total) * 1000 / (last.at - first.at);
  }

  /** Requests a second between each two samples. */
  steps() {
    const steps = [];
    for (let i = 1; i < this.samples.length; i++) {
      const span = this.samples[i].at - this.samples[i - 1].at;
      steps.push(span > 0 ? (this.samples[i].total - this.samples[i - 1].total) * 1000 / span : 0);
    }
    return steps;
  }
}

/** Series by name. Those that are not told of any more are forgotten. */
export class Rates {
  constructor() {
    this.series = new Map();
  }

  /** @param totals pairs of a name and a total */
  add(at, totals) {
    const known = new Set();
    for (const [name, total] of totals) {
      known.add(name);
      if (!this.series.has(name)) {
        this.series.set(name, new Series());
      }
      this.series.get(name).add(at, total);
    }
    for (const name of this.series.keys()) {
      if (!known.has(name)) {
        this.series.delete(name);
      }
    }
  }

  now(name) {
    return this.series.get(name)?.now() ?? 0;
  }

  steps(name) {
    return this.series.get(name)?.steps() ?? [];
  }
}

/** For example `1,234`, `12.3` or `0`. */
export function perSecond(rate) {
  return rate >= 100 ? Math.round(rate).toLocaleString("en") : rate === 0 ? "0" : rate.toFixed(1);
}

/** For example `1.24 s`, `12 ms`, `0.4 ms`, or a dash for none. */
export function time(millis) {
  if (millis === 0) {
    return "–";
  }
  return millis >= 1000 ? `${(millis / 1000).toFixed(2)} s` : millis >= 10 ? `${Math.round(millis)} ms` : `${millis.toFixed(1)} ms`;
}

/** For example `0.4 %`. */
export function percent(share) {
  return share === 0 ? "0 %" : share < 0.001 ? "< 0.1 %" : `${(share * 100).toFixed(1)} %`;
}

// Asks the service frontend.

const PATIENCE = 15_000;
const EARTH = 6_371_000; // mean radius in metres

/** Why there is no answer. `problem` is the service's own explanation, if it sent one. */
export class Failure extends Error {
  constructor(kind, problem = {}) {
    super(kind);
    this.kind = kind;
    this.problem = problem;
  }

  /** A sentence that names the service. */
  sentence(words) {
    const { service, status } = this.problem;
    if (this.kind !== "problem") {
      return words[this.kind];
    }
    if (status === 400) {
      return words.refused;
    }
    const phrase = { 503: words.away, 504: words.late }[status] ?? words.broken;
    return phrase(service ?? "frontend");
  }

  /** What the service said itself, for those who look for the cause. */
  details(words) {
    const { title, detail, request_id: id } = this.problem;
    return [[title, detail].filter(Boolean).join(": "), id && words.request(id)].filter(Boolean);
  }
}

async function get(path, params, signal) {
  try {
    const response = await fetch(`${path}?${new URLSearchParams(params)}`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
      headers: { Accept: "application/json" },
    });
    const body = await json(response);
    if (response.ok && body) {
      return { body, language: response.headers.get("Content-Language") };
    }
    throw response.ok ? new Failure("unclear") : new Failure("problem", { ...body, status: response.status });
  } catch (error) {
    if (error instanceof Failure || signal.aborted) {
      throw error;
    }
    throw error.name === "TimeoutError" ? new Failure("problem", { status: 504 }) : new Failure("unreachable");
  }
}

/** The body as JSON; null if it is something else, such as a proxy's HTML. */
async function json(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Metres between two places, along the surface. */
function metres(from, to) {
  const rad = degrees => (degrees * Math.PI) / 180;
  const half = Math.sin(rad(to.lat - from.lat) / 2) ** 2
    + Math.cos(rad(from.lat)) * Math.cos(rad(to.lat)) * Math.sin(rad(to.lon - from.lon) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.sqrt(half));
}

/** The hotels that have a room for the dates, nearest first, without prices. */
export async function findHotels({ inDate, outDate, lat, lon, locale }, signal) {
  const { body, language } = await get("hotels", { inDate, outDate, lat, lon, locale, details: true }, signal);
  if (!Array.isArray(body.features)) {
    throw new Failure("unclear");
  }
  return body.features
    .map(({ id, properties, geometry: { coordinates: [hotelLon, hotelLat] } }) => ({
      id,
      name: properties.name,
      phone: properties.phone_number,
      address: properties.address,
      description: properties.description,
      image: properties.image,
      language,
      lat: hotelLat,
      lon: hotelLon,
      distance: metres({ lat, lon }, { lat: hotelLat, lon: hotelLon }),
      plans: [],
    }))
    .sort((one, other) => one.distance - other.distance);
}

/** The rate plans of hotels by their id, the cheapest of each first. */
export async function findRates(hotels, { inDate, outDate }, signal) {
  const { body } = await get("rates", { hotelIds: hotels.map(hotel => hotel.id).join(","), inDate, outDate }, signal);
  if (!Array.isArray(body.ratePlans)) {
    throw new Failure("unclear");
  }
  const plans = new Map();
  for (const { hotelId, roomType } of body.ratePlans) {
    const plan = {
      currency: body.currency,
      room: roomType.description,
      night: roomType.bookableRate,
      total: roomType.totalRateInclusive,
    };
    plans.set(hotelId, [...(plans.get(hotelId) ?? []), plan]);
  }
  return plans;
}

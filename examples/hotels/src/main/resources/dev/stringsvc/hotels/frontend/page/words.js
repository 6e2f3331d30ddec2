// What the page says, in each of its languages. The hotels' own texts come from the service profile.

const EN = {
  title: "Hotels in San Francisco",
  skip: "Skip to the list of hotels",
  arrival: "Arrival",
  departure: "Departure",
  language: "Language",
  map: "Map",
  mapHelp: "The arrow keys move the map, plus and minus zoom. Each hotel is a button.",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  searchHere: "Search around here",
  hotels: "Hotels",
  count: n => (n === 1 ? "1 hotel" : `${n} hotels`),
  nights: n => (n === 1 ? "1 night" : `${n} nights`),
  nearestFirst: "nearest first",
  perNight: "a night",
  total: (price, nights) => `${nights} with taxes: ${price}`,
  noPrice: "no price",
  phone: number => `Phone ${number}`,
  rooms: "Rooms",
  loading: "Looking for hotels …",
  selected: (name, price) => `Selected: ${name}, ${price}`,
  moved: date => `The departure moved to ${date} with the arrival.`,
  notAfter: "The departure must be after the arrival.",
  noDate: "Please enter both dates.",
  nothing: "No hotel has a room for these dates.",
  nothingHint: "Try other dates, or move the map and search there.",
  weekend: "Show the coming weekend",
  failed: "The hotels cannot be shown now",
  noPrices: "There are no prices now.",
  away: service => `No instance of the service ${service} answers.`,
  late: service => `The service ${service} did not answer in time.`,
  broken: service => `The service ${service} failed.`,
  refused: "The request was refused.",
  unreachable: "The service frontend cannot be reached.",
  unclear: "The service frontend sent an answer that the page does not understand.",
  retry: "Try again",
  request: id => `Request ${id}`,
};

const DE = {
  title: "Hotels in San Francisco",
  skip: "Zur Liste der Hotels springen",
  arrival: "Anreise",
  departure: "Abreise",
  language: "Sprache",
  map: "Karte",
  mapHelp: "Die Pfeiltasten bewegen die Karte, Plus und Minus ändern den Maßstab. Jedes Hotel ist eine Schaltfläche.",
  zoomIn: "Vergrößern",
  zoomOut: "Verkleinern",
  searchHere: "Hier suchen",
  hotels: "Hotels",
  count: n => (n === 1 ? "1 Hotel" : `${n} Hotels`),
  nights: n => (n === 1 ? "1 Nacht" : `${n} Nächte`),
  nearestFirst: "die nächsten zuerst",
  perNight: "pro Nacht",
  total: (price, nights) => `${nights} mit Steuern: ${price}`,
  noPrice: "kein Preis",
  phone: number => `Telefon ${number}`,
  rooms: "Zimmer",
  loading: "Hotels werden gesucht …",
  selected: (name, price) => `Ausgewählt: ${name}, ${price}`,
  moved: date => `Die Abreise ist mit der Anreise auf den ${date} gerückt.`,
  notAfter: "Die Abreise muss nach der Anreise liegen.",
  noDate: "Bitte beide Daten eingeben.",
  nothing: "Für diese Daten hat kein Hotel ein Zimmer.",
  nothingHint: "Versuchen Sie andere Daten, oder verschieben Sie die Karte und suchen Sie dort.",
  weekend: "Das kommende Wochenende zeigen",
  failed: "Die Hotels können gerade nicht gezeigt werden",
  noPrices: "Gerade gibt es keine Preise.",
  away: service => `Keine Instanz des Dienstes ${service} antwortet.`,
  late: service => `Der Dienst ${service} hat nicht rechtzeitig geantwortet.`,
  broken: service => `Der Dienst ${service} ist gescheitert.`,
  refused: "Die Anfrage wurde abgelehnt.",
  unreachable: "Der Dienst frontend ist nicht erreichbar.",
  unclear: "Die Antwort des Dienstes frontend ist für die Seite nicht verständlich.",
  retry: "Noch einmal versuchen",
  request: id => `Anfrage ${id}`,
};

const ZH = {
  title: "旧金山酒店",
  skip: "跳到酒店列表",
  arrival: "入住",
  departure: "退房",
  language: "语言",
  map: "地图",
  mapHelp: "方向键移动地图，加号和减号缩放。每家酒店是一个按钮。",
  zoomIn: "放大",
  zoomOut: "缩小",
  searchHere: "在此处搜索",
  hotels: "酒店",
  count: n => `${n} 家酒店`,
  nights: n => `${n} 晚`,
  nearestFirst: "由近到远",
  perNight: "每晚",
  total: (price, nights) => `${nights}共 ${price}，含税`,
  noPrice: "暂无价格",
  phone: number => `电话 ${number}`,
  rooms: "房型",
  loading: "正在查找酒店……",
  selected: (name, price) => `已选择：${name}，${price}`,
  moved: date => `退房日期已随入住日期改为 ${date}。`,
  notAfter: "退房日期必须晚于入住日期。",
  noDate: "请填写两个日期。",
  nothing: "这些日期没有酒店有空房。",
  nothingHint: "请换一个日期，或移动地图后在那里搜索。",
  weekend: "显示即将到来的周末",
  failed: "暂时无法显示酒店",
  noPrices: "暂时没有价格。",
  away: service => `服务 ${service} 没有可用的实例。`,
  late: service => `服务 ${service} 没有及时响应。`,
  broken: service => `服务 ${service} 出错了。`,
  refused: "请求被拒绝。",
  unreachable: "无法连接服务 frontend。",
  unclear: "页面无法理解服务 frontend 的响应。",
  retry: "重试",
  request: id => `请求 ${id}`,
};

const LANGUAGES = { en: EN, de: DE, zh: ZH };

/** The page's language for a tag such as `de-AT`; English if it has none for it. */
export function language(tag) {
  const short = (tag ?? "").toLowerCase().split("-")[0];
  return Object.hasOwn(LANGUAGES, short) ? short : "en";
}

/** The words of a language. */
export function wordsOf(locale) {
  return LANGUAGES[language(locale)];
}

/** Puts the words into all elements that name one in `data-words`. */
export function translate(words, locale) {
  document.documentElement.lang = locale;
  document.title = words.title;
  for (const node of document.querySelectorAll("[data-words]")) {
    node.textContent = words[node.dataset.words];
  }
}

/** An amount of money; without cents if there are none. */
export function money(amount, currency, locale) {
  const whole = Number.isInteger(amount);
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: whole ? 0 : 2,
    maximumFractionDigits: whole ? 0 : 2,
  }).format(amount);
}

/** A distance: 350 m, 1.2 km. */
export function distance(metres, locale) {
  const near = metres < 995;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: near ? "meter" : "kilometer",
    maximumFractionDigits: near ? 0 : 1,
  }).format(near ? Math.round(metres / 10) * 10 : metres / 1000);
}

// What every component of the console shares: one door to the API with the browser's own
// cookie, and one event stream a query, however many components follow it.
//
// A request that is limited waits in line until the API takes requests again and is then
// sent by itself; whoever shows notices is told (document 001, section 6.1).

const hub = (window.musterHub ??= makeHub());

function makeHub() {
  const API = "/api/v1";
  const RENEW_EVERY_MS = 8 * 60 * 1000;
  const RENEW_AT_MOST_EVERY_MS = 60 * 1000;
  const RETRY_STREAM_MS = 3000;
  const RETRY_STREAM_AT_MOST_MS = 60 * 1000;
  const WAIT_IF_NOT_SAID = 30;
  const LIMITED = 429;
  const streams = new Map();
  const lines = new Map();
  const limitListeners = new Set();
  let renewedAt = Date.now();
  let renewing = null;
  let keeping = false;
  let leaving = false;

  // Only once: the sign-in page is told where to lead back to, path and query.
  function signIn() {
    if (leaving) return;
    leaving = true;
    const here = location.pathname + location.search;
    location.replace("/login?reason=expired&next=" + encodeURIComponent(here));
  }

  function renew() {
    renewing ??= fetch(API + "/auth/refresh", { method: "POST" })
      .then((answer) => {
        if (answer.status === 401) signIn();
        if (answer.ok) renewedAt = Date.now();
        return answer.ok;
      })
      .catch(() => false)
      .finally(() => { renewing = null; });
    return renewing;
  }

  async function ask(path, { method = "GET", body, key, keepalive = false } = {}) {
    const wish = { method, keepalive, headers: { Accept: "application/json" } };
    if (key) wish.headers["Idempotency-Key"] = key;
    if (body !== undefined) {
      wish.headers["Content-Type"] = "application/json";
      wish.body = JSON.stringify(body);
    }
    const answer = await sendSignedIn(path, wish);
    const said = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    if (!answer.ok) throw problem(answer, said);
    return said;
  }

  async function askPicture(path) {
    const answer = await sendSignedIn(path, { headers: { Accept: "image/png" } });
    if (!answer.ok) throw problem(answer, await answer.json().catch(() => ({})));
    return answer.blob();
  }

  async function sendSignedIn(path, wish) {
    const answer = await send(path, wish);
    return answer.status === 401 && (await renew()) ? send(path, wish) : answer;
  }

  function problem(answer, said) {
    return Object.assign(new Error(said.message || "The API answered " + answer.status), {
      status: answer.status,
      error: said.error,
      details: said.details || {},
    });
  }

  async function send(path, wish) {
    const line = lineOf(path);
    if (!line.waiting) {
      const answer = await fetch(API + path, wish);
      if (answer.status !== LIMITED) return answer;
      await hold(line, answer);
    }
    line.waiting += 1;
    tellLimits();
    const mine = line.last.then(() => sendInTurn(line, path, wish));
    line.last = mine.catch(() => {});
    return mine.finally(() => {
      line.waiting -= 1;
      tellLimits();
    });
  }

  // One after the other, in the order they came: what was decided first arrives first.
  async function sendInTurn(line, path, wish) {
    for (;;) {
      await untilThen(line);
      const answer = await fetch(API + path, wish);
      if (answer.status !== LIMITED) return answer;
      await hold(line, answer);
    }
  }

  function lineOf(path) {
    const name = path.split(/[/?]/)[1];
    if (!lines.has(name)) lines.set(name, { until: 0, waiting: 0, last: Promise.resolve() });
    return lines.get(name);
  }

  async function hold(line, answer) {
    const said = await answer.json().catch(() => ({}));
    const seconds = Number(said.retryAfter ?? answer.headers.get("Retry-After"));
    line.until = Date.now() + 1000 * Math.max(1, seconds || WAIT_IF_NOT_SAID);
    tellLimits();
  }

  async function untilThen(line) {
    while (Date.now() < line.until) {
      await new Promise((done) => setTimeout(done, Math.min(60000, line.until - Date.now())));
    }
  }

  function limits() {
    const held = [...lines.values()].filter((line) => line.waiting);
    const waiting = held.reduce((sum, line) => sum + line.waiting, 0);
    return { waiting, until: waiting ? Math.min(...held.map((line) => line.until)) : 0 };
  }

  function tellLimits() {
    for (const listener of [...limitListeners]) listener(limits());
  }

  function onLimits(listener) {
    limitListeners.add(listener);
    listener(limits());
    return () => limitListeners.delete(listener);
  }

  function open(stream) {
    if (document.hidden || stream.source) return;
    const since = stream.lastId ? "&last_event_id=" + stream.lastId : "";
    const source = new EventSource(API + "/tracking/stream?" + stream.query + since);
    stream.source = source;
    source.onopen = () => {
      stream.pause = RETRY_STREAM_MS;
      tell(stream, "onState", true);
    };
    source.addEventListener("update", (message) => {
      if (message.lastEventId) stream.lastId = message.lastEventId;
      tell(stream, "onEvent", JSON.parse(message.data));
    });
    source.addEventListener("reset", () => tell(stream, "onEvent", { type: "reset" }));
    source.addEventListener("session.ended", signIn);
    source.onerror = () => {
      tell(stream, "onState", false);
      if (source.readyState !== EventSource.CLOSED) return; // it comes back by itself
      close(stream);
      stream.retry = setTimeout(() => renew().then(() => open(stream)), stream.pause);
      stream.pause = Math.min(2 * stream.pause, RETRY_STREAM_AT_MOST_MS);
    };
  }

  function close(stream) {
    clearTimeout(stream.retry);
    stream.source?.close();
    stream.source = null;
  }

  function tell(stream, name, value) {
    for (const listener of [...stream.listeners]) listener[name]?.(value);
  }

  // Six streams block every other request of the browser, so a hidden tab holds none.
  document.addEventListener("visibilitychange", () => {
    for (const stream of streams.values()) document.hidden ? close(stream) : open(stream);
    const isDue = Date.now() - renewedAt > RENEW_AT_MOST_EVERY_MS;
    if (keeping && !document.hidden && isDue) renew();
  });

  function follow(query, listener, since) {
    let stream = streams.get(query);
    if (!stream) {
      stream = { query, listeners: new Set(), source: null, lastId: since || null, pause: RETRY_STREAM_MS };
      streams.set(query, stream);
    }
    stream.listeners.add(listener);
    open(stream);
    if (stream.source?.readyState === EventSource.OPEN) listener.onState?.(true);
    return () => {
      stream.listeners.delete(listener);
      if (stream.listeners.size) return;
      close(stream);
      if (streams.get(query) === stream) streams.delete(query);
    };
  }

  function keepSignedIn() {
    if (keeping) return;
    keeping = true;
    setInterval(() => {
      if (!document.hidden) renew();
    }, RENEW_EVERY_MS);
  }

  return { ask, askPicture, follow, keepSignedIn, onLimits, signIn };
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) made.append(child);
  }
  return made;
}

function icon(name) {
  return element("span", { class: "icon", "aria-hidden": "true" }, name);
}

// One view a mounted component: built once, updated by each run of the script. A call that
// was overtaken by the next one cleans up nothing.
function keepView(parentElement, build, data) {
  const views = (window.musterViews ??= new WeakMap());
  let kept = views.get(parentElement);
  if (!kept) {
    kept = { view: build(), turn: 0 };
    views.set(parentElement, kept);
    parentElement.append(kept.view.root);
  }
  const turn = ++kept.turn;
  kept.view.update(data);
  return () => {
    if (kept.turn !== turn) return;
    kept.view.stop();
    kept.view.root.remove();
    views.delete(parentElement);
  };
}

// A key for a request that must be done once, however often it is sent.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function inTime(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return whole + " s";
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

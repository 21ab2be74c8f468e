// The review deck: some cards are held in the browser, a decision shows the next one at
// once and is sent behind it; what the server says wins.

export default function ({ parentElement, data }) {
  return keepView(parentElement, buildDeck, data);
}

const PORTION = 10;
const REFILL_BELOW = 6;
const TRIES = 6;
const FIRST_WAIT_MS = 400;
const WISHES = { approved: "approve", rejected: "reject", pending: "pending" };

function buildDeck() {
  const main = element("div", { class: "main", tabindex: "-1" });
  const saving = element("span", { role: "status", class: "saving quiet" });
  const left = element("span", { class: "left number" });
  const notice = element("div", { role: "alert", class: "notice", hidden: true });
  const approve = actionButton("approve", "thumb_up", "Approve", "A", () => decide("approved"));
  const reject = actionButton("reject", "thumb_down", "Reject", "X", () => decide("rejected"));
  const undo = actionButton("undo", "undo", "Undo", "Z", undoLast);
  const putBack = element("button", { type: "button", class: "put-back", onclick: () => decide("pending") },
    icon("inbox"), " Back to the queue");
  const hints = element("p", { class: "keys quiet" },
    "Keys: A approve, X reject, Z undo, J next, K back.");
  const root = element("div", { class: "root deck" },
    element("div", { class: "head" }, left, saving), notice, main,
    element("div", { class: "actions" }, approve, reject, putBack, undo), hints);

  let query = null;
  let cards = [];
  let place = 0;
  let cursor = null;
  let atEnd = false;
  let filling = null;
  let turn = 0;
  let counts = null;
  let failure = null;
  let history = [];
  let retrying = 0;
  let hasDecided = false;
  const gone = new Set();
  const versions = new Map();
  const unsaved = new Map();
  const queued = new Map();

  async function refill() {
    if (filling || atEnd) return;
    const mine = turn;
    filling = fetchCards();
    paint();
    try {
      const page = await filling;
      if (mine !== turn) return;
      const held = new Set(cards.map((card) => card.id));
      cards.push(...page.items.filter((card) => !held.has(card.id) && !gone.has(card.id)));
      cursor = page.next;
      atEnd = !page.next;
      // While decisions are on their way, the deck's own counts are ahead of the server's.
      if (!counts || !unsaved.size) counts = page.counts;
      failure = null;
    } catch (problem) {
      if (mine === turn) failure = problem;
    } finally {
      if (mine === turn) filling = null;
    }
    paint();
    const hasRoom = !atEnd && !failure && cards.length < REFILL_BELOW;
    if (mine === turn && hasRoom) refill();
  }

  function fetchCards() {
    const wish = new URLSearchParams({ status: query.status, limit: PORTION });
    if (query.campaignId) wish.set("campaignId", query.campaignId);
    if (cursor) wish.set("after", cursor);
    return hub.ask("/profiles?" + wish);
  }

  function decide(decision) {
    const card = cards[place];
    if (!card || card.status === decision) return;
    cards.splice(place, 1);
    gone.add(card.id);
    history.push({ card, place, decision });
    place = Math.min(place, Math.max(0, cards.length - 1));
    say(null);
    change(card, card.status, decision);
    if (!cards.length && atEnd) startOver(); // better ones may have arrived behind us
    if (cards.length < REFILL_BELOW) refill();
    paint();
  }

  function undoLast() {
    const last = history.pop();
    if (!last) return;
    gone.delete(last.card.id);
    place = Math.min(last.place, cards.length);
    cards.splice(place, 0, { ...last.card });
    say(null);
    change(last.card, last.decision, last.card.status);
    paint();
  }

  // A decision is taken back before another one takes its place: nothing is overruled.
  function change(card, from, to) {
    hasDecided = true;
    if (counts) {
      counts = { ...counts, [from]: Math.max(0, counts[from] - 1) };
      counts[to] += 1;
    }
    const steps = from === "pending" || to === "pending" ? [to] : ["pending", to];
    for (const decision of steps) save(card, decision);
  }

  // Decisions about one card go out one after the other, about different cards at once.
  function save(card, decision) {
    unsaved.set(card.id, (unsaved.get(card.id) || 0) + 1);
    const before = queued.get(card.id) || Promise.resolve();
    const saved = before.then(() => send(card, decision)).finally(() => {
      const rest = unsaved.get(card.id) - 1;
      rest ? unsaved.set(card.id, rest) : unsaved.delete(card.id);
      if (queued.get(card.id) === saved) queued.delete(card.id);
      paintSaving();
    });
    queued.set(card.id, saved);
    paintSaving();
  }

  async function send(card, decision) {
    for (let tried = 1; ; tried++) {
      try {
        const path = `/profiles/${card.id}/${WISHES[decision]}`;
        const body = { version: versions.get(card.id) ?? card.version };
        const fresh = await hub.ask(path, { method: "POST", body, keepalive: true });
        versions.set(card.id, fresh.version);
        return;
      } catch (problem) {
        if (problem.status === 409) return lose(card, problem);
        const isFinal = problem.status >= 400 && problem.status < 500 && problem.status !== 429;
        if (isFinal || tried === TRIES) return giveUp(card, decision, problem);
        retrying += 1;
        paintSaving();
        await new Promise((done) => setTimeout(done, FIRST_WAIT_MS * 2 ** (tried - 1)));
        retrying -= 1;
      }
    }
  }

  function lose(card, problem) {
    const { status, decidedBy, version } = problem.details;
    if (version) versions.set(card.id, version);
    forget(card);
    if (status === "pending") gone.delete(card.id);
    const who = decidedBy && decidedBy === query.me ? "you, in another tab" : "somebody else";
    say(status === "pending"
      ? `@${card.handle} was put back into the queue by somebody else. It comes up again.`
      : `@${card.handle} was ${status} by ${who} before. That decision stands.`);
    counts = null;
    startOver();
    refill();
    paint();
  }

  function giveUp(card, decision, problem) {
    forget(card);
    gone.delete(card.id);
    cards.unshift({ ...card });
    place = 0;
    counts = null;
    say(`@${card.handle} was not ${decision === "pending" ? "put back" : decision}: ${problem.message}`);
    startOver();
    refill();
    paint();
  }

  function forget(card) {
    history = history.filter((step) => step.card.id !== card.id);
    cards = cards.filter((held) => held.id !== card.id);
    place = Math.min(place, Math.max(0, cards.length - 1));
  }

  function startOver() {
    atEnd = false;
    cursor = null;
  }

  function step(by) {
    if (!cards.length) return;
    place = Math.max(0, Math.min(cards.length - 1, place + by));
    if (cards.length - place < REFILL_BELOW) refill();
    paint();
  }

  function say(words) {
    notice.hidden = !words;
    notice.replaceChildren(...(words ? [icon("info"), " " + words] : []));
  }

  function paint() {
    const card = cards[place];
    const isShown = card && main.dataset.cardId === card.id;
    if (!isShown) {
      main.replaceChildren(card ? drawCard(card) : drawNothing({ failure, filling, query, retry }));
      main.dataset.cardId = card?.id ?? "";
    }
    for (const next of cards.slice(place + 1, place + 4)) preload(next);
    approve.disabled = !card || card.status === "approved";
    reject.disabled = !card || card.status === "rejected";
    putBack.hidden = !card || card.status === "pending";
    undo.disabled = !history.length;
    approve.hidden = reject.hidden = !card;
    undo.hidden = hints.hidden = !card && !history.length;
    paintCounts();
    paintSaving();
  }

  function paintCounts() {
    if (!counts) return;
    const words = [
      `${counts.pending.toLocaleString("en")} waiting`,
      `${counts.approved.toLocaleString("en")} approved`,
      `${counts.rejected.toLocaleString("en")} rejected`,
    ].join(" · ");
    if (left.textContent !== words) left.textContent = words;
    Object.assign(root.dataset, counts);
  }

  function paintSaving() {
    const open = [...unsaved.values()].reduce((sum, one) => sum + one, 0);
    const words = !hasDecided ? "" : !open ? "All saved"
      : retrying ? `Not saved: ${open} — retrying` : "Saving…";
    if (saving.textContent !== words) saving.textContent = words;
    saving.classList.toggle("worried", Boolean(retrying));
    root.dataset.unsaved = open;
  }

  function retry() {
    failure = null;
    startOver();
    refill();
  }

  function pressed(event) {
    const isTyping = event.composedPath().some((node) => node.matches?.("input, textarea, select, [contenteditable=true], [role=combobox]"));
    const isHeld = event.repeat || event.ctrlKey || event.metaKey || event.altKey;
    if (isTyping || isHeld || document.querySelector("[role=dialog]")) return;
    const acts = {
      a: () => decide("approved"), x: () => decide("rejected"), z: undoLast,
      j: () => step(1), k: () => step(-1),
    };
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }

  function warn(event) {
    if (unsaved.size) event.preventDefault();
  }

  // New cards may have arrived while the deck lay empty or was at its end.
  const unfollow = hub.follow("types=campaign", {
    onEvent() {
      if (!query || filling || cards.length >= REFILL_BELOW || !atEnd) return;
      startOver();
      refill();
    },
  });

  document.addEventListener("keydown", pressed);
  window.addEventListener("beforeunload", warn);
  return {
    root,
    stop() {
      turn += 1;
      unfollow();
      document.removeEventListener("keydown", pressed);
      window.removeEventListener("beforeunload", warn);
    },
    update(data) {
      const isSame = query && query.campaignId === data.campaignId && query.status === data.status;
      query = data;
      if (isSame) return;
      turn += 1;
      Object.assign(root.dataset, { status: data.status });
      cards = [];
      history = [];
      gone.clear();
      place = 0;
      counts = failure = filling = null;
      startOver();
      main.dataset.cardId = "none";
      say(null);
      refill();
    },
  };
}

function actionButton(name, sign, words, key, act) {
  return element("button", { type: "button", class: name, "aria-keyshortcuts": key, onclick: act },
    icon(sign), " " + words, element("kbd", { "aria-hidden": "true" }, key));
}

function preload(card) {
  const address = pictureOf(card);
  if (!address || card.preloaded) return;
  card.preloaded = new Image();
  card.preloaded.referrerPolicy = "no-referrer";
  card.preloaded.src = address;
  card.preloaded.decode().catch(() => {});
}

// The queue behind the deck: the cards in hand with their leases, the decisions on their
// way, and what can be taken back. What the server says wins, and the person is told.

const PORTION = 10;
const REFILL_BELOW = 10;
const TRIES = 6;
const FIRST_WAIT_MS = 400;
const BEAT_EVERY_MS = 30 * 1000;
const AWAY_AFTER_MS = 5 * 60 * 1000;
const LOOK_AGAIN_MS = 15 * 1000;
const LOOK_SOON_MS = 700;
const WISHES = { approved: "approve", rejected: "reject", maybe: "maybe", skipped: "skip" };

function makeQueue({ changed, tell }) {
  const queue = {
    query: null, cards: [], place: 0, waiting: null, failure: null, filling: false,
    history: [], retrying: 0, hasDecided: false,
    start, stop, decide, undo, undoDecision, step, retry, heard, isActive, beat,
    current: () => queue.cards[queue.place],
    upcoming: (count) => queue.cards.slice(queue.place + 1, queue.place + 1 + count),
    unsaved: () => [...unsaved.values()].reduce((sum, one) => sum + one, 0),
  };
  const versions = new Map();
  const unsaved = new Map();
  const queued = new Map();
  const savedAt = new Map();
  const leased = new Set();
  let turn = 0;
  let atEnd = false;
  let activeAt = Date.now();
  let beating = null;
  let looking = null;

  // What was given back has to be back before it may be given to us again.
  function start(query) {
    const mine = ++turn;
    const released = letGo();
    Object.assign(queue, { query, cards: [], place: 0, waiting: null, failure: null, filling: false, history: [] });
    atEnd = false;
    beating ??= setInterval(beat, BEAT_EVERY_MS);
    tell(null);
    changed();
    released.then(() => { if (mine === turn) refill(); });
  }

  function stop() {
    letGo();
    turn += 1;
    clearInterval(beating);
    clearTimeout(looking);
    beating = looking = null;
  }

  function letGo() {
    const ids = [...leased];
    leased.clear();
    return release(ids);
  }

  async function release(ids) {
    if (!ids.length) return;
    await hub.ask("/profiles/leases/release", { method: "POST", body: { ids }, keepalive: true }).catch(() => {});
  }

  async function refill() {
    if (queue.filling || atEnd || !queue.query) return;
    const mine = turn;
    const began = performance.now();
    queue.filling = true;
    changed();
    try {
      const { campaignId, order, decision } = queue.query;
      const having = [...new Set([...queue.cards.map((card) => card.id), ...unsaved.keys()])].slice(0, 100);
      const body = { count: PORTION, order, decision, having, ...(campaignId ? { campaignId } : {}) };
      const page = await hub.ask("/profiles/next", { method: "POST", body });
      if (mine !== turn) return release(page.items.map((card) => card.id));
      takeIn(page, began);
      queue.failure = null;
    } catch (problem) {
      if (mine === turn) queue.failure = problem;
    } finally {
      if (mine === turn) queue.filling = false;
    }
    if (mine !== turn) return;
    changed();
    if (queue.failure || atEnd) lookLater();
    else if (queue.cards.length < REFILL_BELOW) refill();
  }

  // A card may have been decided here while the server was still choosing it.
  function takeIn(page, began) {
    const held = new Set(queue.cards.map((card) => card.id));
    const isFresh = ({ id }) => !held.has(id) && !unsaved.has(id) && !(savedAt.get(id) >= began);
    const fresh = page.items.filter(isFresh);
    for (const card of fresh) {
      leased.add(card.id);
      versions.set(card.id, card.version);
    }
    queue.cards.push(...fresh);
    atEnd = !fresh.length;
    // Too many to be counted each time: then `progress` tells how many wait.
    const isCounted = page.waiting !== null;
    if (isCounted && (queue.waiting === null || !unsaved.size)) queue.waiting = page.waiting;
  }

  function lookLater() {
    clearTimeout(looking);
    looking = setTimeout(look, LOOK_AGAIN_MS);
  }

  function lookSoon() {
    if (queue.cards.length >= REFILL_BELOW || !atEnd) return;
    clearTimeout(looking);
    looking = setTimeout(look, LOOK_SOON_MS);
  }

  function look() {
    if (document.hidden || isAway()) return lookLater();
    atEnd = false;
    if (queue.cards.length < REFILL_BELOW) refill();
  }

  function decide(decision, words = {}) {
    const card = queue.current();
    if (!card || card.status === decision || !WISHES[decision]) return false;
    const step = { card, place: queue.place, decision, words };
    queue.cards.splice(queue.place, 1);
    queue.place = Math.min(queue.place, Math.max(0, queue.cards.length - 1));
    queue.history.push(step);
    queue.hasDecided = true;
    leased.delete(card.id);
    if (decision !== "skipped") count(-1);
    tell(null);
    step.answered = inTurn(card, () => sendDecision(step));
    if (queue.cards.length < REFILL_BELOW) refill();
    changed();
    return true;
  }

  function count(by) {
    if (queue.waiting !== null) queue.waiting = Math.max(0, queue.waiting + by);
  }

  async function sendDecision(step) {
    const { card, decision, words } = step;
    const key = newKey();
    const body = () => ({ ...words, version: versions.get(card.id) ?? card.version });
    try {
      const fresh = await persist(() => hub.ask(`/profiles/${card.id}/${WISHES[decision]}`, { method: "POST", body: body(), key, keepalive: true }));
      versions.set(card.id, fresh.version);
      step.decisionId = fresh.decisionId;
      if (fresh.status === "pending" && fresh.votes) tell(votesInWords(card, fresh.votes));
      return fresh;
    } catch (problem) {
      forget(card);
      if (problem.status === 409 || problem.status === 404) lose(card, problem);
      else giveBack(card, `@${card.handle} was not ${decision}: ${problem.message}`);
      return null;
    }
  }

  // The last decision first; when none of this sitting is left, the newest one of before.
  function undo() {
    const last = queue.history.pop();
    if (!last) return null;
    putIn(last.card, last.place);
    if (last.decision !== "skipped") count(1);
    tell(null);
    inTurn(last.card, async () => {
      if (!last.decisionId) return;
      try {
        await takeBack(last.decisionId);
        versions.set(last.card.id, (await hub.ask("/profiles/" + last.card.id)).version);
      } catch (problem) {
        forget(last.card);
        lose(last.card, problem);
      }
    });
    changed();
    return last;
  }

  // A decision that is not of this sitting, or a batch as one; its cards come again.
  async function undoDecision(one) {
    const step = queue.history.find((known) => known.decisionId === one.decisionId);
    if (step) queue.history = queue.history.filter((known) => known !== step);
    try {
      const { undone, ids } = await takeBack(one.decisionId);
      tell(undone === 1 ? "One decision is taken back." : `${undone.toLocaleString("en")} decisions are taken back.`);
      if (ids.length === 1) {
        const card = await hub.ask("/profiles/" + ids[0]);
        versions.set(card.id, card.version);
        putIn(card, queue.place);
      }
      if (one.decision !== "skipped") count(undone);
      atEnd = false;
      if (queue.cards.length < REFILL_BELOW) refill();
    } catch (problem) {
      tell(`It was not taken back: ${problem.message}`);
    }
    changed();
  }

  function takeBack(decisionId) {
    const key = newKey();
    return persist(() => hub.ask(`/profiles/decisions/${decisionId}/undo`, { method: "POST", key, keepalive: true }));
  }

  function putIn(card, place) {
    queue.cards = queue.cards.filter((held) => held.id !== card.id);
    queue.place = Math.min(place, queue.cards.length);
    queue.cards.splice(queue.place, 0, { ...card });
  }

  // What concerns one card goes out one after the other, about different cards at once.
  function inTurn(card, act) {
    unsaved.set(card.id, (unsaved.get(card.id) || 0) + 1);
    const before = queued.get(card.id) || Promise.resolve();
    const saved = before.then(act).finally(() => {
      const rest = unsaved.get(card.id) - 1;
      rest ? unsaved.set(card.id, rest) : unsaved.delete(card.id);
      savedAt.set(card.id, performance.now());
      if (queued.get(card.id) === saved) queued.delete(card.id);
      changed();
    });
    queued.set(card.id, saved);
    return saved;
  }

  async function persist(send) {
    for (let tried = 1; ; tried++) {
      try {
        return await send();
      } catch (problem) {
        const isFinal = problem.status >= 400 && problem.status < 500 && problem.status !== 429;
        if (isFinal || tried === TRIES) throw problem;
        queue.retrying += 1;
        changed();
        await new Promise((done) => setTimeout(done, FIRST_WAIT_MS * 2 ** (tried - 1)));
        queue.retrying -= 1;
      }
    }
  }

  function lose(card, problem) {
    const told = problem.details;
    if (told.version) versions.set(card.id, told.version);
    tell(lostInWords(card, problem, queue.query.me));
    if (problem.error === "leased_elsewhere" || told.decision === "pending") count(1);
    atEnd = false;
    if (queue.cards.length < REFILL_BELOW) refill();
    changed();
  }

  function giveBack(card, words) {
    putIn(card, 0);
    count(1);
    tell(words);
    changed();
  }

  function forget(card) {
    queue.history = queue.history.filter((step) => step.card.id !== card.id);
    drop([card.id]);
  }

  function drop(ids) {
    const lost = new Set(ids);
    const before = queue.current();
    queue.cards = queue.cards.filter((held) => !lost.has(held.id));
    const stays = queue.cards.indexOf(before);
    queue.place = stays >= 0 ? stays : Math.min(queue.place, Math.max(0, queue.cards.length - 1));
    for (const id of ids) leased.delete(id);
  }

  // A batch or another tab may decide about a card in hand; then it is nobody's to decide.
  // The one that is shown stays: nothing changes under the finger of who is about to press.
  function heard(event) {
    const card = queue.cards.find((held) => held.id === event.profileId);
    const isDecided = card && ["approved", "rejected", "maybe"].includes(event.decision);
    // Our own decision may be told of after it was taken back.
    const isOurs = isDecided && (unsaved.has(card.id) || (event.decidedBy === queue.query.me && savedAt.has(card.id)));
    if (isDecided && !isOurs && event.decision !== card.status) {
      const who = event.decidedBy === queue.query.me ? "you, in another tab" : event.decidedByName || "somebody else";
      if (card === queue.current()) tell(`@${card.handle} was ${event.decision} by ${who} meanwhile. That decision stands.`);
      else drop([card.id]);
      if (queue.cards.length < REFILL_BELOW) refill();
      changed();
    }
    lookSoon();
  }

  function isAway() {
    return Date.now() - activeAt > AWAY_AFTER_MS;
  }

  function isActive() {
    const wasAway = isAway();
    activeAt = Date.now();
    if (wasAway) beat();
  }

  // Who is away for minutes lets the cards go to others, and hears of it when back.
  async function beat() {
    const ids = [...leased];
    if (!ids.length || document.hidden || isAway()) return;
    const mine = turn;
    try {
      const { lost } = await hub.ask("/profiles/leases/renew", { method: "POST", body: { ids } });
      const ours = lost.filter((id) => mine === turn && leased.has(id) && !unsaved.has(id));
      if (!ours.length) return;
      const shown = queue.current();
      if (shown && ours.includes(shown.id)) {
        leased.delete(shown.id);
        tell(`@${shown.handle} went back to the queue while you were away; somebody else may have it now.`);
      }
      drop(ours.filter((id) => id !== shown?.id));
      atEnd = false;
      refill();
      changed();
    } catch { /* the next beat tries again; a lease that ran out is told when deciding */ }
  }

  function step(by) {
    if (!queue.cards.length) return;
    queue.place = Math.max(0, Math.min(queue.cards.length - 1, queue.place + by));
    changed();
  }

  function retry() {
    queue.failure = null;
    atEnd = false;
    refill();
  }

  return queue;
}

function lostInWords(card, problem, me) {
  const told = problem.details;
  const handle = "@" + card.handle;
  if (problem.error === "leased_elsewhere") {
    return `${told.byName || "Somebody else"} is looking at ${handle} now. Your decision was not kept.`;
  }
  if (problem.status === 404) return `${handle} is not in the queue any more.`;
  const decision = told.decision || told.status;
  if (!decision) return `${handle}: ${problem.message}`;
  const isMine = told.decidedBy && told.decidedBy === me;
  const who = isMine ? "you, in another tab" : told.decidedByName || "somebody else";
  if (decision === "pending") return `${handle} was put back into the queue by ${who}. It comes up again.`;
  return `${handle} was ${decision} by ${who} before. That decision stands.`;
}

function votesInWords(card, votes) {
  return `Your vote about @${card.handle} is kept: ${votes.approve} to approve, ${votes.reject} to reject; ${votes.needed} that agree decide.`;
}

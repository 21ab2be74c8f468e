// The review deck: some cards are held in the browser, a decision shows the next one at
// once and is sent behind it; what the server says wins.

export default function ({ parentElement, data }) {
  return keepView(parentElement, buildDeck, data);
}

const REASONS = ["Fits well", "Not a fit", "Wrong place or language", "Too small", "Looks fake", "Inactive", "Risk for the brand"];
const EARLIER_AFTER_MS = 150;
const DECODED_AHEAD = 9;
const TYPING = "input, textarea, select, [contenteditable=true], [role=combobox]";

function buildDeck() {
  const main = element("div", { class: "main", tabindex: "-1", role: "region", "aria-label": "Card" });
  const saving = element("span", { role: "status", class: "saving quiet" });
  const left = element("span", { class: "left number" });
  const notice = element("div", { role: "alert", class: "notice", hidden: true });
  const spoken = element("p", { class: "unseen", role: "status" });
  const reason = element("input", { type: "text", class: "reason", list: "deck-reasons", maxlength: "200", placeholder: "Optional", autocomplete: "off" });
  const note = element("textarea", { class: "note", rows: "1", maxlength: "1000", placeholder: "Optional, goes with the decision" });
  const words = element("div", { class: "words-box" },
    element("label", {}, "Reason", reason), element("label", {}, keyed("Note", "N"), note),
    element("datalist", { id: "deck-reasons" }, REASONS.map((one) => element("option", { value: one }))));
  const buttons = {
    approved: actionButton("approve", "thumb_up", "Approve", "A", () => decide("approved")),
    rejected: actionButton("reject", "thumb_down", "Reject", "X", () => decide("rejected")),
    maybe: actionButton("maybe", "bookmark", "Maybe", "M", () => decide("maybe")),
    skipped: actionButton("skip", "skip_next", "Skip", "S", () => decide("skipped")),
  };
  const undo = actionButton("undo", "undo", "Undo", "Z", undoLast);
  const actions = element("div", { class: "actions", role: "group", "aria-label": "Decide" }, Object.values(buttons), undo);
  const hints = element("p", { class: "keys quiet" },
    "Keys: A approve, X reject, M maybe, S skip, Z undo, N note, J next, K back. Off while you type; Esc leaves a field.");
  const queue = makeQueue({ changed: paint, tell: say });
  const side = makeSide({ onUndo: undoEarlier, onEvent: queue.heard, onWaiting });
  const root = element("div", { class: "root deck" },
    element("div", { class: "column" },
      element("div", { class: "head" }, left, saving), notice, spoken, main, words, actions, hints),
    side.root);
  let query = null;
  let thresholds = {};
  let earlierTimer = null;

  function decide(decision) {
    const said = { reason: reason.value.trim(), note: note.value.trim() };
    const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value));
    if (!queue.decide(decision, given)) return;
    reason.value = note.value = "";
    side.readSoon();
  }

  function undoLast() {
    const last = queue.undo();
    if (!last) return undoNewest();
    reason.value = last.words.reason || "";
    note.value = last.words.note || "";
    side.readSoon();
  }

  // None of this sitting is left: then the newest of one's decisions that still stands.
  async function undoNewest() {
    const { items } = await hub.ask("/profiles/decisions/mine?limit=20").catch(() => ({ items: [] }));
    const newest = items.find((one) => !one.isUndone);
    newest ? undoEarlier(newest) : say("There is nothing to undo.");
  }

  // The server's count is true, once nothing is on its way.
  function onWaiting(count) {
    if (query.decision !== "pending" || queue.unsaved()) return;
    queue.waiting = count;
    paint();
  }

  async function undoEarlier(one) {
    await queue.undoDecision(one);
    side.readSoon();
  }

  function say(told) {
    notice.hidden = !told;
    notice.replaceChildren(...(told ? [icon("info"), " " + told] : []));
  }

  function paint() {
    const card = queue.current();
    // Nothing is drawn anew while a card stays: neither a picture nor what is selected.
    const sign = card ? card.id : queue.failure ? "failure" : queue.filling || queue.waiting === null ? "filling" : "nothing";
    if (main.dataset.shows !== sign) show(card, sign);
    for (const next of queue.upcoming(DECODED_AHEAD)) preload(next);
    for (const [decision, button] of Object.entries(buttons)) {
      button.disabled = !card || card.status === decision;
      button.hidden = !card;
    }
    words.hidden = !card;
    const hasWaiting = queue.waiting !== null;
    setText(left, hasWaiting ? `${queue.waiting.toLocaleString("en")} ${query?.decision === "maybe" ? "put aside" : "waiting"}` : "");
    if (hasWaiting) root.dataset.pending = queue.waiting;
    root.dataset.inHand = queue.cards.length;
    paintSaving();
  }

  function show(card, sign) {
    const { failure } = queue;
    main.replaceChildren(card ? drawCard(card, thresholds[card.campaignId])
      : drawNothing({ failure, filling: sign === "filling", query, retry: queue.retry }));
    main.dataset.shows = sign;
    main.dataset.cardId = card?.id ?? "";
    setText(spoken, card ? `@${card.handle}, score ${card.score}` : "");
    clearTimeout(earlierTimer);
    if (card) earlierTimer = setTimeout(() => showEarlier(card), EARLIER_AFTER_MS);
  }

  async function showEarlier(card) {
    card.earlier ??= hub.ask(`/profiles/${card.id}/earlier`).then((told) => told.items).catch(() => []);
    const entries = await card.earlier;
    const section = main.querySelector(".earlier");
    if (section && main.dataset.cardId === card.id) drawEarlier(section, entries);
  }

  function paintSaving() {
    const open = queue.unsaved();
    setText(saving, !queue.hasDecided ? "" : !open ? "All saved"
      : queue.retrying ? `Not saved: ${open} — retrying` : "Saving…");
    saving.classList.toggle("worried", Boolean(queue.retrying));
    root.dataset.unsaved = open;
  }

  function pressed(event) {
    queue.isActive();
    const isTyping = event.composedPath().some((node) => node.matches?.(TYPING));
    if (isTyping) return leaveField(event);
    const isHeld = event.repeat || event.ctrlKey || event.metaKey || event.altKey;
    if (isHeld || document.querySelector("[role=dialog]")) return;
    const acts = {
      a: () => decide("approved"), x: () => decide("rejected"), m: () => decide("maybe"), s: () => decide("skipped"),
      z: undoLast, j: () => queue.step(1), k: () => queue.step(-1), n: () => !words.hidden && note.focus(),
    };
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }

  function leaveField(event) {
    const isOurs = event.composedPath().some((node) => node === words);
    if (event.key === "Escape" && isOurs) main.focus();
  }

  function warn(event) {
    if (queue.unsaved()) event.preventDefault();
  }

  const looked = () => {
    queue.isActive();
    queue.beat();
  };
  document.addEventListener("keydown", pressed);
  document.addEventListener("pointerdown", queue.isActive);
  document.addEventListener("visibilitychange", looked);
  window.addEventListener("beforeunload", warn);
  window.addEventListener("pagehide", queue.stop);
  return {
    root,
    stop() {
      queue.stop();
      side.stop();
      clearTimeout(earlierTimer);
      document.removeEventListener("keydown", pressed);
      document.removeEventListener("pointerdown", queue.isActive);
      document.removeEventListener("visibilitychange", looked);
      window.removeEventListener("beforeunload", warn);
      window.removeEventListener("pagehide", queue.stop);
    },
    update(data) {
      const isSame = query && ["campaignId", "decision", "order"].every((one) => query[one] === data[one]);
      thresholds = data.thresholds;
      query = data;
      if (isSame) return;
      Object.assign(root.dataset, { decision: data.decision, order: data.order });
      delete main.dataset.shows;
      side.start(data);
      queue.start(data);
    },
  };
}

function actionButton(name, sign, words, key, act) {
  return element("button", { type: "button", class: name, "aria-keyshortcuts": key, onclick: act },
    icon(sign), " " + words, element("kbd", { "aria-hidden": "true" }, key));
}

function keyed(words, key) {
  return element("span", {}, words, element("kbd", { "aria-hidden": "true" }, key));
}

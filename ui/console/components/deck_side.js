// Beside the deck: how far the work is, one's own last decisions, and what happens now.

const PROGRESS_EVERY_MS = 10 * 1000;
const PROGRESS_SOON_MS = 1200;
const PAINT_FEED_MS = 150;
const FEED_LINES = 20;
const MINE_LINES = 6;

function makeSide({ onUndo, onEvent, onWaiting }) {
  const progress = element("dl", { class: "progress" });
  const team = element("ul", { class: "people" });
  const mine = element("ul", { class: "mine" });
  const stream = element("span", { role: "status", class: "badge gray" }, "Connecting…");
  const feed = element("ol", { class: "feed", tabindex: "0", "aria-label": "Live events" });
  const root = element("aside", { class: "side", "aria-label": "Progress and live events" },
    element("section", {}, element("h3", {}, "Progress"), progress, team),
    element("section", {}, element("h3", {}, "Your last decisions"), mine),
    element("section", {}, element("div", { class: "feed-head" }, element("h3", {}, "Live"), stream), feed));
  let query = null;
  let lines = [];
  let timer = null;
  let soon = null;
  let painting = null;
  let unfollow = null;

  async function readProgress() {
    clearTimeout(soon);
    soon = null;
    const asked = query;
    if (!asked || document.hidden) return;
    const wish = asked.campaignId ? "?campaignId=" + asked.campaignId : "";
    try {
      const [told, decisions] = await Promise.all([
        hub.ask("/profiles/progress" + wish),
        hub.ask("/profiles/decisions/mine?limit=" + MINE_LINES),
      ]);
      if (asked !== query) return;
      paintProgress(told);
      paintMine(decisions.items);
    } catch { progress.classList.add("stale"); }
  }

  function paintProgress({ mine, team: all, waiting, secondsLeft }) {
    progress.classList.remove("stale");
    progress.replaceChildren(
      tile("You, today", mine.today, rate(mine.perMinute)),
      tile("Team, today", all.today, rate(all.perMinute)),
      tile("Waiting", waiting, secondsLeft === null || secondsLeft === undefined ? "time left unknown" : `about ${inTime(secondsLeft)} left`));
    team.replaceChildren(...(all.people.length > 1 ? all.people.slice(0, 8) : []).map((one) => element("li", {},
      element("span", {}, one.name), element("span", { class: "number" }, one.today.toLocaleString("en")))));
    onWaiting(waiting);
    Object.assign(root.dataset, { mine: mine.today, team: all.today, waiting });
  }

  function tile(name, count, more) {
    return element("div", {}, element("dt", {}, name),
      element("dd", { class: "number" }, count.toLocaleString("en")), element("dd", { class: "quiet" }, more));
  }

  function paintMine(items) {
    const isFocused = mine.contains(root.getRootNode().activeElement);
    if (isFocused) return;
    mine.replaceChildren(...(items.length ? items.map(mineLine) : [element("li", { class: "quiet" }, "None yet.")]));
  }

  function mineLine(one) {
    const [colour, sign, word] = signOf(one.decision);
    const what = one.handle ? "@" + one.handle.replace(/^@/, "") : `${one.count.toLocaleString("en")} at once`;
    const button = element("button", { type: "button", class: "small", "aria-label": `Undo: ${what} ${word.toLowerCase()}` }, icon("undo"));
    button.onclick = () => {
      button.disabled = true;
      button.blur();
      onUndo(one);
    };
    return element("li", {}, element("span", { class: "dot " + colour, title: word }, icon(sign), element("span", { class: "unseen" }, word)),
      element("span", { class: "words" }, what), one.isUndone ? element("span", { class: "quiet" }, "undone") : button);
  }

  function heard(event) {
    onEvent(event);
    add(event);
    painting ??= setTimeout(paintFeed, PAINT_FEED_MS);
  }

  // A run puts thousands before a reviewer: they are one line as long as they come.
  function add(event) {
    if (!isTold(event)) return;
    const isQueued = event.decision === "pending" && !event.decidedBy;
    const last = lines[0];
    if (isQueued && last?.arrived) lines[0] = { ...last, at: event.at, arrived: last.arrived + 1 };
    else lines = [isQueued ? { at: event.at, arrived: 1, event } : { at: event.at, event }, ...lines].slice(0, FEED_LINES);
  }

  function paintFeed() {
    painting = null;
    feed.replaceChildren(...(lines.length ? lines.map(lineOf) : [element("li", { class: "quiet" }, "Nothing has happened yet.")]));
  }

  function lineOf(line) {
    if (!(line.arrived > 1)) return feedLine(line.event);
    return element("li", {}, element("time", { class: "number quiet" }, clock(new Date(line.at))),
      element("span", { class: "dot violet" }, icon("person_raised_hand")),
      element("span", { class: "words" }, `${line.arrived.toLocaleString("en")} wait for review`));
  }

  async function readFeed() {
    const asked = query;
    const recent = await hub.ask(`/tracking/recent?${follows(asked)}&limit=${FEED_LINES}`).catch(() => ({ items: [] }));
    if (asked !== query || lines.length) return;
    for (const event of recent.items.reverse()) add(event);
    paintFeed();
  }

  function follows({ campaignId }) {
    return "types=review,campaign" + (campaignId ? "&campaignId=" + campaignId : "");
  }

  function start(fresh) {
    unfollow?.();
    query = fresh;
    lines = [];
    unfollow = hub.follow(follows(query), {
      onEvent: heard,
      onState(isLive) {
        stream.className = "badge " + (isLive ? "green" : "gray");
        stream.replaceChildren(icon(isLive ? "sensors" : "sensors_off"), isLive ? "Live" : "As of " + clock(new Date()));
      },
    });
    timer ??= setInterval(readProgress, PROGRESS_EVERY_MS);
    readProgress();
    readFeed();
  }

  function stop() {
    unfollow?.();
    clearInterval(timer);
    for (const one of [soon, painting]) clearTimeout(one);
    timer = query = null;
  }

  return { root, start, stop, readSoon: () => { soon ??= setTimeout(readProgress, PROGRESS_SOON_MS); } };
}

function rate(perMinute) {
  const rounded = Math.round(10 * (perMinute || 0)) / 10;
  return `${rounded.toLocaleString("en")} a minute`;
}

// One campaign, live: its numbers, its stages and what happened last.
//
// While a run works, its campaign events carry the totals, and the feed is asked for once a
// second: a run may tell of thousands of profiles a second, of which thirty are shown. Once
// it rests, decisions of reviewers arrive one by one.

export default function ({ parentElement, data, setTriggerValue }) {
  return keepView(parentElement, () => buildRun(data, setTriggerValue), data);
}

const COUNTS = [
  ["acquired", "Acquired", "new public profiles stored"],
  ["scored", "Scored", "held against the criteria"],
  ["queued", "To review", "at or above the threshold"],
  ["rejected", "Below threshold", "not worth a look"],
  ["unreadable", "Unreadable", "rows or pages, listed below"],
  ["known", "Already known", "acquired before, not stored again"],
];
const FEED_LENGTH = 30;
const EVENTS_READ = 200;
const PAINT_EVERY_MS = 100;
const ASK_EVERY_MS = 1000;

function buildRun(first, setTriggerValue) {
  const campaignId = first.campaign.id;
  const tiles = Object.fromEntries(COUNTS.map(([name]) => [name, element("dd", { class: "number", "data-count": name })]));
  const bar = element("div", { class: "bar", role: "progressbar", "aria-label": "Acquired of the number wanted", "aria-valuemin": "0", "aria-valuemax": "100" }, element("span"));
  const progress = element("span", { class: "number" });
  const stream = element("span", { role: "status", class: "badge gray" });
  const stages = element("dl", { class: "stages" });
  const feed = element("ol", { class: "feed", tabindex: "0", "aria-label": "Latest events" });
  const root = element("div", { class: "root live-run" },
    element("div", { class: "line" }, progress, stream),
    bar,
    element("dl", { class: "tiles" }, COUNTS.map(([name, title, hint]) =>
      element("div", { class: "tile", title: hint }, element("dt", {}, title), tiles[name]))),
    element("div", { class: "columns" },
      element("section", {}, element("h2", {}, "Latest events"), feed),
      element("section", {}, element("h2", {}, "Work so far"), stages)));

  let campaign = first.campaign;
  let events = [];
  let paintTimer = null;
  let askTimer = null;
  let askedAt = 0;
  let isLive = false;
  let lastHeardAt = null;
  let unfollowReview = null;

  const isWorking = () => ["queued", "running"].includes(campaign.run?.state);

  function paint() {
    paintTimer = null;
    const run = campaign.run || {};
    for (const [name] of COUNTS) setText(tiles[name], (run[name] ?? 0).toLocaleString("en"));
    const early = earlyEnd();
    const share = early ? 100 : Math.min(100, Math.round((100 * (run.acquired ?? 0)) / campaign.wanted));
    const reached = `${(run.acquired ?? 0).toLocaleString("en")} of ${campaign.wanted.toLocaleString("en")} wanted`;
    setText(progress, early ? `${early}: ${reached}` : reached);
    bar.firstChild.style.width = share + "%";
    bar.setAttribute("aria-valuenow", share);
    bar.classList.toggle("working", isWorking());
    paintStream();
    paintStages(run.stages || {});
    feed.replaceChildren(...(events.length ? foldAlike(events).slice(0, FEED_LENGTH).map((alike) => feedLine(...alike)) : [element("li", { class: "quiet" }, "Nothing has happened yet.")]));
    root.dataset.acquired = run.acquired ?? 0;
    root.dataset.state = run.state ?? "none";
  }

  function earlyEnd() {
    const run = campaign.run;
    if (campaign.status !== "completed" || isWorking() || !run || run.acquired >= campaign.wanted) return null;
    return run.sourceEnded ? "The source has no more" : "Completed before all were acquired";
  }

  function paintStream() {
    const since = lastHeardAt ? "As of " + clock(lastHeardAt) : "Connecting…";
    stream.className = "badge " + (isLive ? "green" : "gray");
    const words = isLive ? "Live" : since;
    if (stream.dataset.words === words) return;
    stream.dataset.words = words;
    stream.replaceChildren(icon(isLive ? "sensors" : "sensors_off"), words);
  }

  function paintStages(seconds) {
    const rows = Object.entries(seconds);
    if (!rows.length) {
      stages.replaceChildren(element("div", { class: "quiet" }, "No stage has worked yet."));
      return;
    }
    stages.replaceChildren(...rows.map(([name, value]) => element("div", {},
      element("dt", {}, capital(name)), element("dd", { class: "number" }, value.toFixed(1) + " s"))));
  }

  function soon() {
    paintTimer ??= setTimeout(paint, PAINT_EVERY_MS);
  }

  function askSoon() {
    askTimer ??= setTimeout(askNow, Math.max(50, askedAt + ASK_EVERY_MS - Date.now()));
  }

  function askAtOnce() {
    clearTimeout(askTimer);
    askTimer = setTimeout(askNow, 0);
  }

  async function askNow() {
    askedAt = Date.now();
    try {
      const [fresh, recent] = await Promise.all([
        hub.ask("/campaigns/" + campaignId),
        hub.ask(`/tracking/recent?campaignId=${campaignId}&limit=${EVENTS_READ}`),
      ]);
      const before = campaign.status + campaign.run?.state;
      campaign = fresh;
      events = recent.items.filter(isTold);
      if (before !== campaign.status + campaign.run?.state) setTriggerValue("changed", Date.now());
      followReviewWhenIdle();
    } catch { isLive = false; }
    askTimer = null;
    soon();
  }

  function heard(event) {
    lastHeardAt = new Date();
    if (event.campaignId && event.campaignId !== campaignId) return;
    if (event.acquired !== undefined && campaign.run) Object.assign(campaign.run, pick(event));
    soon();
    event.status ? askAtOnce() : askSoon();
  }

  // With a campaign's own filter, so that another one's thousands do not come along.
  function followReviewWhenIdle() {
    if (isWorking() && unfollowReview) {
      unfollowReview();
      unfollowReview = null;
    } else if (!isWorking() && !unfollowReview) {
      unfollowReview = hub.follow(`campaignId=${campaignId}&types=review`, { onEvent: heard });
    }
  }

  const unfollow = hub.follow("types=campaign", {
    onEvent: heard,
    onState(state) {
      isLive = state;
      if (state) { lastHeardAt = new Date(); askSoon(); }
      soon();
    },
  });

  return {
    root,
    stop() {
      clearTimeout(paintTimer);
      clearTimeout(askTimer);
      unfollow();
      unfollowReview?.();
    },
    update(data) {
      campaign = data.campaign;
      events = data.events.filter(isTold);
      followReviewWhenIdle();
      paint();
    },
  };
}

function pick(event) {
  const { acquired, scored, queued, rejected, unreadable } = event;
  return { acquired, scored, queued, rejected, unreadable };
}

// The review queue as rows: they stay where they are until a person asks for newer ones.

export default function ({ parentElement, data }) {
  return keepView(parentElement, buildList, data);
}

const ROWS = 50;
const COLUMNS = ["Score", "Person", "Followers", "Location", "Confidence", "State"];
const NEW_SOON_MS = 400;

function buildList() {
  const pill = element("button", { type: "button", class: "pill", hidden: true, onclick: () => load() });
  const told = element("p", { role: "status", class: "told number" });
  const exported = element("span", { class: "exports" });
  const all = element("input", { type: "checkbox", "aria-label": "Choose every row of this page" });
  const body = element("tbody");
  const table = element("table", { "aria-label": "Public profiles" },
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, all),
      COLUMNS.map((name) => element("th", { scope: "col" }, name)))), body);
  const empty = element("div", { class: "nothing", hidden: true });
  const back = element("button", { type: "button", onclick: () => turnTo(trail.slice(0, -1)) }, "Back");
  const next = element("button", { type: "button", onclick: () => turnTo([...trail, page.next]) }, "Next page");
  const root = element("div", { class: "root review-list" });
  let query = null;
  let page = { items: [], next: null };
  let trail = [null];
  let chosen = new Set();
  let rows = new Map();
  let turn = 0;
  let arrived = 0;
  let matched = null;
  let pillTimer = null;
  let unfollow = null;

  const batch = makeBatch({
    chosen: () => [...chosen], query: () => query, matched: () => matched,
    onDone: settle, onCleared: clearChoice, handleOf,
  });
  root.append(element("div", { class: "line" }, told, pill, exported), batch.root,
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows" }, table), empty,
    element("div", { class: "paging" }, back, next));
  all.onchange = () => {
    chosen = new Set(all.checked ? page.items.map((card) => card.id) : []);
    paintChoice();
  };

  async function load() {
    const mine = ++turn;
    root.setAttribute("aria-busy", "true");
    try {
      const after = trail[trail.length - 1];
      const fresh = await hub.ask(`/profiles?${query.words}&limit=${ROWS}${after ? "&after=" + encodeURIComponent(after) : ""}`);
      if (mine !== turn) return;
      page = fresh;
      arrived = 0;
      clearChoice();
      paint();
      count(mine);
    } catch (problem) {
      if (mine === turn) paintEmpty("cloud_off", "The list could not be read", problem.message);
    } finally {
      if (mine === turn) root.removeAttribute("aria-busy");
    }
  }

  // How many the filter finds is told by a batch that only counts.
  async function count(mine) {
    if (!query.mayDecide) return;
    const answer = await countMatched(query.filter).catch(() => null);
    if (mine !== turn || !answer) return;
    matched = answer.matched;
    paintTold();
    batch.paint();
  }

  function turnTo(places) {
    trail = places;
    load();
  }

  function handleOf(id) {
    return page.items.find((card) => card.id === id)?.handle;
  }

  function clearChoice() {
    chosen = new Set();
    paintChoice();
  }

  function paint() {
    rows = new Map(page.items.map((card) => [card.id, drawRow(card, choose, showHistory)]));
    body.replaceChildren(...rows.values());
    table.hidden = !page.items.length;
    if (page.items.length) empty.hidden = true;
    else paintEmpty("task_alt", "Nothing here", "No public profile is as you ask. Take a filter away, or start a campaign: profiles at or above its threshold arrive here.");
    back.hidden = next.hidden = trail.length === 1 && !page.next;
    back.disabled = trail.length === 1;
    next.disabled = !page.next;
    exported.replaceChildren("Export: ", exportLink("csv", "CSV"), " ", exportLink("json_lines", "JSON Lines"));
    root.dataset.rows = page.items.length;
    paintTold();
    paintPill();
    paintChoice();
  }

  function exportLink(form, words) {
    return element("a", { href: `/api/v1/profiles/export?form=${form}&${query.words}`, download: "", target: "_blank" }, words);
  }

  function paintTold() {
    const shown = `${page.items.length.toLocaleString("en")} shown`;
    setText(told, matched === null ? shown : `${matched.toLocaleString("en")} found, ${shown}`);
    if (matched !== null) root.dataset.matched = matched;
  }

  function paintPill() {
    pill.hidden = !arrived;
    root.dataset.arrived = arrived;
    if (arrived) pill.replaceChildren(icon("refresh"), ` ${arrived.toLocaleString("en")} new`);
  }

  function paintEmpty(sign, title, advice) {
    empty.hidden = false;
    table.hidden = true;
    empty.replaceChildren(icon(sign), element("h2", {}, title), element("p", {}, advice));
  }

  function choose(id, isChosen) {
    isChosen ? chosen.add(id) : chosen.delete(id);
    paintChoice();
  }

  function paintChoice() {
    for (const [id, row] of rows) {
      row.classList.toggle("chosen", chosen.has(id));
      row.querySelector("input").checked = chosen.has(id);
    }
    all.checked = Boolean(rows.size) && chosen.size === rows.size;
    all.indeterminate = chosen.size > 0 && chosen.size < rows.size;
    root.dataset.chosen = chosen.size;
    batch.paint();
  }

  async function settle(ids) {
    await Promise.all([refreshRows(ids), count(turn)]);
  }

  // Rows a person touched keep their place and show what they are now.
  async function refreshRows(ids) {
    const shown = ids.filter((id) => rows.has(id));
    await Promise.all(shown.map(async (id) => {
      const card = await hub.ask("/profiles/" + id).catch(() => null);
      if (card && rows.has(id)) replaceRow(card);
    }));
    paintChoice();
  }

  function replaceRow(card) {
    const row = drawRow(card, choose, showHistory);
    rows.get(card.id).replaceWith(row);
    rows.set(card.id, row);
    page.items = page.items.map((one) => (one.id === card.id ? card : one));
  }

  async function showHistory(card, button) {
    const row = rows.get(card.id);
    const open = row.nextElementSibling?.classList.contains("history");
    button.setAttribute("aria-expanded", String(!open));
    if (open) return row.nextElementSibling.remove();
    const cell = element("td", { colspan: COLUMNS.length + 1 }, "Reading…");
    row.after(element("tr", { class: "history" }, cell));
    const told = await hub.ask(`/profiles/${card.id}/history`).catch((problem) => ({ problem }));
    if (told.problem) return setText(cell, told.problem.message);
    cell.replaceChildren(told.items.length
      ? element("ul", {}, told.items.map(earlierLine)) : "Nobody has decided about this profile yet.");
  }

  function heard(event) {
    if (event.type === "reset") return notice(1);
    if (event.modified !== undefined) return event.decidedBy === query.me ? undefined : notice(event.modified);
    if (rows.has(event.profileId)) return refreshRows([event.profileId]);
    const isWanted = !query.filter.decision.length || query.filter.decision.includes(event.decision);
    const { minScore = 0, maxScore = 100 } = query.filter;
    const isInRange = event.score === undefined || (event.score >= minScore && event.score <= maxScore);
    if (isWanted && isInRange && event.decision) notice(1);
  }

  function notice(by) {
    arrived += by;
    pillTimer ??= setTimeout(() => { pillTimer = null; paintPill(); }, NEW_SOON_MS);
  }

  return {
    root,
    stop() {
      turn += 1;
      unfollow?.();
      clearTimeout(pillTimer);
      batch.stop();
    },
    update(data) {
      const isSame = query && query.words === data.words;
      query = data;
      if (isSame) return;
      unfollow?.();
      const only = data.filter.campaignId ? "&campaignId=" + data.filter.campaignId : "";
      unfollow = hub.follow("types=review" + only, { onEvent: heard });
      trail = [null];
      matched = null;
      load();
    },
  };
}

function drawRow(card, choose, showHistory) {
  const handle = "@" + card.handle;
  const box = element("input", { type: "checkbox", "aria-label": `Choose ${handle}` });
  box.checked = false;
  box.onchange = () => choose(card.id, box.checked);
  const history = element("button", { type: "button", class: "small", "aria-expanded": "false", "aria-label": `History of ${handle}` }, icon("history"));
  history.onclick = () => showHistory(card, history);
  const bar = element("span", { class: "score-bar", "aria-hidden": "true" }, element("span"));
  bar.firstChild.style.width = card.score + "%";
  return element("tr", { "data-id": card.id },
    element("td", {}, element("label", { class: "box" }, box)),
    element("td", { class: "number score" }, String(card.score), bar, drawSuggested(card.likelihood)),
    element("th", { scope: "row" }, element("span", {}, card.displayName || handle),
      element("span", { class: "quiet" }, handleLink(card), " · ", card.platform)),
    countCell(card.followers), textCell(card.location),
    element("td", { class: "number" }, Math.round(100 * card.confidence) + " %"),
    element("td", { class: "state" }, drawState(card), history));
}

function drawSuggested(shown) {
  return shown ? element("span", { class: "suggested quiet", title: "A suggestion. " + shown.error }, chanceInWords(shown)) : null;
}

function countCell(count) {
  return count === null ? textCell(null) : element("td", { class: "number" }, count.toLocaleString("en"));
}

function textCell(words) {
  return element("td", { class: words ? "" : "quiet" }, words || "unknown");
}

function drawState(card) {
  const [colour, sign, word] = signOf(card.status);
  const who = card.status === "pending" ? null : card.decidedByName;
  const held = card.status === "pending" && card.lease ? `${card.lease.byName || "Somebody"} looks at it` : null;
  const more = [who ? "by " + who : null, held, card.reason].filter(Boolean).join(" · ");
  return element("span", { class: "signs" },
    element("span", { class: "badge " + colour }, icon(sign), card.status === "pending" ? "Waiting" : word),
    more ? element("span", { class: "quiet" }, more) : null);
}

// One decision about many rows: the page, those chosen, or everything the filter finds.
// Nothing is decided about a number that a person has not seen before.

const LOOK_AT_BATCH_MS = 700;
const BATCH_WISHES = [
  ["approve", "approved", "thumb_up", "Approve"],
  ["reject", "rejected", "thumb_down", "Reject"],
  ["maybe", "maybe", "bookmark", "Maybe"],
];

function countMatched(filter) {
  return hub.ask("/profiles/batch/approve", { method: "POST", body: { filter, dryRun: true } });
}

function makeBatch({ chosen, query, matched, handleOf, onDone, onCleared }) {
  const reason = element("input", { type: "text", class: "reason", maxlength: "200", placeholder: "Reason (optional)", "aria-label": "Reason for all of them" });
  const isAll = element("input", { type: "checkbox" });
  const allWords = element("span");
  const buttons = BATCH_WISHES.map(([wish, , sign, words]) => {
    const count = element("span");
    const button = element("button", { type: "button", class: wish, onclick: () => begin(wish) }, icon(sign), " " + words, count);
    return { button, count, words };
  });
  const reopen = element("button", { type: "button", class: "reopen", onclick: reopenChosen }, icon("undo"), " Send back");
  const said = element("div", { class: "said", role: "status" });
  const bar = element("div", { class: "bar", role: "progressbar", "aria-label": "Decided so far", "aria-valuemin": "0", "aria-valuemax": "100", hidden: true }, element("span"));
  const root = element("div", { class: "batch", role: "group", "aria-label": "Decide about many" },
    element("div", { class: "batch-line" }, buttons.map((one) => one.button), reopen, reason,
      element("label", { class: "box" }, isAll, allWords)), said, bar);
  let isBusy = false;
  let timer = null;
  let stopped = false;
  isAll.onchange = () => { say(); paint(); };

  function paint() {
    const wish = query();
    root.hidden = !wish?.mayDecide;
    const found = matched();
    const count = isAll.checked ? found : chosen().length;
    for (const one of buttons) {
      setText(one.count, count ? " " + count.toLocaleString("en") : "");
      one.button.disabled = isBusy || !count;
    }
    reopen.disabled = isBusy || isAll.checked || !chosen().length;
    isAll.disabled = isBusy || !found;
    setText(allWords, ` Everything the filter finds${found === null ? "" : ` (${found.toLocaleString("en")})`}`);
    root.dataset.busy = isBusy;
  }

  function say(...words) {
    said.replaceChildren(...words);
  }

  async function begin(wish) {
    if (!isAll.checked) return decide(wish, { ids: chosen() });
    const { filter } = query();
    isBusy = true;
    paint();
    try {
      const { matched: found } = await hub.ask(`/profiles/batch/${wish}`, { method: "POST", body: { filter, dryRun: true } });
      ask(wish, filter, found);
    } catch (problem) {
      fail(problem);
    }
    isBusy = false;
    paint();
  }

  function ask(wish, filter, found) {
    const [, , sign, words] = BATCH_WISHES.find(([one]) => one === wish);
    const count = found.toLocaleString("en");
    const yes = element("button", { type: "button", class: wish + " yes" }, icon(sign), ` ${words} ${count}`);
    const no = element("button", { type: "button" }, "Cancel");
    yes.onclick = () => decide(wish, { filter, upTo: Math.max(1, found) });
    no.onclick = () => say();
    say(element("p", {}, `The filter finds ${count} now. Those that somebody decided or holds stay as they are.`), yes, no);
    yes.focus();
  }

  async function decide(wish, which) {
    const words = reason.value.trim();
    const ids = which.ids || [];
    isBusy = true;
    say("Saving…");
    paint();
    try {
      const body = { ...which, ...(words ? { reason: words } : {}) };
      const answer = await hub.ask(`/profiles/batch/${wish}`, { method: "POST", body, key: newKey() });
      if (answer.batchId) return await watch(answer.batchId, wish);
      await end(wish, answer, ids);
    } catch (problem) {
      fail(problem);
    }
  }

  async function watch(batchId, wish) {
    while (!stopped) {
      const told = await hub.ask("/profiles/batches/" + batchId);
      const share = told.matched ? Math.round((100 * told.done) / told.matched) : 0;
      bar.hidden = false;
      bar.firstChild.style.width = share + "%";
      bar.setAttribute("aria-valuenow", share);
      say(`${told.done.toLocaleString("en")} of ${told.matched.toLocaleString("en")}`);
      if (told.state === "failed") throw new Error(told.error || "The batch failed; what is done stays.");
      if (told.state === "completed") return end(wish, told, []);
      await new Promise((done) => { timer = setTimeout(done, LOOK_AT_BATCH_MS); });
    }
  }

  async function end(wish, answer, ids) {
    const [, decision] = BATCH_WISHES.find(([one]) => one === wish);
    const conflicts = answer.conflicts || [];
    const parts = [element("p", {}, icon("check_circle"), ` ${answer.modified.toLocaleString("en")} of ${answer.matched.toLocaleString("en")} ${decision}.`)];
    if (answer.decisionId) parts.push(element("button", { type: "button", class: "undo-batch", onclick: () => undo(answer.decisionId, ids) }, icon("undo"), " Undo all of it"));
    if (conflicts.length) parts.push(conflictList(conflicts, answer.conflicting ?? conflicts.length, handleOf));
    say(...parts);
    isBusy = isAll.checked = false;
    bar.hidden = true;
    reason.value = "";
    onCleared();
    await onDone(ids.length ? ids : shownIds());
  }

  function shownIds() {
    return [...root.getRootNode().querySelectorAll("tr[data-id]")].map((row) => row.dataset.id);
  }

  async function undo(decisionId, ids) {
    isBusy = true;
    say("Taking back…");
    paint();
    try {
      const { undone } = await hub.ask(`/profiles/decisions/${decisionId}/undo`, { method: "POST", key: newKey() });
      say(`${undone.toLocaleString("en")} taken back.`);
      isBusy = false;
      paint();
      await onDone(ids.length ? ids : shownIds());
    } catch (problem) {
      fail(problem);
    }
  }

  async function reopenChosen() {
    const words = reason.value.trim();
    if (!words) {
      say("Say in the field beside why they are to be looked at again.");
      return reason.focus();
    }
    isBusy = true;
    paint();
    const ids = chosen();
    const answers = await Promise.allSettled(ids.map((id) =>
      hub.ask(`/profiles/${id}/reopen`, { method: "POST", body: { reason: words } })));
    const refused = answers.filter((one) => one.status === "rejected").map((one) => one.reason.message);
    say(`${(ids.length - refused.length).toLocaleString("en")} sent back to the queue.`, ...[...new Set(refused)].map((one) => element("p", {}, one)));
    isBusy = false;
    reason.value = "";
    onCleared();
    await onDone(ids);
  }

  function fail(problem) {
    isBusy = false;
    bar.hidden = true;
    say(icon("error"), " " + problem.message);
    paint();
  }

  return { root, paint, stop: () => { stopped = true; clearTimeout(timer); } };
}

function conflictList(conflicts, count, handleOf) {
  const noun = count === 1 ? "1 stays as it is" : `${count.toLocaleString("en")} stay as they are`;
  return element("details", { class: "conflicts", open: true }, element("summary", {}, noun),
    element("ul", { tabindex: "0", "aria-label": "Conflicts" }, conflicts.map((one) => {
      const [colour, sign, word] = signOf(one.decision);
      const handle = handleOf(one.id) ? "@" + handleOf(one.id) : one.id;
      const who = one.decidedByName || "somebody";
      const words = { held: `${who} looks at it`, opinions: "its campaign asks for several opinions, one by one" }[one.why] || `by ${who}`;
      return element("li", {}, element("span", { class: "mono" }, handle), element("span", { class: "badge " + colour }, icon(sign), one.decision === "pending" ? "Waiting" : word), words);
    })));
}

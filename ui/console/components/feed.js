// How what happened is told in one line: for a campaign's feed and for the deck's.

// The totals of a portion are in the tiles already.
function isTold(event) {
  return !(event.type === "campaign" && event.acquired !== undefined);
}

// Those of one portion come by the dozen: neighbours alike share a line.
function foldAlike(events) {
  const groups = [];
  for (const event of events) {
    const last = groups.at(-1);
    if (last && isAlike(last[0], event)) last.push(event);
    else groups.push([event]);
  }
  return groups;
}

function isAlike(one, other) {
  const isScored = one.score !== undefined && (one.decision ?? "pending") === "pending" && !one.decidedBy;
  const isOfPortion = one.type === "acquisition" || isScored;
  return isOfPortion && one.profile && other.profile && one.type === other.type && one.at === other.at;
}

function tellMany(events) {
  const [first] = events, more = `${first.profile} and ${(events.length - 1).toLocaleString("en")} more`;
  if (first.type === "acquisition") return ["download", "gray", `${more} acquired`];
  if (first.type === "review") return ["person_raised_hand", "violet", `${more} wait for review`];
  const kept = events.filter((event) => event.kept).length;
  return ["filter_alt", "gray", `${more} scored, ${kept.toLocaleString("en")} kept`];
}

function feedLine(event, ...more) {
  const [sign, colour, words] = more.length ? tellMany([event, ...more]) : tellEvent(event);
  return element("li", {},
    element("time", { class: "number quiet" }, clock(new Date(event.at))),
    element("span", { class: "dot " + colour }, icon(sign)),
    element("span", { class: "words" }, words));
}

function tellEvent(event) {
  const who = event.profile || "";
  if (event.type === "acquisition") return ["download", "gray", `${who} acquired`];
  if (event.type === "filtering" && event.score !== undefined) {
    return event.kept
      ? ["filter_alt", "gray", `${who} scored ${event.score}, kept`]
      : ["filter_alt_off", "gray", `${who} scored ${event.score}, below the threshold`];
  }
  if (event.type === "review" && event.skippedBy) return [...decided("skipped"), `${who} skipped`];
  if (event.type === "review" && event.vote) return ["how_to_vote", "gray", `${who}: one opinion ${event.undoes ? "taken back" : `is ${event.vote}`}`];
  if (event.type === "review" && event.decision) {
    const by = event.decidedByName ? ` by ${event.decidedByName}` : "";
    if (event.modified !== undefined) {
      const word = event.decision === "pending" ? "back in the queue" : event.decision;
      const many = event.batchId ? ` (${event.done.toLocaleString("en")} of ${event.matched.toLocaleString("en")})` : "";
      return [...decided(event.decision), `${event.modified.toLocaleString("en")} ${word} at once${many}`];
    }
    if (event.decision === "pending") {
      const again = event.decidedBy ? "is back in the queue" : `waits for review with ${event.score}`;
      return ["person_raised_hand", "violet", `${who} ${again}`];
    }
    return [...decided(event.decision), `${who} ${event.decision}${by}`];
  }
  if (event.step === "browser_set_aside") {
    return event.message
      ? ["block", "orange", `${event.name} set aside: ${event.message}`]
      : ["web", "gray", `${event.name} is used again`];
  }
  if (event.step === "schedule") {
    if (event.message) return ["event_busy", "orange", `Scheduled run left out: ${event.message}`];
    return ["event_repeat", "gray", event.isOn ? "Schedule set for its next time" : "Schedule is off"];
  }
  if (event.type !== "campaign" || !event.status) return ["info", "gray", `${capital(event.type)} reported`];
  const state = event.error ? `failed: ${event.error}` : event.run || event.status;
  const colour = { completed: "green", failed: "red", running: "blue", active: "blue" }[event.run || event.status];
  return ["campaign", colour || "gray", `Campaign ${state}`];
}

function decided(decision) {
  const signs = {
    approved: ["thumb_up", "green"], rejected: ["thumb_down", "red"],
    maybe: ["bookmark", "orange"], skipped: ["skip_next", "gray"],
  };
  return signs[decision] || ["person_raised_hand", "violet"];
}

function clock(moment) {
  return moment.toLocaleTimeString("en-GB");
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1).replaceAll("_", " ");
}

function setText(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

// How one public profile is drawn. It was written by strangers: text only, never markup.

function drawCard(card, threshold) {
  return element("article", { class: "card", "aria-label": `@${card.handle}` },
    element("header", {},
      drawPicture(card),
      element("div", { class: "who" },
        element("h2", {}, card.displayName || "@" + card.handle, card.verified ? verifiedSign() : null),
        element("p", { class: "quiet" }, handleLink(card), " · ", card.platform, card.kind ? " · " + card.kind : ""),
        element("span", { class: "signs" }, drawStatus(card), drawVotes(card))),
      drawScore(card)),
    element("dl", { class: "counts" },
      fact("Followers", card.followers), fact("Following", card.following), fact("Posts", card.posts),
      fact("Location", card.location), fact("Language", languageOf(card.language)),
      ...signsOfLife(card)),
    drawBio(card),
    drawLinks(card),
    card.topics.length
      ? element("ul", { class: "topics", "aria-label": "Topics" }, card.topics.map((topic) => element("li", {}, topic)))
      : null,
    element("section", { class: "why" },
      element("h3", {}, "Why it passed"),
      element("p", {}, whyInWords(card, threshold)),
      element("p", { class: "quiet" }, confidenceOf(card)),
      element("ul", {}, card.parts.map(drawPart))),
    drawLikelihood(card.likelihood),
    element("section", { class: "earlier", hidden: true, "aria-label": "Earlier decisions on this person" }));
}

// Only what is stated: most sources tell nothing of these.
function signsOfLife(card) {
  const reactions = card.reactionsPerPost;
  return [
    card.lastPostAt && fact("Last post", dayOf(card.lastPostAt)),
    card.joinedAt && fact("Since", dayOf(card.joinedAt)),
    reactions != null && fact("Reactions a post", Math.round(10 * reactions) / 10),
    ...Object.entries(card.extra || {}).map(([name, value]) => fact(partName(name), String(value))),
  ].filter(Boolean);
}

function whyInWords(card, threshold) {
  const passed = threshold === undefined ? `Scored ${card.score} of 100` : `Scored ${card.score}; this campaign asks for ${threshold} or more`;
  const strongest = card.parts.filter((part) => part.points > 0)
    .sort((one, other) => other.points - one.points).slice(0, 3)
    .map((part) => `${partName(part.name).toLowerCase()} (${part.points})`);
  return strongest.length ? `${passed}. Most of it: ${strongest.join(", ")}.` : passed + ".";
}

// Learned from this campaign's decisions: a suggestion, never a part of the score.
function drawLikelihood(shown) {
  if (!shown) return null;
  const named = (title, words) => words.length ? element("p", {}, `${title}: ${words.join("; ")}.`) : null;
  return element("section", { class: "likelihood" },
    element("h3", {}, icon("lightbulb"), ` Suggestion: ${chanceInWords(shown)}`),
    named("For it speaks", shown.speaksFor), named("Against it speaks", shown.speaksAgainst),
    element("p", { class: "quiet" }, `${shown.error} Learned from ${shown.decisions} decisions of this campaign; the score does not rest on it.`));
}

function chanceInWords(shown) {
  return `${shown.words} (${Math.round(100 * shown.probability)} %)`;
}

function drawVotes(card) {
  if (!card.votes) return null;
  const { approve, reject, needed, isSplit } = card.votes;
  const words = `Votes: ${approve} to approve, ${reject} to reject, ${needed} decide`;
  return element("span", { class: "badge " + (isSplit ? "orange" : "gray") }, icon(isSplit ? "call_split" : "how_to_vote"), words);
}

// Addresses that the profile itself states; only of the web, never followed by itself.
function linksOf(card) {
  const stated = (card.bio || "").match(/https?:[/][/][^\s<>"']+/gi) || [];
  const trimmed = stated.map((one) => one.replace(/[.,;:!?)]+$/, ""));
  return [...new Set([card.url, ...trimmed].filter(webAddress))].slice(0, 6);
}

function drawLinks(card) {
  const links = linksOf(card);
  if (!links.length) return null;
  return element("ul", { class: "links", "aria-label": "Links" }, links.map((address) => element("li", {},
    element("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, address, icon("open_in_new")))));
}

// What was decided about the same person in other campaigns, and here before.
function drawEarlier(section, entries) {
  section.hidden = !entries.length;
  section.replaceChildren(element("h3", {}, "Earlier decisions on this person"),
    element("ul", {}, entries.map(earlierLine)));
}

function earlierLine(entry) {
  const decision = entry.vote ?? entry.to ?? entry.decision;
  const [colour, sign, known] = signOf(decision);
  const word = entry.vote ? `Vote: ${known.toLowerCase()}` : decision === "pending" ? "Back in the queue" : known;
  const where = entry.campaignName ? ` in ${entry.campaignName}` : "";
  const who = entry.byName || entry.decidedByName || "somebody";
  const at = entry.at || entry.decidedAt;
  const why = [entry.reason, entry.note].filter(Boolean).join(": ");
  return element("li", {}, element("span", { class: "badge " + colour }, icon(sign), word),
    element("span", {}, `by ${who}${where}${at ? ", " + dayOf(at) : ""}${why ? " — " + why : ""}`));
}

function dayOf(moment) {
  return new Date(moment).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

function drawPicture(card) {
  const frame = element("div", { class: "picture", "aria-hidden": "true" }, initialsOf(card));
  const picture = preload(card);
  if (!picture) return frame;
  const show = () => frame.replaceChildren(picture);
  if (picture.complete && picture.naturalWidth) show();
  else picture.addEventListener("load", show, { once: true });
  return frame;
}

// From our own address, never the stranger's; decoded before its card is shown.
function preload(card) {
  if (!card.pictureUrl) return null;
  if (card.picture) return card.picture;
  card.picture = element("img", { alt: "", decoding: "async" });
  card.picture.src = `/api/v1/profiles/${card.id}/picture?size=card`;
  card.picture.decode().catch(() => {});
  return card.picture;
}

function webAddress(address) {
  return /^https?:\/\//i.test(address || "") ? address : null;
}

function initialsOf(card) {
  const words = (card.displayName || card.handle).split(/[\s._-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.map((word) => word.match(/[\p{L}\p{N}]/u)[0]);
  const first = letters[0] || "?";
  const last = letters.length > 1 ? letters[letters.length - 1] : "";
  return (first + last).toUpperCase();
}

function handleLink(card) {
  const address = webAddress(card.url);
  const handle = "@" + card.handle;
  if (!address) return element("span", { class: "handle" }, handle);
  return element("a", { class: "handle", href: address, target: "_blank", rel: "noopener noreferrer" }, handle, icon("open_in_new"));
}

function verifiedSign() {
  return element("span", { class: "verified", title: "Verified by the platform" }, icon("verified"), element("span", { class: "unseen" }, "verified"));
}

function signOf(decision) {
  const signs = {
    pending: ["violet", "person_raised_hand", "Waiting for you"],
    approved: ["green", "thumb_up", "Approved"],
    rejected: ["red", "thumb_down", "Rejected"],
    maybe: ["orange", "bookmark", "Maybe"],
    skipped: ["gray", "skip_next", "Skipped"],
  };
  return signs[decision] || ["gray", "help", decision];
}

function drawStatus(card) {
  const [colour, sign, words] = signOf(card.status);
  return element("span", { class: "badge " + colour }, icon(sign), words);
}

function drawScore(card) {
  return element("div", { class: "score", title: "Score from 0 to 100" },
    element("strong", { class: "number" }, String(card.score)), element("span", { class: "quiet" }, "of 100"));
}

function fact(name, value) {
  const isUnknown = value === null || value === undefined || value === "";
  const words = typeof value === "number" ? value.toLocaleString("en") : value;
  return element("div", {}, element("dt", {}, name),
    element("dd", { class: isUnknown ? "quiet" : "number" }, isUnknown ? "unknown" : words));
}

function languageOf(code) {
  if (!code) return null;
  try { return new Intl.DisplayNames("en", { type: "language" }).of(code) || code; } catch { return code; }
}

function drawBio(card) {
  return card.bio
    ? element("p", { class: "bio", dir: "auto", tabindex: "0" }, card.bio)
    : element("p", { class: "bio quiet" }, "The profile says nothing about itself.");
}

function confidenceOf(card) {
  const share = Math.round(card.confidence * 100);
  return share === 100
    ? "Every criterion could be judged (confidence 100 %)."
    : `Confidence ${share} %: what the profile does not state counts neither for nor against it.`;
}

function drawPart(part) {
  const isJudged = part.possible > 0;
  const isTaken = part.points < 0;
  const share = isJudged ? Math.max(0, Math.min(100, Math.round((100 * part.points) / part.possible))) : 0;
  const points = isTaken ? `${part.points}` : isJudged ? `${part.points} of ${part.possible}` : "not judged";
  const bar = element("div", { class: "part-bar" + (isJudged ? "" : " empty"), role: "img", "aria-label": points + " points" }, element("span"));
  bar.firstChild.style.width = share + "%";
  return element("li", { class: isTaken ? "taken" : "" },
    element("span", { class: "part-name" }, isTaken ? icon("block") : null, partName(part.name)),
    bar,
    element("span", { class: "number points" + (isJudged || isTaken ? "" : " quiet") }, points),
    element("span", { class: "explanation" },
      !part.value ? null : element("span", { class: "raw" }, part.value),
      element("span", { class: "quiet" }, (part.value ? " · " : "") + part.explanation)));
}

function partName(name) {
  const spaced = name.replace(/([A-Z])/g, " $1").replaceAll("_", " ").toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function drawNothing({ failure, filling, query, retry }) {
  if (failure) {
    return element("div", { class: "nothing", role: "alert" }, icon("cloud_off"),
      element("h2", {}, "The queue could not be read"),
      element("p", {}, failure.message + " Decisions already saved are safe."),
      element("button", { type: "button", onclick: retry }, "Try again"));
  }
  if (filling || !query) return element("div", { class: "waiting", role: "img", "aria-label": "Loading" }, element("span"), element("span"), element("span"));
  const words = {
    pending: ["task_alt", "Nothing waits for you", "Every public profile in this queue is decided, or somebody else has it before them. New ones appear here by themselves while a campaign runs; if none does, start one under Campaigns."],
    maybe: ["bookmark", "Nothing is put aside", "Profiles you press M for are kept here until somebody decides. Choose “Waiting” above to go on reviewing."],
  };
  const [sign, title, advice] = words[query.decision] || words.pending;
  return element("div", { class: "nothing" }, icon(sign), element("h2", {}, title), element("p", {}, advice));
}

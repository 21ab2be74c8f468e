// How one public profile is drawn. It was written by strangers: text only, never markup.

function drawCard(card) {
  return element("article", { class: "card", "aria-label": `@${card.handle}` },
    element("header", {},
      drawPicture(card),
      element("div", { class: "who" },
        element("h3", {}, card.displayName || "@" + card.handle, card.verified ? verifiedSign() : null),
        element("p", { class: "quiet" }, handleLink(card), " · ", card.platform, card.kind ? " · " + card.kind : ""),
        drawStatus(card)),
      drawScore(card)),
    element("dl", { class: "counts" },
      fact("Followers", card.followers), fact("Following", card.following), fact("Posts", card.posts),
      fact("Location", card.location), fact("Language", languageOf(card.language))),
    drawBio(card),
    card.topics.length
      ? element("ul", { class: "topics", "aria-label": "Topics" }, card.topics.map((topic) => element("li", {}, topic)))
      : null,
    element("section", { class: "why" },
      element("h4", {}, "Why this score"),
      element("p", { class: "quiet" }, confidenceOf(card)),
      element("ul", {}, card.parts.map(drawPart))));
}

function drawPicture(card) {
  const frame = element("div", { class: "picture", "aria-hidden": "true" }, initialsOf(card));
  const address = pictureOf(card);
  if (!address) return frame;
  const picture = element("img", { alt: "", referrerpolicy: "no-referrer", decoding: "async" });
  picture.onload = () => frame.replaceChildren(picture);
  picture.src = address;
  return frame;
}

function pictureOf(card) {
  return webAddress(card.pictureUrl);
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

function drawStatus(card) {
  const signs = {
    pending: ["violet", "person_raised_hand", "Waiting for you"],
    approved: ["green", "thumb_up", "Approved"],
    rejected: ["red", "thumb_down", "Rejected"],
  };
  const [colour, sign, words] = signs[card.status];
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
    element("span", { class: "quiet explanation" }, part.explanation));
}

function partName(name) {
  const spaced = name.replace(/([A-Z])/g, " $1").replaceAll("_", " ").toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function drawNothing({ failure, filling, query, retry }) {
  if (failure) {
    return element("div", { class: "nothing", role: "alert" }, icon("cloud_off"),
      element("h3", {}, "The queue could not be read"),
      element("p", {}, failure.message + " Decisions already saved are safe."),
      element("button", { type: "button", onclick: retry }, "Try again"));
  }
  if (filling) return element("div", { class: "waiting", "aria-label": "Loading" }, element("span"), element("span"), element("span"));
  const words = {
    pending: ["task_alt", "Nothing waits for you", "Every public profile in this queue is decided. New ones appear here by themselves while a campaign runs; if none does, start one under Campaigns."],
    approved: ["thumb_up", "Nothing approved yet", "Profiles you approve are kept here. Choose “Waiting” above to go on reviewing."],
    rejected: ["thumb_down", "Nothing rejected yet", "Profiles you reject are kept here. Choose “Waiting” above to go on reviewing."],
    all: ["inbox", "The queue is empty", "Start a campaign under Campaigns: public profiles at or above its threshold arrive here."],
  };
  const [sign, title, advice] = words[query.status] || words.all;
  return element("div", { class: "nothing" }, icon(sign), element("h3", {}, title), element("p", {}, advice));
}

// The page that a browser shows, as a picture every three seconds: only while the tab is
// looked at and the picture is in sight, and the next one only when the last one came.

export default function ({ parentElement, data }) {
  return keepView(parentElement, () => buildPicture(data), data);
}

function buildPicture({ id, name }) {
  const PAUSE_MS = 3000;
  const PAUSE_AFTER_FAILURE_MS = 6000;
  const image = element("img", { alt: `The page that ${name} shows now`, hidden: true });
  const said = element("span", { role: "status", class: "badge gray" }, icon("hourglass_top"), "Taking a picture…");
  const why = element("p", { class: "why quiet", hidden: true });
  const frame = element("div", { class: "frame" }, image, why);
  const root = element("div", { class: "root page-picture" }, said, frame);
  let shown = null;
  let takenAt = null;
  let timer = null;
  let isAsking = false;
  let isInSight = false;
  let isOver = false;

  const isLookedAt = () => isInSight && !document.hidden && !isOver;

  function say(colour, sign, words) {
    said.className = "badge " + colour;
    said.replaceChildren(icon(sign), words);
  }

  async function look() {
    clearTimeout(timer);
    timer = null;
    if (isAsking || !isLookedAt()) return;
    isAsking = true;
    let pause = PAUSE_MS;
    try {
      await show(await hub.askPicture(`/browser-profiles/${id}/picture`));
    } catch (problem) {
      if (!isOver) fail(problem);
      pause = PAUSE_AFTER_FAILURE_MS;
    }
    isAsking = false;
    if (isLookedAt()) timer = setTimeout(look, pause);
  }

  async function show(blob) {
    if (isOver) return;
    const address = URL.createObjectURL(blob);
    const next = new Image();
    next.src = address;
    await next.decode();
    image.src = address;
    image.hidden = false;
    why.hidden = true;
    if (shown) URL.revokeObjectURL(shown);
    shown = address;
    takenAt = new Date();
    root.dataset.taken = Number(root.dataset.taken || 0) + 1;
    say("green", "sensors", "Live, " + clock(takenAt));
  }

  function fail(problem) {
    const message = problem.status ? problem.message : "Muster did not answer.";
    say("gray", "sensors_off", takenAt ? "As of " + clock(takenAt) : "No picture yet");
    why.textContent = "No picture just now: " + message;
    why.hidden = false;
  }

  function lookOrRest() {
    if (isLookedAt()) look();
    else if (takenAt && !isOver) say("gray", "pause", "Paused, as of " + clock(takenAt));
  }

  const sight = new IntersectionObserver((entries) => {
    isInSight = entries.at(-1).isIntersecting;
    lookOrRest();
  });
  sight.observe(frame);
  document.addEventListener("visibilitychange", lookOrRest);

  return {
    root,
    stop() {
      isOver = true;
      clearTimeout(timer);
      sight.disconnect();
      document.removeEventListener("visibilitychange", lookOrRest);
      if (shown) URL.revokeObjectURL(shown);
    },
    update() {},
  };
}

function clock(moment) {
  return moment.toLocaleTimeString("en-GB");
}

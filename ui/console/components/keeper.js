// Keeps the browser signed in while a tab is open, leaves when the login has ended, and says
// when requests of this page have to wait.

export default function ({ parentElement, data }) {
  return keepView(parentElement, buildKeeper, data);
}

function buildKeeper() {
  const left = element("span", { class: "number", "aria-hidden": "true" });
  const waiting = element("span", { class: "waiting" });
  const words = element("div", {}, element("strong", {}, "Rate limited."), " Retry in ", left, waiting);
  const toast = element("div", { class: "toast", role: "status" });
  const root = element("div", { class: "root keeper" }, toast);
  let limits = { waiting: 0, until: 0 };
  let timer = null;

  function paint() {
    const isHeld = limits.waiting > 0;
    root.dataset.waiting = limits.waiting;
    if (isHeld !== toast.hasChildNodes()) toast.replaceChildren(...(isHeld ? [icon("hourglass_top"), words] : []));
    if (!isHeld) return;
    left.textContent = inTime((limits.until - Date.now()) / 1000);
    const all = limits.waiting === 1
      ? "One request waits and goes on by itself."
      : `${limits.waiting} requests wait and go on by themselves.`;
    if (waiting.textContent !== all) waiting.textContent = all;
  }

  const unfollowLimits = hub.onLimits((told) => {
    limits = told;
    clearInterval(timer);
    timer = limits.waiting ? setInterval(paint, 500) : null;
    paint();
  });
  hub.keepSignedIn();
  const unfollow = hub.follow("types=campaign", {});
  const stop = () => { clearInterval(timer); unfollowLimits(); unfollow(); };
  return { root, stop, update: (data) => { if (data.signedOut) hub.signIn(); } };
}

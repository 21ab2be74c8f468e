// Counts on from what the script said: the clocks of server and browser may differ. A view
// that is built anew with what was said before counts on from where the last one was.

const uptimes = (window.musterUptimes ??= new Map());

export default function ({ parentElement, data }) {
  return keepView(parentElement, buildUptime, data);
}

function buildUptime() {
  const words = element("span", { class: "number" });
  const root = element("div", { class: "root uptime", role: "timer" }, icon("timer"), "up ", words);
  let since = Date.now();

  function paint() {
    const now = inTime(Math.floor((Date.now() - since) / 1000));
    if (words.textContent !== now) words.textContent = now;
  }

  const timer = setInterval(paint, 1000);
  return {
    root,
    stop: () => clearInterval(timer),
    update({ key, seconds }) {
      if (uptimes.get(key)?.seconds !== seconds) {
        uptimes.set(key, { seconds, since: Date.now() - 1000 * seconds });
      }
      since = uptimes.get(key).since;
      paint();
    },
  };
}

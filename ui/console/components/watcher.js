// Asks the script to run again when campaigns change, at most every two seconds.

export default function ({ parentElement, data, setTriggerValue }) {
  return keepView(parentElement, () => buildWatcher(setTriggerValue), data);
}

function buildWatcher(setTriggerValue) {
  const AT_MOST_EVERY_MS = 2000;
  const root = element("div", { class: "root", hidden: true });
  let told = 0;
  let waiting = null;
  function tell() {
    told = Date.now();
    waiting = null;
    setTriggerValue("changed", told);
  }
  const unfollow = hub.follow("types=campaign", {
    onEvent() {
      waiting ??= setTimeout(tell, Math.max(100, told + AT_MOST_EVERY_MS - Date.now()));
    },
  });
  const stop = () => { clearTimeout(waiting); unfollow(); };
  return { root, stop, update() {} };
}

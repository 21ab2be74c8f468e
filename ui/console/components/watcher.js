// Asks the script to run again when something changes, at most every two seconds.

export default function ({ parentElement, data, setTriggerValue }) {
  return keepView(parentElement, () => buildWatcher(data.types, setTriggerValue), data);
}

function buildWatcher(types, setTriggerValue) {
  const AT_MOST_EVERY_MS = 2000;
  const root = element("div", { class: "root", hidden: true });
  let told = 0;
  let waiting = null;
  let wasLive = false;
  function tell() {
    told = Date.now();
    waiting = null;
    setTriggerValue("changed", told);
  }
  function tellSoon() {
    waiting ??= setTimeout(tell, Math.max(100, told + AT_MOST_EVERY_MS - Date.now()));
  }
  const unfollow = hub.follow("types=" + types, {
    onEvent: tellSoon,
    // A stream that comes back, as when a tab is looked at again, may have missed the first.
    onState(isLive) {
      if (isLive && wasLive) tellSoon();
      wasLive ||= isLive;
    },
  });
  const stop = () => { clearTimeout(waiting); unfollow(); };
  return { root, stop, update() {} };
}

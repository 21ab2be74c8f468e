// Counts down until the API takes requests again, then has the script run again.

export default function ({ parentElement, data, setTriggerValue }) {
  return keepView(parentElement, () => buildCountdown(setTriggerValue), data);
}

function buildCountdown(setTriggerValue) {
  const left = element("span", { class: "number", "aria-hidden": "true" });
  const what = element("span", { class: "what" });
  const words = element("div", {}, element("strong", {}, "Rate limited."), " Retry in ", left, what);
  const root = element("div", { class: "root countdown", role: "status" }, icon("hourglass_top"), words);
  let turn = null;
  let until = 0;
  let timer = null;

  function paint() {
    const seconds = (until - Date.now()) / 1000;
    left.textContent = inTime(seconds);
    if (seconds > 0) return;
    clearInterval(timer);
    left.textContent = "a moment";
    setTriggerValue("over", Date.now());
  }

  return {
    root,
    stop: () => clearInterval(timer),
    update(data) {
      if (data.turn === turn) return;
      turn = data.turn;
      until = Date.now() + 1000 * data.seconds;
      what.textContent = data.what;
      clearInterval(timer);
      timer = setInterval(paint, 250);
      paint();
    },
  };
}

// A link that is shown once, whole: the address of this console is the browser's to know.

export default function ({ parentElement, data }) {
  return keepView(parentElement, buildLink, data);
}

function buildLink() {
  const field = element("input", { type: "text", readonly: true, spellcheck: "false", class: "mono", "aria-label": "One-time link", onfocus: () => field.select() });
  const said = element("span", { role: "status", class: "quiet said" });
  const button = element("button", { type: "button", class: "copy", onclick: copy }, icon("content_copy"), " Copy link");
  const root = element("div", { class: "root one-time-link" }, field, element("div", { class: "act" }, button, said));

  async function copy() {
    field.select();
    let isCopied = false;
    try {
      await navigator.clipboard.writeText(field.value);
      isCopied = true;
    } catch {
      isCopied = document.execCommand("copy"); // without https the clipboard is not offered
    }
    said.textContent = isCopied ? "Copied." : "Press Ctrl+C to copy.";
  }

  return {
    root,
    stop() {},
    update(data) {
      const link = new URL(data.path, location.origin).href;
      if (field.value === link) return;
      field.value = link;
      said.textContent = "";
    },
  };
}

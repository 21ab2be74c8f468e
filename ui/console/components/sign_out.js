// The button that ends the login; the cookies are the browser's, so it must ask itself.

export default function ({ parentElement, data }) {
  return keepView(parentElement, buildSignOut, data);
}

function buildSignOut() {
  const said = element("span", { role: "status", class: "quiet" });
  const button = element("button", { type: "button", onclick: signOut }, icon("logout"), " Sign out");
  const root = element("div", { class: "root sign-out" }, button, said);

  async function signOut() {
    button.disabled = true;
    said.textContent = "Signing out…";
    try {
      await hub.ask("/auth/logout", { method: "POST" });
      location.replace("/login");
    } catch (problem) {
      button.disabled = false;
      said.textContent = "Not signed out: " + problem.message;
    }
  }
  return { root, stop() {}, update() {} };
}

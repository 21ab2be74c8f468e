// Keeps the browser signed in while a tab is open, and leaves when the login has ended.

export default function ({ parentElement, data }) {
  return keepView(parentElement, buildKeeper, data);
}

function buildKeeper() {
  const root = element("div", { class: "root", hidden: true });
  hub.keepSignedIn();
  const stop = hub.follow("types=campaign", {});
  return { root, stop, update: (data) => { if (data.signedOut) hub.signIn(); } };
}

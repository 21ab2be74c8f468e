"use strict";
const form = document.getElementById("form");
const send = document.getElementById("send");
const problem = document.getElementById("problem");
const notice = document.getElementById("notice");
let busy = false;

function say(text, field) {
  problem.textContent = text && text[0].toUpperCase() + text.slice(1);
  for (const input of form.querySelectorAll("input")) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
  if (field) {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", "problem");
    field.focus();
  }
}

async function ask(method, path, body) {
  const answer = await fetch("/api/v1" + path, {
    method,
    headers: body ? {"Content-Type": "application/json"} : {},
    body: body && JSON.stringify(body),
  });
  const told = await answer.json().catch(() => ({}));
  const fields = ((told.details || {}).fields || []).map((one) => one.path);
  return {ok: answer.ok, told, fields};
}

function tokenOfLink() {
  return new URLSearchParams(location.hash.slice(1)).get("token") || "";
}

function samePasswords() {
  if (form.password.value.length < 8) {
    say("Use 8 characters or more.", form.password);
  } else if (form.password.value !== form.again.value) {
    say("The two passwords differ.", form.again);
  } else {
    return true;
  }
  return false;
}

// `act` returns true when the page is done with; the form is busy as long as it works.
function whenSent(meanwhile, isComplete, act) {
  const usual = send.textContent;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy || !isComplete()) return;
    busy = true;
    say("");
    send.setAttribute("aria-disabled", "true");
    send.textContent = meanwhile;
    let done = false;
    try {
      done = await act();
    } catch {
      say("Muster does not answer. Check the connection and try again.");
    }
    if (!done) {
      busy = false;
      send.removeAttribute("aria-disabled");
      send.textContent = usual;
    }
  });
}

// The parts of a page that others change are asked for again, and only those that are different are put in place.
let isAsking = false, isWanted = false;

export async function renew() {
  if (isAsking) { isWanted = true; return; }
  isAsking = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (answer.redirected || !answer.ok) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (stage(page) !== stage(document)) return location.reload(); // the visit went on: it is another page now
    document.querySelectorAll("[data-part]").forEach((old) => replace(old, page.querySelector(`[data-part="${old.dataset.part}"]`)));
  } catch {
    setTimeout(renew, 2000); // the network is away for a moment
  } finally {
    isAsking = false;
    if (isWanted) { isWanted = false; renew(); }
  }
}

function stage(page) { return page.querySelector("[data-stage]")?.dataset.stage; }

function replace(old, fresh) {
  if (!fresh || fresh.innerHTML === old.innerHTML) return;
  old.replaceChildren(...fresh.childNodes);
  old.querySelectorAll("form[data-send]").forEach(send);
  old.scrollTop = old.scrollHeight;
}

// Forms of the page are sent without leaving it: a call goes on meanwhile. What is refused is shown as the page would.
export function send(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = form.querySelector("input[type=file]") ? new FormData(form) : new URLSearchParams(new FormData(form));
    const problem = form.querySelector("[data-problem]");
    const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
    if (answer?.redirected || answer?.ok) { form.reset(); say(problem, ""); return renew(); }
    const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
    say(problem, page?.querySelector("#problem p")?.textContent ?? form.dataset.failed);
  });
}

function say(problem, words) {
  if (!problem) return;
  problem.textContent = words;
  problem.hidden = !words;
}

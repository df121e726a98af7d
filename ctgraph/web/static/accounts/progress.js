// The progress of an upload and the seconds that are left, until its state changes. Without it, a link leads to the page as it is now.
import { at } from "../dom.js";

const PAUSE_MILLISECONDS = 1000;
const bar = at("progress", HTMLProgressElement);
const left = at("seconds-left", HTMLElement);
const MOVING = ["waiting", "checking", "approved", "saving"];

async function look() {
  const answer = await fetch(`${location.pathname}/progress`);
  if (!answer.ok) return;
  const { state, done, total, secondsLeft } = await answer.json();
  if (!MOVING.includes(state)) {
    location.reload();
    return;
  }
  bar.max = total || 1;
  bar.value = done;
  left.textContent = secondsLeft.toLocaleString(document.documentElement.lang);
  setTimeout(look, PAUSE_MILLISECONDS);
}

setTimeout(look, PAUSE_MILLISECONDS);

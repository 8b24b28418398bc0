// The waiting room and the professional's line: kept up to date without being asked for.
import { Line } from "./line.js";
import { renew, send } from "./parts.js";

const place = document.querySelector("[data-wait]");
const line = new Line(place.dataset.wait);
let wasLost = false;
line.addEventListener("message", renew);
line.addEventListener("lost", () => { wasLost = true; });
line.addEventListener("open", () => { if (wasLost) renew(); });
line.addEventListener("over", () => location.reload());
document.querySelectorAll("form[data-send]").forEach(send);
setInterval(renew, 20000); // places in line move on also when those before are cut off

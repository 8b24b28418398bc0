/* Puts the nearest commune into the search form. The position is compared here: it never leaves the browser. */
const button = document.querySelector("[data-around]");
const said = document.querySelector("[data-around-said]");

const kilometres = ([latitude, longitude], here) => {
  const north = (latitude - here.latitude) * 111.2;
  const east = (longitude - here.longitude) * 111.2 * Math.cos((here.latitude * Math.PI) / 180);
  return Math.hypot(north, east);
};

const nearest = (communes, here) =>
  communes.reduce((best, one) => (!best || kilometres(one.at, here) < kilometres(best.at, here) ? one : best), null);

const refused = () => {
  said.textContent = button.dataset.refused;
};

const located = async ({ coords }) => {
  const answer = await fetch(button.dataset.around);
  const found = answer.ok ? nearest(await answer.json(), coords) : null;
  if (!found) return refused();
  const place = document.getElementById("place");
  const distance = document.getElementById("km");
  place.value = found.name;
  distance.value ||= "10";
  said.textContent = found.name;
  place.focus();
};

if (button && "geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition((at) => located(at).catch(refused), refused));
}

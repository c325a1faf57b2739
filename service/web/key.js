// The API key, where the server asks for one: kept until the tab is closed, and sent as a header, never in an address.

const NAME = "wirecheck-key";
const box = document.getElementById("key-box");
const field = document.getElementById("key");

/** The key, or null where none was given. */
export function apiKey() {
  return sessionStorage.getItem(NAME);
}

/** Show where the key is entered. */
export function askForKey() {
  box.open = true;
  field.focus();
}

document.getElementById("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  // A header holds nothing but visible ASCII; whatever else was pasted along is no part of a key.
  const key = field.value.replace(/[^!-~]/g, "");
  if (key) sessionStorage.setItem(NAME, key);
  else sessionStorage.removeItem(NAME);
  field.value = "";
  box.open = false;
  document.getElementById("key-status").textContent = key ? "The key is kept until this tab is closed." : "There is no key now.";
  window.dispatchEvent(new Event("hashchange")); // shows the view again, now with the key
});

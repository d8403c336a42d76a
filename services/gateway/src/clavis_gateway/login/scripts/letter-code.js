// The square code of the letter leads here with the letter's code after the "#", which no server
// sees. Without script the code is typed.
const field = document.getElementById("csv");
const code = decodeURIComponent(location.hash.slice(1));
if (field && /^[2-9A-HJ-NP-Z-]{16,19}$/i.test(code)) {
  field.value = code;
  history.replaceState(null, "", location.pathname + location.search);
}

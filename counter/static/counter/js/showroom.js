// The engraving as it is typed, on the band; without this script the page shows it when it is sent.
const field = document.querySelector("[name=engraving]");
const band = document.querySelector(".band");

if (field && band) {
  field.addEventListener("input", () => {
    band.textContent = field.value;
  });
}

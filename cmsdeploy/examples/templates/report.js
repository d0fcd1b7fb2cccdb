"use strict";
const said = document.getElementById("said");
const words = document.body.dataset;

function byHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return byHand(text);
  }
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copied(document.getElementById(button.dataset.copies).textContent);
    button.focus();
    button.textContent = said.textContent = done ? words.copied : words.notCopied;
    button.classList.toggle("copied", done);
    setTimeout(() => {
      button.textContent = label;
      said.textContent = "";
      button.classList.remove("copied");
    }, 2000);
  });
}

// On paper everything is open.
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details")) each.open = true;
});

(() => {
  "use strict";
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const all = document.getElementById("all");
  const papers = [...document.querySelectorAll("[data-more]")];
  const digests = [...document.querySelectorAll(".digests > li")];
  const lists = [...document.querySelectorAll("details")];
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  let texts = null;
  let before = null;

  const apply = () => {
    // One letter is everywhere, and to show a year of papers for it takes seconds; one Chinese sign is a word.
    const words = fold(form.elements.words.value).split(/\s+/).filter((word) => word.length > 1 || word > "\u2e80");
    if (!words.length && !before) return;
    // A year of papers takes a moment to read: only when somebody searches.
    texts ??= papers.map((paper) => fold(`${paper.textContent} ${paper.dataset.more}`));
    let count = 0;
    papers.forEach((paper, index) => {
      const fits = words.every((word) => texts[index].includes(word));
      paper.hidden = !fits;
      count += fits;
    });
    // Lists with a hit open while there is a search; then each is as it was.
    before ??= lists.map((list) => list.open);
    lists.forEach((list, index) => {
      list.open = words.length ? list.querySelector("li:not([hidden])") !== null : before[index];
    });
    if (!words.length) before = null;
    for (const digest of digests) {
      digest.hidden = words.length > 0 && !digest.querySelector("[data-more]:not([hidden])");
    }
    for (const month of document.querySelectorAll("section")) {
      month.hidden = !month.querySelector(".digests > li:not([hidden])");
    }
    shown.textContent = words.length ? form.dataset.shown.replace("{shown}", count).replace("{all}", papers.length) : "";
    all.hidden = !words.length;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  all.addEventListener("click", () => {
    form.reset();
    apply();
    form.elements.words.focus();
  });
  // After "back" the browser gives the form its old words, only now.
  window.addEventListener("pageshow", apply);
})();

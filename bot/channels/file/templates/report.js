(() => {
  "use strict";
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const papers = [...document.querySelectorAll("[data-topics]")];
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = papers.map((paper) => fold(paper.textContent));
  const has = (list, wanted) => !wanted || list.split("\n").includes(wanted);
  const apply = () => {
    const words = fold(form.elements.words.value).split(/\s+/);
    let count = 0;
    papers.forEach((paper, index) => {
      const fits =
        has(paper.dataset.topics, form.elements.topic.value) &&
        has(paper.dataset.categories, form.elements.category.value) &&
        words.every((word) => texts[index].includes(word));
      paper.hidden = !fits;
      count += fits;
    });
    for (const section of document.querySelectorAll("section")) {
      section.hidden = !section.querySelector("[data-topics]:not([hidden])");
    }
    shown.textContent = count === papers.length ? "" : `${count} of ${papers.length} shown`;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
})();

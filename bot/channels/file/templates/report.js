(() => {
  "use strict";
  const form = document.getElementById("filter");
  const frame = JSON.parse(form.dataset.frame);
  const shown = document.getElementById("shown");
  const all = document.getElementById("all");
  const papers = [...document.querySelectorAll("[data-topics]")];
  const opened = new Set();
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const has = (list, wanted) => !wanted || list.split("\n").includes(wanted);

  // What is searched: a paper's own words, not those of its links.
  const nodes = (paper, unread) => {
    const found = [];
    const walker = document.createTreeWalker(paper, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      if (!walker.currentNode.parentElement.closest(unread)) found.push(walker.currentNode);
    }
    return found;
  };
  const textOf = (paper, unread) => fold(nodes(paper, unread).map((node) => node.data).join(""));
  const texts = papers.map((paper) => textOf(paper, ".links, summary, .bib"));
  const inSight = papers.map((paper) => textOf(paper, ".links, details"));

  // Every hit, as a <mark> in each text node that has a piece of it: a formula's hit spans sub and sup.
  const mark = (paper, words) => {
    const places = [];
    let text = "";
    for (const node of nodes(paper, ".links, summary, .bib, .tools")) {
      let at = 0;
      for (const char of node.data) {
        const folded = fold(char);
        text += folded;
        for (let unit = 0; unit < folded.length; unit += 1) places.push([node, at, at + char.length]);
        at += char.length;
      }
    }
    const pieces = new Map();
    for (const word of words) {
      for (let from = text.indexOf(word); from >= 0; from = text.indexOf(word, from + word.length)) {
        for (const [node, start, end] of places.slice(from, from + word.length)) {
          if (!pieces.has(node)) pieces.set(node, new Uint8Array(node.data.length));
          pieces.get(node).fill(1, start, end);
        }
      }
    }
    for (const [node, hits] of pieces) {
      for (const run of [...hits.join("").matchAll(/1+/g)].reverse()) {
        const piece = node.splitText(run.index);
        piece.splitText(run[0].length);
        const found = document.createElement("mark");
        piece.replaceWith(found);
        found.append(piece);
      }
    }
  };
  const unmark = (paper) => {
    const found = [...paper.querySelectorAll("mark")];
    for (const piece of found) piece.replaceWith(...piece.childNodes);
    if (found.length) paper.normalize();
  };

  // Read and saved papers, by their anchor: kept in this browser, for every report that it shows.
  // Where it keeps nothing for files, they last as long as the page.
  const KEPT = "arxiv-digest";
  const NAMES = { saved: [frame.save, frame.saved], read: [frame.to_read, frame.read] };
  let marks = { saved: [], read: [] };
  const load = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT)) ?? {};
      marks = Object.fromEntries(Object.keys(NAMES).map((kind) => [kind, Array.isArray(kept[kind]) ? kept[kind] : marks[kind]]));
    } catch {}
  };
  const toggle = (paper, kind) => {
    load();
    const others = marks[kind].filter((id) => id !== paper.id);
    marks[kind] = others.length < marks[kind].length ? others : [...others, paper.id];
    try {
      localStorage.setItem(KEPT, JSON.stringify(marks));
    } catch {}
    show();
  };
  const isMarked = (paper, choice) =>
    !choice || (choice === "unread" ? !marks.read.includes(paper.id) : marks.saved.includes(paper.id));
  const show = () => {
    for (const paper of papers) {
      for (const button of paper.querySelectorAll("[data-kind]")) {
        const on = marks[button.dataset.kind].includes(paper.id);
        button.setAttribute("aria-pressed", on);
        button.textContent = NAMES[button.dataset.kind][Number(on)];
        paper.classList.toggle(button.dataset.kind, on);
      }
    }
  };

  // A page from a file may have no clipboard: then the entry is shown and selected, and copied if it can be.
  const copy = async (bib, told) => {
    const entry = bib.querySelector("pre");
    try {
      await navigator.clipboard.writeText(entry.textContent);
      told.textContent = frame.copied;
      return;
    } catch {}
    bib.hidden = false;
    bib.open = true;
    getSelection().selectAllChildren(entry);
    const copied = document.execCommand("copy");
    told.textContent = copied ? frame.copied : frame.selected;
  };
  const button = (name, pressed) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = name;
    made.addEventListener("click", pressed);
    return made;
  };
  for (const paper of papers) {
    const bib = paper.querySelector(".bib");
    const tools = document.createElement("div");
    const told = document.createElement("output");
    tools.className = "tools";
    tools.append(button(frame.copy, () => copy(bib, told)));
    for (const kind of Object.keys(NAMES)) {
      const made = button("", () => toggle(paper, kind));
      made.dataset.kind = kind;
      tools.append(made);
    }
    tools.append(told);
    bib.before(tools);
    bib.hidden = true;
  }

  load();
  show();

  const apply = () => {
    const words = fold(form.elements.words.value).split(/\s+/).filter(Boolean);
    // One letter is everywhere; one Chinese sign is a word.
    const marked = words.filter((word) => word.length > 1 || word > "\u2e80");
    let count = 0;
    papers.forEach((paper, index) => {
      const fits =
        has(paper.dataset.topics, form.elements.topic.value) &&
        has(paper.dataset.categories, form.elements.category.value) &&
        isMarked(paper, form.elements.marks.value) &&
        words.every((word) => texts[index].includes(word));
      unmark(paper);
      paper.hidden = !fits;
      count += fits;
      const abstract = paper.querySelector("details:not(.bib)");
      const needed = words.some((word) => !inSight[index].includes(word));
      if (abstract && fits && needed && !abstract.open) {
        abstract.open = true;
        opened.add(abstract);
      } else if (!needed && opened.delete(abstract)) {
        abstract.open = false;
      }
      if (fits && marked.length) mark(paper, marked);
    });
    for (const section of document.querySelectorAll("section")) {
      section.hidden = !section.querySelector("[data-topics]:not([hidden])");
    }
    shown.textContent = count === papers.length ? "" : frame.shown.replace("{shown}", count).replace("{all}", papers.length);
    all.hidden = count === papers.length;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  all.addEventListener("click", () => {
    form.reset();
    apply();
    form.elements.words.focus();
  });
  // After "back" the browser gives the form its old choice, only now.
  const restore = () => {
    load();
    show();
    apply();
  };
  window.addEventListener("pageshow", restore);
  window.addEventListener("storage", restore);
})();

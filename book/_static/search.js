// Orders what Sphinx's search finds: one result a page, chapters before appendices,
// the words of the glossary that mean the same standing for each other. SEARCH_WORDS
// says how much each page says about each term (see book/_ext/chinese_search.py).
(() => {
  const CHINESE = /^[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/u;
  const WORDS =
    /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|(?:(?![\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])[\p{L}\p{N}_])+/gu;
  const { pages, ranks, levels, weights, groups } = SEARCH_WORDS;
  const stemmer = new Stemmer();

  // A text as its words: runs of Chinese characters, and stems of other words.
  const pieces = (text) =>
    text
      .toLowerCase()
      .match(WORDS)
      ?.map((word) => (CHINESE.test(word) ? word : stemmer.stemWord(word))) || [];
  const normal = (text) => ` ${pieces(text).join(" ")} `;
  // The longest form first, so that a compound is not taken for a part of it.
  const forms = groups
    .flatMap((group) => group.map((form) => ({ form: normal(form), group })))
    .filter(({ form }) => form.trim())
    .sort((a, b) => b.form.length - a.form.length);

  // The query and what it says with other words for the same things.
  const alternatives = (query) => {
    const found = [];
    let rest = query;
    for (const { form, group } of forms) {
      const wanted = CHINESE.test(form.trim()) ? form.trim() : form;
      if (!rest.includes(wanted)) continue;
      found.push({ wanted, group });
      rest = rest.split(wanted).join(" \u0000 ");
    }
    let texts = [query];
    for (const { wanted, group } of found.slice(0, 4)) {
      const others = [...new Set(group.map(normal))].filter((form) => form.trim());
      texts = texts
        .flatMap((text) => [text, ...others.map((form) => text.split(wanted).join(form))])
        .slice(0, 60);
    }
    return [...new Set(texts.map((text) => text.replace(/ +/g, " ")))];
  };

  // What to look up: pairs of Chinese characters, phrases that were counted, words.
  const terms = (text) => {
    const words = text.trim().split(" ").filter(Boolean);
    const kept = words.filter((word) => !stopwords.includes(word));
    const rest = kept.length ? kept : words;
    const found = [];
    while (rest.length) {
      let size = Math.min(4, rest.length);
      while (size > 1 && !Object.hasOwn(weights, rest.slice(0, size).join(" "))) size--;
      const term = rest.splice(0, size).join(" ");
      const letters = [...term];
      if (letters.length < 2 || !CHINESE.test(term)) found.push(term);
      else found.push(...letters.slice(1).map((letter, i) => letters[i] + letter));
    }
    return found;
  };

  // The pages that hold a term, with how much they say about it; a word that no page
  // holds stands for those that begin with it.
  const holders = (term) => {
    const levelsOf = new Map();
    const add = (codes, factor) =>
      codes.forEach((code) => {
        const page = Math.floor(code / levels);
        levelsOf.set(page, Math.max(levelsOf.get(page) || 0, (code % levels) * factor));
      });
    if (Object.hasOwn(weights, term)) add(weights[term], 1);
    else if (term.length > 2 && !CHINESE.test(term))
      Object.keys(weights).forEach((other) => {
        if (other.startsWith(term)) add(weights[other], 0.5);
      });
    return levelsOf;
  };

  const headings = (index) => {
    const list = pages.map(() => []);
    const place = new Map(pages.map((name, i) => [name, i]));
    Object.entries(index.alltitles).forEach(([title, places]) =>
      places.forEach(([file, id]) => {
        const page = place.get(index.docnames[file]);
        if (page !== undefined) list[page].push({ title, id, text: normal(title) });
      }),
    );
    return list;
  };

  const escaped = (text) => {
    const element = document.createElement("span");
    element.textContent = text;
    return element.innerHTML;
  };

  const holds = (text, part) =>
    CHINESE.test(part.trim()) ? text.includes(part.trim()) : text.includes(part);

  // The best heading of a page for a phrase, and how well it fits.
  const fit = (list, phrase) => {
    let best = { score: 0, heading: null };
    for (const heading of list) {
      if (!holds(heading.text, phrase)) continue;
      const share = phrase.trim().length / heading.text.trim().length;
      const score = (heading.id === null ? 6 : 4) + 4 * share;
      if (score > best.score) best = { score, heading };
    }
    return best;
  };

  // Whether an appendix is what a query asks for by its title: "glossary".
  const isTitle = (title, phrase) => {
    const own = normal(title).replace(/^ (附录|appendix) \p{L} /u, " ");
    return holds(own, phrase) && phrase.trim().length >= own.trim().length / 2;
  };

  // Names of the package that a query gives exactly, by the page that explains them.
  const named = (index, query) => {
    const name = query.trim().toLowerCase().replace(/\(.*\)$/, "");
    const found = new Map();
    if (!/^[\w.]+$/.test(name)) return found;
    Object.entries(index.objects).forEach(([prefix, entries]) =>
      entries.forEach(([file, , , anchor, last]) => {
        const full = prefix ? `${prefix}.${last}` : last;
        const lower = full.toLowerCase();
        if (lower !== name && !lower.endsWith(`.${name}`)) return;
        if (!found.has(index.docnames[file]))
          found.set(index.docnames[file], [full, `#${anchor === "" ? full : anchor}`]);
      }),
    );
    return found;
  };

  const ranked = (query) => {
    const index = Search._index;
    const texts = alternatives(normal(query));
    const titles = headings(index);
    const byName = named(index, query);
    const exact = /[_.(]/.test(query.trim());
    const numbers = new Map(index.docnames.map((name, i) => [name, i]));
    const results = new Map();
    const words = [];
    for (const [i, text] of texts.entries()) {
      const list = [...new Set(terms(text))];
      if (!list.length) continue;
      const found = list.map(holders);
      if (found.some((map) => map.size)) words.push(...list.flatMap((term) => term.split(" ")));
      const discount = i ? 0.9 : 1;
      pages.forEach((name, page) => {
        const here = found.map((map) => map.get(page) || 0);
        const share = here.filter(Boolean).length / list.length;
        if (share < 1 && (list.length < 3 || share < 0.6)) return;
        const mean = here.reduce((a, b) => a + b, 0) / list.length;
        const { score, heading } = fit(titles[page], text);
        const total = discount * (share === 1 ? Math.min(...here) + mean / 4 + score : mean / 4);
        const old = results.get(page);
        const better = !old || share > old.share || (share === old.share && total > old.total);
        if (better) results.set(page, { share, total, heading });
      });
    }
    const whole = [...results.values()].some(({ share }) => share === 1);
    const list = [...results].flatMap(([page, { share, total, heading }]) => {
      if (whole && share < 1) return [];
      const name = pages[page];
      const number = numbers.get(name);
      const title = index.titles[number];
      const object = exact && byName.get(name);
      // A page whose own title is what was asked for, or that explains the very name,
      // comes first, whatever it is.
      const meant = object || (ranks[page] === 2 && isTitle(title, texts[0]));
      const tier = meant ? -1 : ranks[page];
      let [shown, anchor] = [title, ""];
      if (object) [shown, anchor] = [`${title} > ${object[0]}`, object[1]];
      else if (heading && heading.id !== null)
        [shown, anchor] = [`${title} > ${escaped(heading.title)}`, `#${heading.id}`];
      return [{ tier, total, item: [name, shown, anchor, null, total, index.filenames[number]] }];
    });
    list.sort((a, b) => a.tier - b.tier || b.total - a.total || (a.item[0] < b.item[0] ? -1 : 1));
    return { items: list.map(({ item }) => item), words: new Set(words) };
  };

  // Sphinx shows the last item of its list first.
  Search._performSearch = (query) => {
    document.getElementById("search-progress")?.replaceChildren();
    return ranked(query).items.reverse();
  };
  Search.query = (query) => {
    const [, , , highlight] = Search._parseQuery(query);
    const { items, words } = ranked(query);
    _displayNextItem(items.reverse(), items.length, words, highlight);
  };
})();

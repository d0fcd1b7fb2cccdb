// Gives a list of faults of the page that would keep somebody from reading it. Meant for evaluate().
(() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const fault = (what, element) => faults.push(`${what}: ${element ? element.outerHTML.slice(0, 120) : ""}`);
  const name = (element) => (element.getAttribute("aria-label") || element.textContent).trim();

  if (!document.documentElement.lang) fault("the page has no language");
  if (!document.title.trim()) fault("the page has no title");
  for (const one of ["main", "h1", "header", "footer"])
    if (all(`body > ${one}, body > header > ${one}`).length !== 1) fault(`there is not one ${one}`);
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) fault(`a heading skips from ${level} to ${next}`, heading);
    if (!name(heading)) fault("an empty heading", heading);
    level = next;
  }
  for (const each of all("a, button, summary")) if (!name(each)) fault("no name", each);
  for (const each of all("nav, [role=region]")) {
    const label = each.getAttribute("aria-labelledby");
    if (!each.getAttribute("aria-label") && !(label && document.getElementById(label))) fault("no label", each);
  }
  for (const each of all("svg")) if (!each.getAttribute("aria-label")) fault("a picture without words", each);
  for (const each of all("th")) if (!["col", "row"].includes(each.scope)) fault("a header of nothing", each);
  for (const each of all("table")) if (!each.querySelector("th")) fault("a table without headers", each);
  for (const each of all("a[href^='#']"))
    if (!document.getElementById(each.getAttribute("href").slice(1))) fault("a link to nowhere", each);
  const ids = all("[id]").map((each) => each.id);
  for (const id of new Set(ids.filter((each, place) => ids.indexOf(each) !== place))) fault(`the id ${id} stands twice`);
  for (const each of all(".scroll")) if (each.tabIndex !== 0) fault("the keyboard cannot scroll it", each);

  const parsed = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const light = ([red, green, blue]) =>
    [red, green, blue]
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    const rect = element.closest("svg") && element.parentElement.querySelector(":scope > rect");
    const fill = rect && element.tagName === "text" ? getComputedStyle(rect).fill : "none";
    if (fill !== "none") return parsed(fill);
    for (let up = element; up; up = up.parentElement) {
      const color = parsed(getComputedStyle(up).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || seen.has(element)) continue;
    seen.add(element);
    if (["SCRIPT", "STYLE", "title"].includes(element.tagName) || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const [one, other] = [parsed(element.tagName === "text" ? style.fill : style.color), behind(element)].map(light);
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) fault(`contrast ${contrast.toFixed(2)}`, element);
  }
  if (seen.size < 10) fault("next to no text was looked at");
  return faults;
})();

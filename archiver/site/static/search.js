// Search the files that `archiver site` writes (site/generator/search.py, search/shards.py), without a server.
// The index tells in which articles the words can be; their texts tell where they are.
"use strict";
const PAGE = 10; // results that are shown at once
const MOST_READ = 50; // texts that are read for them before the reader is asked
const MOST_ENTRIES = 6; // of the index that a query reads
const PREFIX = 8, MAX_ACCOUNT = 40, PLACES = 64, PLACE = 14;
const WIDTH = 100, BEFORE = 20, MOST_OCCURRENCES = 200; // of a snippet
// The scripts without spaces between words, as in search/tokens.py.
const UNSPACED =
  "\\u0e00-\\u0fff\\u1000-\\u109f\\u1780-\\u17ff\\u2e80-\\u2fdf\\u3005-\\u3007\\u3021-\\u3029\\u3031-\\u3035" +
  "\\u3038-\\u303b\\u3041-\\u3096\\u309d-\\u309f\\u30a1-\\u30fa\\u30fc-\\u30ff\\u3105-\\u312f\\u31a0-\\u31bf" +
  "\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\ua000-\\ua48c\\ua960-\\ua97f\\uac00-\\ud7ff\\uf900-\\ufaff" +
  "\\u{1b000}-\\u{1b2ff}\\u{20000}-\\u{323af}";
const LETTER = `(?![${UNSPACED}])[\\p{L}\\p{N}]`;
const RUN = new RegExp(`([${UNSPACED}]+)|(?:${LETTER})+[+#]*`, "gu");
const STARTS_WITH_LETTER = new RegExp(`^${LETTER}`, "u");
const ENDS_WITH_LETTER = new RegExp(`${LETTER}$`, "u");

const normalize = (text) => text.normalize("NFKC").toLowerCase();
const characters = (text) => Array.from(text); // by code points

// Queries: as in search/query.py.

function parse(typed) {
  const required = new Map(), excluded = new Map();
  for (const [, sign, quoted, word] of typed.replace(/＂/g, '"').matchAll(/(-?)(?:"([^"]*)"?|(\S+))/g)) {
    const text = quoted ? normalize(quoted) : normalize(word || "").trim();
    if (text.trim()) (sign ? excluded : required).set(text, term(text));
  }
  return { required: [...required.values()], excluded: [...excluded.values()] };
}

function term(text) {
  const runs = [...text.matchAll(RUN)];
  const entries = runs.flatMap(([run, isUnspaced]) => {
    const found = characters(run);
    if (!isUnspaced) return [found.slice(0, PREFIX).join("")];
    return found.length < 2 ? found : found.slice(1).map((second, place) => found[place] + second);
  });
  const isWhole = runs.length === 1 && runs[0][0] === text;
  const isExact = isWhole && entries.length === 1 && (runs[0][1] || characters(text).length <= PREFIX);
  return { text, entries, isExact, isWord: STARTS_WITH_LETTER.test(text) };
}

function* occurrences(term, text) {
  for (let place = text.indexOf(term.text); place >= 0; place = text.indexOf(term.text, place + 1))
    if (!term.isWord || !ENDS_WITH_LETTER.test(text.slice(Math.max(0, place - 2), place)))
      yield [place, place + term.text.length];
}

function matches(query, { words = "", text }) { // an article whose post is missing has no text
  const occurs = (term) => [words, text].some((where) => !occurrences(term, where).next().done);
  return text !== undefined && query.required.every(occurs) && !query.excluded.some(occurs);
}

/** The entries to ask the index for, spread over the terms. `isExact` says that they tell all. */
function plan(query, account) {
  const asked = query.required.filter((term) => term.entries.length).slice(0, MOST_ENTRIES);
  const share = Math.max(1, Math.floor(MOST_ENTRIES / Math.max(1, asked.length)));
  const entries = asked.flatMap(({ entries }) => {
    if (entries.length <= share) return entries;
    const step = share > 1 ? (entries.length - 1) / (share - 1) : 0;
    return Array.from({ length: share }, (_, number) => entries[Math.round(number * step)]);
  });
  if (account) entries.push("@" + characters(account).slice(0, MAX_ACCOUNT).join(""));
  const isExact = !query.excluded.length && asked.length === query.required.length &&
    asked.every((term) => term.isExact);
  return { entries: [...new Set(entries)], isExact };
}

// The files of the index. Each is read once.

const page = document.getElementById("search");
const read = new Map();

function load(name, kind, options) {
  if (!read.has(name)) {
    const loaded = fetch(`${page.dataset.root}search/${name}`, options).then((answer) => {
      if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
      return answer[kind]();
    });
    read.set(name, loaded);
    loaded.catch(() => read.delete(name)); // it is tried again
  }
  return read.get(name);
}

function checksum(bytes) { // CRC-32
  let found = -1;
  for (const byte of bytes) {
    found ^= byte;
    for (let bit = 0; bit < 8; bit++) found = (found >>> 1) ^ (found & 1 && 0xedb88320);
  }
  return ~found >>> 0;
}

/** The numbers of the articles of a segment that have an entry, ascending. */
async function lookUp(segment, entry) {
  const name = new TextEncoder().encode(entry);
  const bytes = new Uint8Array(await load(`${segment.folder}/${checksum(name) % segment.shards}.bin`, "arrayBuffer"));
  let place = 0;
  const number = () => {
    let value = 0, shift = 0, byte;
    do {
      byte = bytes[place++];
      value += (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return value;
  };
  while (place < bytes.length) {
    const length = bytes[place++], start = place;
    place += length;
    const end = number() + place;
    if (length === name.length && name.every((byte, offset) => byte === bytes[start + offset])) {
      const found = [];
      if (end - place < segment.articles / 8) for (let last = 0; place < end; ) found.push((last += number()));
      else // a bitmap
        for (let each = 0; each < segment.articles; each++)
          if (bytes[place + (each >> 3)] & (1 << (each & 7))) found.push(each);
      return found;
    }
    place = end;
  }
  return [];
}

async function candidates(segment, entries) {
  if (!entries.length) return Array.from({ length: segment.articles }, (_, number) => number);
  const lists = await Promise.all(entries.map((entry) => lookUp(segment, entry)));
  lists.sort((one, other) => one.length - other.length);
  return lists.reduce((left, list) => {
    const there = new Set(list);
    return left.filter((number) => there.has(number));
  });
}

async function placeOf(segment, number) {
  const view = new DataView(await load(`${segment.folder}/places-${Math.floor(number / PLACES)}.bin`, "arrayBuffer"));
  const start = (number % PLACES) * PLACE;
  const bytes = Array.from({ length: 10 }, (_, offset) => view.getUint8(start + offset));
  return { name: bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(""), time: view.getUint32(start + 10) };
}

/** Yield the articles that can match, the newest first. */
async function* newestFirst(entries) {
  const { segments } = await load("index.json", "json", { cache: "no-cache" });
  const lists = await Promise.all(segments.map((segment) => candidates(segment, entries)));
  const next = lists.map(() => 0), heads = [];
  for (;;) {
    await Promise.all(lists.map(async (list, which) => {
      if (!heads[which] && next[which] < list.length) heads[which] = await placeOf(segments[which], list[next[which]]);
    }));
    let newest = -1;
    for (const which of lists.keys())
      if (heads[which] && (newest < 0 || heads[which].time > heads[newest].time)) newest = which;
    if (newest < 0) return;
    yield heads[newest].name;
    heads[newest] = null;
    next[newest]++;
  }
}

/** Yield the results of a query, and null where so many texts were read that the reader should be asked. */
async function* results(query, account) {
  const { entries, isExact } = plan(query, account);
  const source = newestFirst(entries);
  for (let count = 0, isDone = false; !isDone; ) {
    const names = [];
    while (names.length < PAGE && !isDone) {
      const { value, done } = await source.next();
      if (done) isDone = true;
      else names.push(value);
    }
    const articles = await Promise.all(names.map((name) => load(`texts/${name}.json`, "json")));
    for (const [place, article] of articles.entries()) {
      count++;
      if (isExact || matches(query, article)) yield { ...article, name: names[place] };
    }
    if (count >= MOST_READ && !isDone) {
      count = 0;
      yield null;
    }
  }
}

// Snippets: as in search/snippets.py.

function original(article, start, end) {
  const { text, changes = [] } = article, parts = [];
  let position = start, place = 0;
  for (let which = 0; which < changes.length; which += 3) {
    const from = place + changes[which], to = from + changes[which + 1], before = changes[which + 2];
    place = to;
    if (to <= start) continue;
    if (from >= end) break;
    const isSame = before.length === to - from;
    parts.push(text.slice(position, from),
      isSame ? before.slice(Math.max(0, start - from), Math.max(0, end - from)) : before);
    position = to;
  }
  parts.push(text.slice(position, end));
  return parts.join("").replace(/[\n\t]/g, " ");
}

function snippet(article, terms) {
  const { text } = article;
  const found = terms.flatMap((term, number) => {
    const places = [];
    for (const [start, end] of occurrences(term, text))
      if (places.push([start, end, number]) >= MOST_OCCURRENCES) break;
    return places;
  }).sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  let most = 0, first = found.length ? found[0][0] : 0;
  for (const [start] of found) {
    const inside = new Set(found.filter((each) => each[0] >= start && each[1] <= start + WIDTH - BEFORE)
      .map((each) => each[2]));
    if (inside.size > most) [most, first] = [inside.size, start];
  }
  const isInside = (place) => /[\udc00-\udfff]/.test(text.charAt(place)); // a character of two units
  let begin = Math.max(0, first - BEFORE), end = Math.min(text.length, begin + WIDTH);
  if (isInside(begin)) begin--;
  if (isInside(end)) end--;
  const marks = [];
  for (const [start, stop] of found.filter((each) => each[0] >= begin && each[1] <= end)) {
    const last = marks.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], stop);
    else marks.push([start, stop]);
  }
  const nodes = [begin ? "…" : ""];
  let position = begin;
  for (const [start, stop] of marks) {
    nodes.push(original(article, position, start), element("mark", original(article, start, stop)));
    position = stop;
  }
  nodes.push(original(article, position, end), end < text.length ? "…" : "");
  return nodes;
}

// The page.

const form = page.querySelector("form"), state = document.getElementById("state");
const list = document.getElementById("results"), more = document.getElementById("more");
const within = document.getElementById("within"), box = within.querySelector("input");
const { title } = document;
let search = 0; // the number of the last one; an earlier one shows nothing any more

function element(name, content = [], attributes = {}) {
  const made = document.createElement(name);
  made.append(...[content].flat());
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

function entry(article, terms) {
  const { root, untitled } = page.dataset, chinese = { lang: "zh-CN" };
  const link = element("a", article.title || untitled, { href: `${root}articles/${article.name}.html`, ...chinese });
  const about = element("p", [], { class: "meta" });
  if (article.account) about.append(element("a", article.account, { href: root + article.listing, ...chinese }));
  if (article.time) about.append(element("time", article.day, { datetime: article.time }));
  const excerpt = element("p", snippet(article, terms), { class: "excerpt", ...chinese });
  return element("li", element("article", [element("h3", link), about, excerpt]));
}

function say(name) {
  state.textContent = name ? page.dataset[name] : "";
}

async function show(source, terms, number, focuses) {
  more.hidden = true;
  say("loading");
  try {
    let shown = 0;
    while (shown < PAGE) {
      const { value, done } = await source.next();
      if (number !== search) return;
      if (done) return say(list.children.length ? shown ? "" : "end" : "none");
      if (!value) break;
      const made = entry(value, terms);
      list.append(made);
      document.getElementById("found").hidden = false;
      if (!shown++ && focuses) made.querySelector("a").focus();
    }
    say("");
    more.textContent = page.dataset[shown < PAGE ? "on" : "more"];
    more.hidden = false;
    more.onclick = () => show(source, terms, number, true);
  } catch (error) {
    if (number !== search) return;
    console.error(error);
    say(location.protocol === "file:" ? "disk" : "failed");
  }
}

function start() {
  const asked = new URLSearchParams(location.search || location.hash.slice(1));
  const typed = (asked.get("q") || "").slice(0, 200), account = asked.get("account") || "";
  const number = ++search;
  form.elements.q.value = typed;
  box.value = account;
  box.checked = true;
  within.hidden = box.disabled = !account;
  within.querySelector("span").textContent = account;
  document.title = typed ? `${typed} · ${title}` : title;
  list.replaceChildren();
  more.hidden = document.getElementById("found").hidden = true;
  document.getElementById("help").hidden = Boolean(typed.trim());
  if (location.protocol === "file:") return say("disk");
  say("");
  if (!typed.trim()) return form.elements.q.focus();
  const query = parse(typed);
  if (!query.required.length && !query.excluded.length) return say("nothing");
  show(results(query, account), query.required, number, false);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (location.protocol === "file:") return say("disk");
  history.pushState(null, "", `?${new URLSearchParams(new FormData(form))}`);
  start();
});
addEventListener("popstate", start);
start();

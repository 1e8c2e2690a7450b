// Additions to pages that also work without scripts: times in the visitor's zone, values at the cursor, suggestions.

const own = document.querySelector("script[data-root]").dataset;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
// English words on an English page, with the clock of the visitor: 14:00 or 2 PM.
const { hourCycle } = Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions();
const hour = hourCycle === "h12" || hourCycle === "h11" ? "numeric" : "2-digit";
const clock = new Intl.DateTimeFormat("en-US", { hour, minute: "2-digit", hourCycle });
const onTheHour = hour === "numeric" ? new Intl.DateTimeFormat("en-US", { hour, hourCycle }) : clock;
const moment = new Intl.DateTimeFormat("en-US", { weekday: "short", month: "short", day: "numeric", hour, minute: "2-digit", hourCycle });
const weekday = new Intl.DateTimeFormat("en-US", { weekday: "short" });
const dayOf = new Intl.DateTimeFormat("en-US", { weekday: "short", month: "short", day: "numeric", year: "numeric", timeZone: "UTC" });
// Hours as the server writes them, 04–09 and 18:00, on the clock of the visitor.
const hourName = (number) => `${number % 12 || 12} ${number % 24 < 12 ? "AM" : "PM"}`;
function onOwnClock(text) {
  if (hour !== "numeric") return text;
  return text.replace(/\b(\d\d)–(\d\d)\b/g, (_, from, to) => {
    const [first, last] = [hourName(+from), hourName(+to)];
    return `${first.slice(-2) === last.slice(-2) ? first.slice(0, -3) : first}–${last}`;
  }).replace(/\b(\d\d):00\b/g, (_, from) => hourName(+from));
}
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// Times: from the wall clock of the server's zone to that of the visitor's.
function localTimes(part) {
  for (const time of part.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    time.title = moment.format(at);
    time.textContent = (time.matches(".clock") ? clock : moment).format(at);
  }
  for (const label of part.querySelectorAll("[data-at]")) {
    const at = new Date(label.dataset.at);
    const isDay = label.matches(".weekday") || (at.getHours() === 0 && at.getMinutes() === 0);
    label.textContent = isDay ? weekday.format(at) : (at.getMinutes() ? clock : onTheHour).format(at);
  }
  for (const words of part.querySelectorAll(".span-of-hours, .clock-hours option")) words.textContent = onOwnClock(words.textContent);
  for (const label of part.querySelectorAll(".hours text")) if (hour === "numeric") label.textContent = hourName(+label.textContent);
  for (const figure of part.querySelectorAll("figure[data-cells]")) figure.setAttribute("aria-label", onOwnClock(figure.getAttribute("aria-label")));
}

function ages() {
  for (const age of document.querySelectorAll("[data-since]")) {
    const minutes = Math.max(0, Math.floor((Date.now() - new Date(age.dataset.since)) / 60000));
    const hours = Math.floor(minutes / 60);
    if (hours < 24) age.textContent = hours ? `${hours} h ${String(minutes % 60).padStart(2, "0")} min` : `${minutes} min`;
  }
}

// The best times to stream: in the visitor's zone they come from the server.
async function localWeek() {
  const part = document.querySelector(".week-of");
  if (!part) return;
  // Somebody's own hours are in their time zone.
  if (part.dataset.zone === zone || !part.dataset.fragment) return part.classList.add("own");
  const address = new URL(part.dataset.fragment, location.href);
  address.searchParams.set("tz", zone);
  try {
    const answer = await fetch(address);
    if (!answer.ok) return;
    const loaded = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".week-of");
    loaded.classList.add("own");
    localTimes(loaded);
    part.replaceWith(loaded);
    readable(loaded);
    scrollable();
  } catch {
    // The times of the server's zone stay, and say so.
  } finally {
    part.classList.add("own");
  }
}

// A table that scrolls sideways is a stop for the keyboard; one that fits is none.
function scrollable() {
  for (const part of document.querySelectorAll(".scroll")) {
    if (part.scrollWidth > part.clientWidth) {
      part.tabIndex = 0;
      part.setAttribute("role", "group");
      part.setAttribute("aria-label", part.querySelector("caption").textContent);
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) part.removeAttribute(name);
    }
  }
}

// A chart whose values can be read with the mouse, a finger, or the arrow keys.
function readable(part) {
  part.querySelectorAll("figure[data-points]").forEach(overTime);
  part.querySelectorAll("figure[data-cells]").forEach(ofCells);
  part.querySelectorAll("figure.spots").forEach(ofSpots);
}

// Values next to the cursor; with `below`, in a line below the drawing, where they hide no other cell.
function reader(figure, length, show, placeOf, below) {
  let at = -1;
  const values = element("div", { className: below ? "values-below" : "values", hidden: !below });
  const status = element("span", { className: "unseen" });
  status.setAttribute("role", "status");
  if (below) below.after(values); else figure.append(values);
  figure.append(status);

  function move(next, isSpoken) {
    at = Math.min(length - 1, Math.max(0, next));
    const x = show(at, values);
    values.hidden = false;
    if (!below) values.style.left = `${Math.max(0, Math.min(x + 12, figure.clientWidth - values.offsetWidth))}px`;
    if (isSpoken) status.textContent = values.textContent;
  }
  function leave() {
    values.hidden = !below;
    show(-1, values);
    if (below) values.textContent = "";
    at = -1;
  }
  const follow = (event) => {
    const place = placeOf(event);
    if (place >= 0) move(place); else leave();
  };
  figure.addEventListener("pointermove", follow);
  figure.addEventListener("pointerdown", follow);
  // A finger that is lifted leaves the values of its place.
  figure.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") leave(); });
  figure.addEventListener("blur", leave);
  figure.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: at + 1, ArrowLeft: at < 0 ? length - 1 : at - 1, Home: 0, End: length - 1 };
    if (event.key in steps) { event.preventDefault(); move(steps[event.key], true); }
    if (event.key === "Escape") leave();
  });
}

function overTime(figure) {
  const { unit, at, series } = JSON.parse(figure.dataset.points);
  const plot = figure.querySelector(".plot");
  const isColumns = "columns" in figure.dataset;
  const line = element("div", { className: "crosshair", hidden: true });
  figure.append(line);
  const xOf = (place) => plot.getBoundingClientRect().left - figure.getBoundingClientRect().left + plot.getBoundingClientRect().width * (isColumns ? (place + .5) / at.length : at.length > 1 ? place / (at.length - 1) : .5);
  const words = (time) => time.length === 10 ? dayOf.format(new Date(time)) : moment.format(new Date(time));

  reader(figure, at.length, (place, values) => {
    line.hidden = place < 0;
    if (place < 0) return 0;
    const x = xOf(place);
    line.style.cssText = `left:${x}px;top:${plot.getBoundingClientRect().top - figure.getBoundingClientRect().top}px;height:${figure.dataset.height}px`;
    const rows = series.filter((one) => one.values[place] !== null).map((one) =>
      element("div", {}, series.length > 1 ? element("bdi", { textContent: one.name }) : unit, " ", element("b", { textContent: number.format(one.values[place]) + (figure.dataset.suffix ?? "") })));
    values.replaceChildren(element("div", { textContent: words(at[place]) }), ...(rows.length ? rows : ["no data"]));
    return x;
  }, (event) => {
    const box = plot.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    if (event.clientY < box.top) return -1;
    return isColumns ? Math.floor(share * at.length) : Math.round(share * (at.length - 1));
  });
}

function ofCells(figure) {
  const cells = [...figure.querySelectorAll(".plot title")].map((title) => {
    const [cell, text] = [title.parentNode, onOwnClock(title.textContent)];
    // Its own title would be shown a second time.
    title.remove();
    return { cell, text };
  });
  const placeOf = new Map(cells.map(({ cell }, place) => [cell, place]));
  let marked;
  reader(figure, cells.length, (place, values) => {
    marked?.classList.remove("marked");
    if (place < 0) return 0;
    marked = cells[place].cell;
    marked.classList.add("marked");
    values.textContent = cells[place].text;
    const [box, frame] = [marked.getBoundingClientRect(), figure.getBoundingClientRect()];
    return box.right - frame.left;
  }, (event) => placeOf.get(event.target) ?? -1, figure.querySelector(".week-grid, .calendar-grid"));
}

// The dots of games: the first tap of a finger shows the name, the second follows the link.
function ofSpots(figure) {
  const values = element("div", { className: "values-below" });
  values.setAttribute("role", "status");
  figure.append(values);
  let chosen, isTouch = false;
  figure.addEventListener("pointerdown", (event) => { isTouch = event.pointerType !== "mouse"; });
  figure.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !isTouch || link === chosen) return;
    event.preventDefault();
    chosen?.firstElementChild.classList.remove("named");
    chosen = link;
    chosen.firstElementChild.classList.add("named");
    values.textContent = `${link.querySelector("title").textContent}. Tap again to open.`;
  });
}

// Suggestions under a search box: a list for the arrow keys.
function suggest(input, place) {
  const list = element("ul", { className: "suggestions", id: `suggestions-${place}`, hidden: true });
  const status = element("span", { className: "unseen" });
  const field = element("span", { className: "field" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  status.setAttribute("role", "status");
  input.before(field);
  field.append(input, list, status);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) {
    input.setAttribute(name, value);
  }

  let waiting, current = "", at = -1;
  const opensPage = input.name === "q";

  function close() {
    // An answer that is still to come does not open the list again.
    clearTimeout(waiting);
    current = "";
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    if (opensPage) {
      location.href = option.dataset.address;
    } else {
      input.value = option.dataset.name;
      close();
      input.form.requestSubmit();
    }
  }

  function mark(next) {
    const options = list.querySelectorAll("[data-address]");
    if (!options.length) return;
    at = (next + options.length) % options.length;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    input.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }

  function show(found) {
    const chosen = at >= 0 ? list.children[at].dataset.address : undefined;
    list.replaceChildren(...found.map((one, number) => {
      const option = element("li", { id: `${list.id}-${number}` },
        element("bdi", { textContent: one.name }), element("small", {}, [one.kind, one.kind === "streamer" && one.slug !== one.name.toLowerCase() ? one.slug : "", one.watch_hours ? `${short.format(one.watch_hours)} hours in 30 days` : ""].filter(Boolean).join(" · ")));
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.address = `${own.root}${one.kind}s/${encodeURIComponent(one.slug)}`;
      option.dataset.name = one.name;
      option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(option); });
      return option;
    }));
    at = -1;
    input.removeAttribute("aria-activedescendant");
    if (!found.length) {
      const kind = input.dataset.suggest;
      const none = element("li", { textContent: kind === "streamer" ? "No streamer of this name. Only streamers can be added here." : `No ${kind || "game or streamer"} of this name` });
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      list.append(none);
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    // A new list keeps the marked suggestion.
    const marked = [...list.children].findIndex((option) => option.dataset.address === chosen);
    if (marked >= 0) mark(marked);
    status.textContent = found.length ? `${found.length} results` : "No results";
  }

  async function ask() {
    current = input.value.trim();
    if (current.length < 2) return close();
    const address = new URL(own.search, location.href);
    address.searchParams.set("q", current);
    address.searchParams.set("limit", "8");
    if (input.dataset.suggest) address.searchParams.set("kind", input.dataset.suggest);
    const query = current;
    try {
      const answer = await fetch(address);
      if (answer.ok && query === current) show((await answer.json()).rows);
    } catch {
      close();
    }
  }

  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 150); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return close();
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark(at + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); mark(at < 0 ? -1 : at - 1); }
    if (event.key === "Enter" && at >= 0) { event.preventDefault(); choose(list.children[at]); }
  });
}

// At most five can be compared.
function picks(part) {
  for (const form of part.querySelectorAll("form.picks")) {
    const boxes = [...form.querySelectorAll(".pick input")];
    const heading = form.querySelector("th.to-pick");
    const note = form.querySelector(".pick-bar > span");
    form.addEventListener("change", () => {
      const picked = boxes.filter((box) => box.checked).length;
      for (const box of boxes) box.disabled = picked >= 5 && !box.checked;
      if (heading) heading.textContent = picked ? `${picked} picked` : "Compare";
      note.textContent = picked === 1 ? "1 picked: tick one to four more" : picked ? `${picked} picked` : "Tick two to five";
    });
  }
}

// When new figures are due, the page is loaded once and its content replaced, unless nobody looks or it is being used.
function refresh() {
  const main = document.querySelector("main[data-next]");
  if (!main) return;
  const wait = new Date(main.dataset.next) - Date.now() + 20000 + 40000 * Math.random();
  setTimeout(async () => {
    if (document.hidden) return document.addEventListener("visibilitychange", refresh, { once: true });
    const isUsed = (main.contains(document.activeElement) && document.activeElement !== main) || main.querySelector(".pick :checked");
    try {
      const answer = isUsed ? null : await fetch(location.href);
      const loaded = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main[data-next]");
      if (loaded) {
        const open = [...main.querySelectorAll("details")].map((one) => one.open);
        main.replaceChildren(...loaded.childNodes);
        main.dataset.next = loaded.dataset.next;
        main.querySelectorAll("details").forEach((one, place) => { one.open = open[place]; });
        enhance(main);
      }
    } catch {
      // The next attempt may reach the server again.
    }
    // A server that has no new figures yet is asked again in a minute.
    if (new Date(main.dataset.next) < Date.now()) setTimeout(refresh, 60000); else refresh();
  }, Math.max(20000, wait));
}

function enhance(part) {
  localTimes(part);
  readable(part);
  scrollable();
  localWeek();
  ages();
  part.querySelectorAll(".share").forEach(share);
  picks(part);
  part.querySelectorAll(".at-origin").forEach((code) => { code.textContent = code.textContent.replaceAll("https://dashboard.example", location.origin); });
  part.querySelectorAll(".copy").forEach(copy);
}

function copy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
      button.firstChild.textContent = "Copied";
    } catch {
      // The browser does not allow it; the text can still be selected.
    }
  });
}

function share(button) {
  if (!navigator.share && !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    // A comparison is shared with its dates, so that it shows the same tomorrow.
    const address = button.dataset.address ? new URL(button.dataset.address, location.href).href : document.querySelector("link[rel=canonical]")?.href ?? location.href;
    try {
      if (navigator.share) await navigator.share({ title: document.title, url: address });
      else {
        await navigator.clipboard.writeText(address);
        button.textContent = "Address copied";
      }
    } catch (refused) {
      // Without the right to copy, the address can be copied by hand. AbortError: the visitor has closed the dialog.
      if (refused.name === "AbortError") return;
      const shown = element("input", { value: address, readOnly: true });
      shown.setAttribute("aria-label", "The address to share");
      button.replaceWith(shown);
      shown.select();
    }
  });
}

// Forms in the zone of the visitor, and a menu that leads back to the chosen games.
for (const field of document.querySelectorAll(".own-zone")) field.value = zone;
const finder = document.querySelector('header a[href$="/find"]');
try {
  if (location.pathname === finder?.pathname && location.search) sessionStorage.find = location.search;
  if (sessionStorage.find) finder.search = sessionStorage.find;
} catch {
  // The browser stores nothing.
}
if (new URLSearchParams(location.search).has("kiosk")) document.documentElement.classList.add("kiosk");
enhance(document);
refresh();
for (const note of document.querySelectorAll(".times")) note.textContent = `your time zone (${zone.replaceAll("_", " ")})`;
document.documentElement.classList.add("own-times");
setInterval(ages, 30000);
addEventListener("resize", scrollable);
document.addEventListener("toggle", scrollable, true);
document.addEventListener("change", (event) => { if (event.target.closest(".all-columns")) scrollable(); });
// The picture of a part that was opened is loaded at once, also below the screen.
document.addEventListener("toggle", (event) => event.target.querySelectorAll?.("img[loading]").forEach((image) => { image.loading = "eager"; }), true);
document.querySelectorAll("[data-suggest]").forEach(suggest);
// Fields of a filter that are left empty need no place in the address.
document.querySelectorAll("form.filters").forEach((form) => form.addEventListener("formdata", (event) => {
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
}));
const keys = document.querySelector("#keys");
document.querySelector(".show-keys").addEventListener("click", (event) => {
  if (!keys || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  keys.showModal();
});
// The bars of the browser have the colour of the chosen theme.
if (!getComputedStyle(document.documentElement).colorScheme.includes(" ")) {
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--card");
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) meta.content = colour;
}
addEventListener("keydown", (event) => {
  if (keys?.open || event.ctrlKey || event.metaKey || event.altKey || /^(input|textarea|select)$/i.test(event.target.tagName)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("#q").focus();
  }
  if (event.key === "?") keys?.showModal();
  // On a page of a series, such as a day.
  const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (way && !event.shiftKey && !event.target.closest("figure, .scroll")) document.querySelector(`[data-arrow][rel=${way}]`)?.click();
});

// Chat: rows that change every second. A hidden page reads nothing; where streams do not get through, it asks every 10 s.
function liveChat() {
  const part = document.querySelector("[data-live]");
  if (!part || !window.EventSource) return;
  const note = document.querySelector(".live-note");
  const rows = new Map([part, ...part.querySelectorAll("[data-channel]")].filter((row) => row.dataset.channel).map((row) => [row.dataset.channel, row]));
  let stream = null;
  let heard = 0;
  // Nothing has come on this stream: the first rows come within a second or two.
  let isNew = true;
  let timer = 0;
  let asksUntil = 0;
  let isAdding = false;

  function hear() {
    heard = Date.now();
    isNew = false;
  }
  // Rows keep their places while one looks: a new one is the last, one that is gone stays and says so.
  function leave(name) {
    const state = rows.get(name)?.querySelector('[data-field="state"]');
    if (state) state.textContent = "no longer followed";
    rows.delete(name);
  }
  function add(theirs) {
    const body = part.querySelector("tbody");
    const added = theirs.filter((row) => !rows.has(row.dataset.channel));
    if (added.length && !body) return location.reload();
    for (const row of added) {
      body.querySelector(`[data-channel="${row.dataset.channel}"]`)?.remove();
      body.append(row);
      rows.set(row.dataset.channel, row);
    }
    if (added.length) scrollable();
  }
  async function addRows() {
    if (isAdding) return;
    isAdding = true;
    try {
      const answer = await fetch(location.href);
      if (answer.ok) add([...new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("tr[data-channel]")]);
    } catch {
      // The next event asks again.
    }
    isAdding = false;
  }
  function show({ rows: changed, gone }) {
    hear();
    if ("rows" in part.dataset) {
      gone.forEach(leave);
      if (Object.keys(changed).some((name) => !rows.has(name))) addRows();
    }
    for (const [name, values] of Object.entries(changed)) {
      for (const field of rows.get(name)?.querySelectorAll("[data-field]") ?? []) {
        const value = values[field.dataset.field];
        if (field.matches("path")) field.setAttribute("d", value);
        else if (field.textContent !== value) field.textContent = value;
      }
    }
    if (note) { note.hidden = false; note.textContent = "live"; }
  }
  function open() {
    if (stream) return;
    heard = Date.now();
    isNew = true;
    stream = new EventSource(part.dataset.live);
    stream.addEventListener("rows", (event) => show(JSON.parse(event.data)));
    stream.addEventListener("beat", hear);
    stream.addEventListener("open", () => { if (note && !isNew) note.textContent = "live"; });
    stream.addEventListener("error", () => {
      if (note) note.textContent = "reconnecting";
      // Refused: the browser does not try again by itself.
      if (stream?.readyState === EventSource.CLOSED) ask(60);
    });
  }
  function close() {
    stream?.close();
    stream = null;
    clearTimeout(timer);
  }
  function start() {
    if (document.hidden) return;
    if (Date.now() < asksUntil) poll();
    else open();
  }
  // Ask every 10 s for some time, and then try a stream again.
  function ask(seconds) {
    close();
    asksUntil = Date.now() + seconds * 1000;
    start();
  }
  async function poll() {
    try {
      const answer = await fetch(location.href);
      if (answer.ok) {
        const loaded = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
        const theirs = [loaded, ...loaded.querySelectorAll("[data-channel]")].filter((row) => row.dataset.channel);
        if ("rows" in part.dataset) {
          const known = new Set(theirs.map((row) => row.dataset.channel));
          [...rows.keys()].filter((name) => !known.has(name)).forEach(leave);
          add(theirs);
        }
        for (const row of theirs) {
          for (const field of row.querySelectorAll("[data-field]")) {
            const mine = rows.get(row.dataset.channel)?.querySelector(`[data-field="${field.dataset.field}"]`);
            if (mine) mine.replaceWith(field.cloneNode(true));
          }
        }
      }
    } catch {
      // The next attempt may succeed.
    }
    if (note) { note.hidden = false; note.textContent = "every 10 s"; }
    clearTimeout(timer);
    timer = setTimeout(start, 10000);
  }
  document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else start(); });
  // A proxy that holds the stream back: nothing comes although a stream sends something every 15 s.
  setInterval(() => { if (!document.hidden && stream && Date.now() - heard > (isNew ? 8000 : 25000)) ask(600); }, 1000);
  start();
}
liveChat();

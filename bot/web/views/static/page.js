// Additions to pages that also work without scripts: charts, suggestions, times in the visitor's zone.

const own = document.querySelector("script[data-vega]").dataset;

// Times: from the wall clock of the bot's zone to that of the visitor's.
function localTimes() {
  const form = new Intl.DateTimeFormat(undefined, {
    weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
  for (const time of document.querySelectorAll("time[datetime]")) {
    time.title = time.textContent;
    time.textContent = form.format(new Date(time.dateTime));
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const note of document.querySelectorAll(".times")) {
    note.textContent = `yours (${zone.replaceAll("_", " ")}); days are the bot's`;
  }
  return zone;
}

// Charts: the library is large, so it is loaded with the first chart that scrolls into view.
let library;
function vega() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = own.vega;
    script.onload = () => resolve(window.vegaEmbed);
    script.onerror = () => reject(new Error("the script that draws charts did not load"));
    document.head.append(script);
  });
  return library;
}

const dark = window.matchMedia("(prefers-color-scheme: dark)");

// Below this width a legend has one column.
const narrow = 560;

function inkOf(page, width) {
  const value = (name) => page.getPropertyValue(name).trim();
  const [ink, soft, line] = [value("--ink"), value("--soft"), value("--line")];
  return {
    background: "transparent",
    font: "system-ui, sans-serif",
    axis: { labelColor: soft, titleColor: soft, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
    legend: { labelColor: ink, titleColor: soft, labelFontSize: 12, titleFontWeight: "normal", columns: width < narrow ? 1 : 3 },
    view: { stroke: null },
  };
}

function inTheDark(spec) {
  const range = spec.usermeta?.rangeInTheDark;
  if (!dark.matches || !range) return spec;
  const color = spec.encoding.color;
  return { ...spec, encoding: { ...spec.encoding, color: { ...color, scale: { ...color.scale, range } } } };
}

const drawn = new Map();

async function draw(figure) {
  const place = figure.querySelector(".drawing");
  try {
    if (!drawn.has(figure)) {
      const address = new URL(figure.dataset.chart, location.href);
      // Other charts have instants, which Vega shows in the visitor's zone.
      if (zone && figure.matches(".week")) address.searchParams.set("tz", zone);
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(`the chart could not be loaded: ${answer.status}`);
      drawn.set(figure, await answer.json());
    }
    const { spec, description } = drawn.get(figure);
    const embed = await vega();
    await embed(place, inTheDark(spec), {
      actions: false, ast: true, renderer: "canvas", defaultStyle: false,
      config: inkOf(getComputedStyle(document.documentElement), place.clientWidth),
      tooltip: { disableDefaultStyle: true },
      // A specification cannot load anything.
      loader: { http: { credentials: "omit" } },
    });
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", description);
    figure.dataset.drawn = "yes";
  } catch (error) {
    place.classList.add("failed");
    place.textContent = "This chart could not be drawn; the table has its values.";
    figure.dataset.drawn = "no";
    console.warn(error);
  }
}

function charts() {
  const figures = [...document.querySelectorAll("[data-chart]")];
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      seen.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "300px" });
  figures.forEach((figure) => seen.observe(figure));
  dark.addEventListener("change", () => drawn.forEach((_, figure) => draw(figure)));
}

// Suggestions under a search box: a list for the arrow keys.
function suggest(input, number) {
  const field = document.createElement("span");
  field.className = "field";
  input.before(field);
  field.append(input);
  const list = Object.assign(document.createElement("ul"), { className: "suggestions", id: `suggestions-${number}`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  field.append(list);
  const status = Object.assign(document.createElement("span"), { className: "unseen" });
  status.setAttribute("role", "status");
  field.append(status);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  let waiting, current = "", at = -1;
  const opensPage = input.name === "q";

  function close() {
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
    const options = [...list.children];
    at = (next + options.length) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    input.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }

  function show(found) {
    const chosen = at >= 0 ? list.children[at].dataset.address : undefined;
    list.replaceChildren(...found.map((one, place) => {
      const option = Object.assign(document.createElement("li"), { id: `${list.id}-${place}` });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.address = `${own.root}${one.kind}s/${encodeURIComponent(one.slug)}`;
      option.dataset.name = one.name;
      const name = Object.assign(document.createElement("bdi"), { textContent: one.name });
      const kind = Object.assign(document.createElement("small"), { textContent: one.kind });
      option.append(name, kind);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(option); });
      return option;
    }));
    at = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    // A new list keeps the marked suggestion.
    const marked = [...list.children].findIndex((option) => option.dataset.address === chosen);
    if (marked >= 0) mark(marked);
    status.textContent = found.length ? `${found.length} suggestions` : "No suggestions";
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

const zone = localTimes();
charts();
document.querySelectorAll("[data-suggest]").forEach(suggest);

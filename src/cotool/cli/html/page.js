"use strict";
// What a report does beyond showing: the theme, tables, the heat map, the time line. Text from the
// input is only ever read with textContent and JSON.parse, and set with textContent.

// At once, before there is a body: rows start folded, and the theme that was chosen does not flash.
document.documentElement.dataset.script = "";
try {
  const kept = localStorage.getItem("cotool-theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch { /* a page from a file may have no storage */ }

document.addEventListener("DOMContentLoaded", () => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const number = new Intl.NumberFormat("en-US");

  // The theme: the system's, or the other one once the button is pressed.
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const remember = (name) => {
    try { localStorage.setItem("cotool-theme", name); } catch { /* likewise */ }
  };
  const nameTheme = () => {
    theme.textContent = isDark() ? "Light" : "Dark";
    theme.setAttribute("aria-label", `Change to the ${isDark() ? "light" : "dark"} theme`);
    theme.setAttribute("aria-pressed", String(isDark()));
  };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember(root.dataset.theme);
    nameTheme();
  });
  system.addEventListener("change", nameTheme);
  nameTheme();

  // The tip beside the pointer, or beside what the keyboard has reached.
  const tip = document.getElementById("tip");
  const showTip = (text, x, y) => {
    tip.textContent = text;
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    const left = x + 14 + box.width > innerWidth ? x - 14 - box.width : x + 14;
    const top = y + 14 + box.height > innerHeight ? y - 14 - box.height : y + 14;
    tip.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  };
  const hideTip = () => { tip.hidden = true; };
  let told = null;
  document.addEventListener("pointermove", (event) => {
    const found = event.target.closest?.("[data-tip]") ?? null;
    if (found) showTip(found.dataset.tip, event.clientX, event.clientY);
    else if (told) hideTip();
    told = found;
  });
  document.addEventListener("focusin", (event) => {
    if (!event.target.dataset?.tip) return;
    const box = event.target.getBoundingClientRect();
    showTip(event.target.dataset.tip, box.left, box.bottom);
  });
  document.addEventListener("focusout", (event) => { if (event.target.dataset?.tip) hideTip(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });
  document.addEventListener("scroll", hideTip, { passive: true });

  // Tables: rows unfold, columns sort, fields filter.
  const fold = (button, open) => {
    button.setAttribute("aria-expanded", String(open));
    document.getElementById(button.getAttribute("aria-controls")).classList.toggle("open", open);
  };
  for (const button of all("button.unfold")) button.setAttribute("aria-expanded", "false");
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.unfold");
    if (button) fold(button, button.getAttribute("aria-expanded") !== "true");
  });

  const keyOf = (body, place) => {
    const cell = body.rows[0].cells[place];
    return cell.dataset.key ?? cell.textContent;
  };
  const compare = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    return a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y)
      ? x - y : a.localeCompare(b, undefined, { numeric: true });
  };
  const sort = (table, head, place) => {
    const before = head.getAttribute("aria-sort");
    const falling = before ? before === "ascending" : head.classList.contains("n");
    for (const other of all("th", table.tHead)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const rows = [...table.tBodies].map((body) => [keyOf(body, place), body]);
    rows.sort(([a], [b]) => (falling ? compare(b, a) : compare(a, b)));
    table.append(...rows.map(([, body]) => body));
  };
  const ROWS = 100; // that are shown at first: a long table does not push away what follows it
  for (const table of all("table.data")) {
    all("th", table.tHead).forEach((head, place) => {
      head.querySelector("button")?.addEventListener("click", () => { sort(table, head, place); filter(); });
    });
    const search = document.querySelector(`[data-search="${table.id}"]`);
    const choice = document.querySelector(`[data-choice="${table.id}"]`);
    const count = document.querySelector(`[data-count="${table.id}"]`);
    const texts = new Map();
    let limit = ROWS;
    const rest = document.createElement("button");
    rest.type = "button";
    rest.className = "rest";
    rest.addEventListener("click", () => { limit = Infinity; filter(); });
    table.parentElement.after(rest);
    const filter = () => {
      const words = (search?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const body of table.tBodies) {
        if (words.length && !texts.has(body)) texts.set(body, body.textContent.toLowerCase());
        body.hidden = Boolean(choice?.value && body.dataset.group !== choice.value)
          || !words.every((word) => texts.get(body).includes(word));
        shown += body.hidden ? 0 : 1;
        if (shown > limit) body.hidden = true;
      }
      rest.hidden = shown <= limit;
      rest.textContent = `Show all ${number.format(shown)} rows`;
      const total = table.tBodies.length;
      if (count) {
        count.textContent = shown === total
          ? `${number.format(total)} rows` : `${number.format(shown)} of ${number.format(total)} rows`;
      }
    };
    search?.addEventListener("input", filter);
    choice?.addEventListener("change", filter);
    filter();
    table.dataset.ready = "";
  }

  // The heat map: a cell's experts and their similarity, by pointer and by arrow keys.
  for (const map of all(".heat")) {
    const names = JSON.parse(map.dataset.names);
    const values = map.dataset.values;
    const inset = Number(map.dataset.inset);
    const picture = map.firstElementChild;
    const cursor = map.querySelector(".cursor");
    const frame = cursor.ownerSVGElement.viewBox.baseVal;
    let [row, column] = [0, 0];
    const text = () => {
      const place = 2 * (row * names.length + column);
      const value = parseInt(values.slice(place, place + 2), 16);
      return `${names[row]} – ${names[column]}: ${value === 255 ? "unknown" : `${value} %`}`;
    };
    const mark = () => {
      const left = inset * frame.width;
      const cell = (frame.width - left) / names.length;
      cursor.setAttribute("x", left + column * cell);
      cursor.setAttribute("y", row * cell);
      cursor.setAttribute("visibility", "visible");
    };
    const leave = () => { cursor.setAttribute("visibility", "hidden"); hideTip(); };
    const reach = (event) => {
      const box = picture.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width - inset) / (1 - inset);
      const y = (event.clientY - box.top) / box.height;
      if (x < 0 || x >= 1 || y < 0 || y >= 1) return leave();
      [row, column] = [Math.floor(y * names.length), Math.floor(x * names.length)];
      mark();
      showTip(text(), event.clientX, event.clientY);
    };
    map.addEventListener("pointermove", reach);
    map.addEventListener("pointerdown", reach);
    map.addEventListener("pointerleave", leave);
    map.addEventListener("blur", leave);
    map.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const last = names.length - 1;
      row = Math.min(last, Math.max(0, row + step[0]));
      column = Math.min(last, Math.max(0, column + step[1]));
      mark();
      const box = cursor.getBoundingClientRect();
      showTip(text(), box.right, box.bottom);
    });
  }

  // The distribution over time: arrow keys move to the nearest cell that has values.
  for (const map of all(".spread")) {
    const cells = [...map.querySelectorAll("[data-x]")];
    const cursor = map.querySelector(".cursor");
    let at = null;
    const place = (cell) => [Number(cell.dataset.x), Number(cell.dataset.y)];
    map.addEventListener("blur", () => { cursor.setAttribute("visibility", "hidden"); hideTip(); });
    map.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
      if (!step) return;
      event.preventDefault();
      const [x, y] = at ? place(at) : [-1, -1];
      const ahead = at ? cells.filter((cell) => {
        const [a, b] = place(cell);
        return step[0] ? (a - x) * step[0] > 0 : a === x && (b - y) * step[1] > 0;
      }) : cells;
      const far = (cell) => { const [a, b] = place(cell); return 100 * Math.abs(a - x) + Math.abs(b - y); };
      at = ahead.reduce((best, cell) => (!best || far(cell) < far(best) ? cell : best), null) ?? at;
      if (!at) return;
      for (const name of ["x", "y"]) cursor.setAttribute(name, at.getAttribute(name));
      cursor.setAttribute("visibility", "visible");
      const box = cursor.getBoundingClientRect();
      showTip(at.dataset.tip, box.right, box.bottom);
    });
  }

  // The time line: stacked columns of what is in view, drawn anew on zooming and on toggling.
  const COLUMNS = 120;
  const HEIGHT = 100;
  for (const line of all(".timeline")) {
    const { labels, width, levels, marks } = JSON.parse(line.dataset.line);
    const size = labels.length - 1;
    const svg = line.querySelector("svg");
    const axis = line.querySelector(".axis-labels");
    const section = line.closest("section");
    const range = section.querySelector("[data-range]");
    const boxes = all("fieldset input", section);
    let [from, to] = [0, size];
    let each = 1;
    const rect = (x, y, w, h, kind) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [key, value] of Object.entries({ x, y, width: w, height: h, class: kind })) {
        made.setAttribute(key, value);
      }
      return made;
    };
    const shown = () => boxes.filter((box) => box.checked).map((box) => box.value).reverse();
    const sum = (level, start) => {
      let total = 0;
      for (let n = start; n < Math.min(start + each, to); n++) total += levels[level][n];
      return total;
    };
    const duration = (seconds) => {
      for (const [name, length] of [["d", 86400], ["h", 3600], ["min", 60]]) {
        if (seconds >= length) return `${Number((seconds / length).toFixed(1))} ${name}`;
      }
      return `${seconds} s`;
    };
    const draw = () => {
      each = Math.ceil((to - from) / COLUMNS);
      const count = Math.ceil((to - from) / each);
      const chosen = shown();
      const sums = Array.from({ length: count }, (_, n) => chosen.map((level) => sum(level, from + n * each)));
      const totals = sums.map((column) => column.reduce((a, b) => a + b, 0));
      const most = Math.max(1, ...totals);
      svg.setAttribute("viewBox", `0 0 ${count * 10} ${HEIGHT}`);
      const place = (bucket) => ((bucket - from) / each) * 10;
      const drawn = [];
      for (const [start, end, kind] of marks) {
        if (end <= from || start >= to) continue;
        const wide = Math.max(place(end) - place(start), count / 30);
        drawn.push(rect(place(start), 0, wide, HEIGHT, kind), rect(place(start), 0, wide, 2, `${kind} edge`));
      }
      sums.forEach((column, n) => {
        let ground = HEIGHT;
        column.forEach((value, k) => {
          if (!value) return;
          const height = Math.max((value / most) * HEIGHT, 0.6);
          ground -= height;
          drawn.push(rect(n * 10 + 1, ground, 8, height, `l-${chosen[k]}`));
        });
      });
      svg.replaceChildren(...drawn);
      const ticks = 5;
      axis.replaceChildren(...Array.from({ length: ticks }, (_, n) => {
        const label = document.createElement("span");
        label.textContent = labels[Math.round(from + ((to - from) * n) / (ticks - 1))];
        return label;
      }));
      const records = totals.reduce((a, b) => a + b, 0);
      range.textContent = `${number.format(records)} records, ${duration(each * width)} per column, `
        + `highest ${number.format(most)}`;
    };
    const view = (start, end) => {
      const least = Math.min(5, size);
      const length = Math.min(size, Math.max(least, Math.round(end - start)));
      const middle = (start + end) / 2;
      from = Math.round(Math.min(size - length, Math.max(0, middle - length / 2)));
      to = from + length;
      hideTip();
      draw();
    };
    const act = {
      in: () => view(from + (to - from) / 4, to - (to - from) / 4),
      out: () => view(from - (to - from) / 2, to + (to - from) / 2),
      left: () => view(from - (to - from) / 4, to - (to - from) / 4),
      right: () => view(from + (to - from) / 4, to + (to - from) / 4),
      all: () => view(0, size),
    };
    for (const button of all("[data-zoom]", section)) {
      button.addEventListener("click", () => act[button.dataset.zoom]());
    }
    for (const button of all("[data-show]", section)) {
      button.addEventListener("click", () => {
        const [start, end] = button.dataset.show.split(",").map(Number);
        const room = Math.max((end - start) * 1.5, size / 24);
        view(start - room, end + room);
        line.scrollIntoView({ block: "nearest" });
      });
    }
    for (const box of boxes) box.addEventListener("change", draw);
    line.addEventListener("keydown", (event) => {
      const action = { "+": "in", "=": "in", "-": "out", ArrowLeft: "left", ArrowRight: "right", 0: "all" }[event.key];
      if (!action || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      act[action]();
    });
    const share = (event) => {
      const box = svg.getBoundingClientRect();
      return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    };
    let held = null;
    let overlay = null;
    const over = (x, w, kind) => {
      overlay?.remove();
      overlay = rect(x, 0, w, HEIGHT, kind);
      svg.append(overlay);
    };
    svg.addEventListener("pointerdown", (event) => {
      held = share(event);
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", (event) => {
      const wide = svg.viewBox.baseVal.width;
      const at = share(event);
      if (held !== null && Math.abs(at - held) * (to - from) > each / 2) {
        over(Math.min(at, held) * wide, Math.abs(at - held) * wide, "brush");
        return hideTip();
      }
      const n = Math.min(Math.floor((at * wide) / 10), wide / 10 - 1);
      over(n * 10, 10, "hover");
      const start = from + n * each;
      const end = Math.min(start + each, to);
      const counts = shown().reverse().map((level) => [level, sum(level, start)]).filter(([, value]) => value);
      const events = marks.filter(([a, b]) => a < end && b > start).map((mark) => mark[3]);
      showTip([
        `${labels[start]} to ${labels[end]}`,
        ...(counts.length ? counts.map(([level, value]) => `${level} ${number.format(value)}`) : ["no records"]),
        ...events,
      ].join("\n"), event.clientX, event.clientY);
    });
    svg.addEventListener("pointerup", (event) => {
      if (held === null) return;
      const [start, end] = [held, share(event)].sort((a, b) => a - b);
      held = null;
      if ((end - start) * (to - from) > each / 2) {
        view(from + start * (to - from), from + end * (to - from));
      }
    });
    svg.addEventListener("pointercancel", () => { held = null; });
    svg.addEventListener("pointerleave", () => { overlay?.remove(); hideTip(); });
    draw();
  }
});

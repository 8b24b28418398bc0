// Charts come drawn from the server. When the page is at rest, a chart is in sight and the network is quick, ECharts takes the drawing's
// place; otherwise a button does it. What it shows is read from the table of figures, so that both always agree.
let engine;
const load = (address) => {
  engine ??= new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: () => done(window.echarts), onerror: failed });
    document.head.append(script);
  });
  return engine;
};

const number = (text) => { const found = Number.parseFloat(text); return Number.isNaN(found) ? null : found; };
const cells = (figure) => [...figure.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent));
const series = (figure, rows) => {
  const kind = figure.dataset.chart;
  if (kind === "scatter") return [{ type: "scatter", symbolSize: 11, data: rows.map((row) => row.slice(1).map(number)) }];
  const names = [...figure.querySelectorAll("thead th")].slice(1).map((head) => head.textContent);
  const type = kind === "line" ? "line" : "bar";
  return names.map((name, index) => ({
    name, type, stack: kind === "stacked" ? "all" : undefined, symbolSize: 9, lineStyle: { width: 3 }, data: rows.map((row) => number(row[index + 1])),
  }));
};

const options = (figure) => {
  const style = getComputedStyle(figure);
  const colour = (name) => { // canvas knows no light-dark(): let a property resolve it
    const probe = Object.assign(document.createElement("i"), { hidden: true });
    probe.style.color = `var(${name})`;
    figure.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  const rows = cells(figure);
  const axis = { axisLabel: { color: colour("--soft") }, axisLine: { lineStyle: { color: colour("--edge") } }, splitLine: { lineStyle: { color: colour("--line") } } };
  const isScatter = figure.dataset.chart === "scatter";
  const made = series(figure, rows);
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    color: [1, 2, 3, 4].map((n) => colour(`--series-${n}`)),
    textStyle: { fontFamily: style.fontFamily, color: colour("--ink") },
    tooltip: { trigger: isScatter ? "item" : "axis", renderMode: "richText", backgroundColor: colour("--sheet"), textStyle: { color: colour("--ink") } },
    legend: made.length > 1 ? { top: 0, textStyle: { color: colour("--ink") } } : undefined,
    grid: { left: 50, right: 16, top: 36, bottom: 32 },
    xAxis: isScatter ? { type: "value", ...axis } : { type: "category", data: rows.map((row) => row[0]), ...axis },
    yAxis: { type: "value", scale: figure.dataset.chart !== "bar" && figure.dataset.chart !== "stacked", ...axis },
    series: made,
  };
};

const liven = async (figure) => {
  if (figure.dataset.livened) return;
  figure.dataset.livened = "1";
  const echarts = await load(figure.dataset.engine).catch(() => null);
  if (!echarts) return; // the drawing stays
  const live = figure.querySelector(".live");
  figure.querySelector(".plot").hidden = true;
  for (const one of figure.querySelectorAll(".legend, [data-liven]")) one.hidden = true;
  live.hidden = false;
  live.setAttribute("role", "img");
  live.setAttribute("aria-label", figure.querySelector("svg.chart").getAttribute("aria-label"));
  const chart = echarts.init(live, null, { renderer: "canvas" });
  const draw = () => chart.setOption(options(figure), true);
  draw();
  new ResizeObserver(() => chart.resize()).observe(live);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
};

const line = navigator.connection;
const isSlow = line && (line.saveData || line.effectiveType !== "4g");
const atRest = window.requestIdleCallback ?? ((work) => setTimeout(work, 500));
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    seen.unobserve(entry.target);
    atRest(() => liven(entry.target));
  }
});

for (const figure of document.querySelectorAll("[data-chart]")) {
  const button = figure.querySelector("[data-liven]");
  button.addEventListener("click", () => liven(figure));
  if (isSlow || matchMedia("(forced-colors: active)").matches) button.hidden = false;
  else if (document.readyState === "complete") seen.observe(figure);
  else addEventListener("load", () => seen.observe(figure));
}

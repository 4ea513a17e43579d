// <tracker-chart option='{…}' twin="id-of-table">: draws an option of ECharts, and draws it anew or patches it when the
// option, the theme or the size changes. All that it makes is in its shadow, for the page around it is hydrated; children
// (the server's drawing) are shown until it draws. A point leads where the link of the same point in the table leads.
import { graphic, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { complete, covers, theme } from "./option.js";
import "./parts.js";
import { goal, nearest, pointsOf } from "./points.js";

// The SVG renderer would write style attributes, which the content security policy does not allow.
use([CanvasRenderer]);

/** Milliseconds of a change. */
const SLOW = 180;

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { display: block; position: relative; height: 240px; border-radius: 5px; }
  :host(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
  .plot { position: absolute; inset: 0; }
  [role="status"] { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`);

class TrackerChart extends HTMLElement {
  static observedAttributes = ["option"];

  #plot = Object.assign(document.createElement("div"), { className: "plot" });
  #status = document.createElement("div");
  #before = document.createElement("slot");
  /** Ends what listens outside, when the element is taken out. */
  #life;
  #chart;
  #option;
  #points = [];
  /** The id of the series at each place that ECharts counts: a series that went leaves a hole. */
  #slots = [];
  /** Where the keys are: `{ series, point }`, and whether it is shown. */
  #place;
  #shown = false;
  #ring;

  constructor() {
    super();
    this.#status.setAttribute("role", "status");
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.#before, this.#plot, this.#status);
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("blur", () => this.#hide());
  }

  connectedCallback() {
    const life = new AbortController();
    this.#life = life;
    const resized = new ResizeObserver(() => this.#resize());
    const changed = new MutationObserver(() => this.#anew());
    changed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    for (const query of ["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"]) {
      matchMedia(query).addEventListener("change", () => this.#anew(), { signal: life.signal });
    }
    life.signal.addEventListener("abort", () => {
      resized.disconnect();
      changed.disconnect();
    });
    // Letters are measured once: not before they are there.
    const begin = () => life.signal.aborted || resized.observe(this);
    document.fonts.load(`12px ${getComputedStyle(this).fontFamily}`).then(begin, begin);
  }

  disconnectedCallback() {
    this.#life?.abort();
    this.#dispose();
    this.#place = undefined;
  }

  attributeChangedCallback() {
    if (this.#chart) this.#patch();
    else if (this.#life && !this.#life.signal.aborted) this.#create();
  }

  #dispose() {
    this.#chart?.dispose();
    this.#chart = this.#ring = undefined;
  }

  #anew() {
    if (!this.#chart) return;
    const shown = this.#shown;
    this.#dispose();
    this.#create();
    if (shown) this.#show();
  }

  #resize() {
    if (!this.#chart) return this.#create();
    this.#chart.resize();
    if (this.#shown) this.#show();
  }

  /** Reads the option with the colours of the moment. */
  #read(colour) {
    const option = complete(JSON.parse(this.getAttribute("option")), colour, false);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    return { animation: !still, animationDuration: 0, animationDurationUpdate: SLOW, ...option };
  }

  #colours() {
    const style = getComputedStyle(this);
    return [(token) => style.getPropertyValue(token).trim(), style.fontFamily];
  }

  #create() {
    if (!this.clientWidth || !this.clientHeight || !this.hasAttribute("option")) return;
    const [colour, font] = this.#colours();
    const option = this.#read(colour);
    this.#chart = init(this.#plot, theme(colour, font), { renderer: "canvas" });
    this.#chart.on("click", ({ componentType, seriesId, dataIndex }) => {
      if (componentType === "series") this.#open(this.#option.series.findIndex(({ id }) => id === seriesId), dataIndex);
    });
    // What a tip is written in has sizes and weights, but no font.
    const zr = this.#chart.getZr();
    const add = zr.add.bind(zr);
    zr.add = (element) => {
      for (const style of Object.values(element.style?.rich ?? {})) style.fontFamily ??= font;
      add(element);
    };
    this.#ring = new graphic.Rect({ silent: true, invisible: true, z: 90, style: { fill: "none", stroke: colour("--accent"), lineWidth: 2 } });
    zr.add(this.#ring);
    this.#set(option, true);
    this.#before.hidden = true;
  }

  #patch() {
    const option = this.#read(this.#colours()[0]);
    const ids = option.series.map(({ id }) => id);
    const slots = this.#slots.map((id) => (ids.includes(id) ? id : undefined));
    for (const id of ids.filter((id) => !slots.includes(id))) {
      const hole = slots.indexOf(undefined);
      slots[hole < 0 ? slots.length : hole] = id;
    }
    const ordered = slots.filter((id) => id !== undefined).every((id, at) => id === ids[at]);
    const { series: old, ...rest } = this.#option;
    const alike = old.every((series) => !ids.includes(series.id) || covers(series, option.series[ids.indexOf(series.id)]));
    const fits = ordered && alike && covers(rest, option);
    this.#set(option, !fits, slots);
    if (this.#shown) this.#show();
  }

  #set(option, whole, slots) {
    const held = this.#place && this.#option.series[this.#place.series].id;
    this.#chart.setOption(option, whole ? { notMerge: true } : { replaceMerge: ["series"] });
    this.#option = option;
    this.#points = pointsOf(option);
    this.#slots = whole ? option.series.map(({ id }) => id) : slots;
    if (held !== undefined) this.#keep(option.series.findIndex(({ id }) => id === held));
  }

  /** The keys stay at the same day or issue, wherever in the series it is now. */
  #keep(series) {
    const { key, at } = this.#place.point;
    const points = this.#points[series] ?? [];
    const point = points.find((one) => one.key === key) ?? nearest(points, at);
    if (point) this.#place = { series, point };
    else {
      this.#hide();
      this.#place = undefined;
    }
  }

  #target() {
    const { series, point } = this.#place;
    return { seriesIndex: this.#slots.indexOf(this.#option.series[series].id), dataIndex: point.index };
  }

  #show() {
    const target = this.#target();
    this.#shown = true;
    this.#chart.dispatchAction({ type: "downplay" });
    this.#chart.dispatchAction({ type: "showTip", ...target });
    this.#chart.dispatchAction({ type: "highlight", ...target });
    this.#ring.attr({ invisible: false, shape: this.#box(target) });
    const { text } = this.#place.point;
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  #hide() {
    if (!this.#shown) return;
    this.#shown = false;
    this.#status.textContent = "";
    this.#ring?.attr({ invisible: true });
    for (const action of [{ type: "hideTip" }, { type: "updateAxisPointer", currTrigger: "leave" }, { type: "downplay" }]) {
      this.#chart?.dispatchAction(action);
    }
  }

  /** Around the point, where it will be when all has moved. */
  #box({ seriesIndex, dataIndex }) {
    const data = this.#chart.getModel().getSeriesByIndex(seriesIndex).getData();
    const many = data.getLayout("points");
    const layout = many ? [many[dataIndex * 2], many[dataIndex * 2 + 1]] : data.getItemLayout(dataIndex);
    const at = Array.isArray(layout) ? { x: layout[0] - 4, y: layout[1] - 4, width: 8, height: 8 } : layout;
    const [x, y] = [Math.min(at.x, at.x + at.width) - 3, Math.min(at.y, at.y + at.height) - 3];
    return { x, y, width: Math.abs(at.width) + 6, height: Math.abs(at.height) + 6, r: Array.isArray(layout) ? 7 : 4 };
  }

  #open(series, index) {
    document.getElementById(this.getAttribute("twin"))?.querySelector(`[data-point="${series}:${index}"]`)?.click();
  }

  #key(event) {
    if (!this.#chart || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Escape" && this.#shown) this.#hide();
    else if (event.key === "Enter" && this.#shown) this.#open(this.#place.series, this.#place.point.index);
    else {
      const place = goal(this.#points, this.#place, event.key);
      if (!place) return;
      this.#place = place;
      this.#show();
    }
    event.preventDefault();
  }
}

customElements.define("tracker-chart", TrackerChart);

// The sheet of the element. Every colour of the picture stands here once, light and dark side by side.

const RAMPS = {
  success_rate: ['#711b2d/#ff9d97', '#ba4f20/#c06a26', '#5c89d3/#3079bd', '#9fc0d6/#27496a'],
  volume: ['#90e199/#15522e', '#54b38f/#468c69', '#1d8650/#5cc96a', '#143b2a/#bdf8d2'],
  duration: ['#e2b4f1/#46426d', '#a188cb/#8f58d0', '#7643b8/#cd95e3', '#442268/#eedff8'],
  error_count: ['#d8cfc4/#4a4542', '#e39a2d/#b25c1c', '#b04e17/#e0a860', '#711d27/#fbe6a6'],
};
// Text inside cells by level 1 to 4: w white, d dark; light theme, then dark.
const INKS = { success_rate: 'wwdd/ddww', volume: 'ddww/wddd', duration: 'ddww/wwdd', error_count: 'ddww/wwdd' };
const INK = { w: '#ffffff', d: '#0d1117' };

const pair = (light = '', dark = '') => `light-dark(${light}, ${dark})`;
const metric = (name: keyof typeof RAMPS) => {
  const [light = '', dark = ''] = INKS[name].split('/');
  const ink = (letter: string | undefined) => INK[letter as keyof typeof INK];
  const rules = RAMPS[name].map((colours, i) =>
    `--l${i + 1}: var(--xh-${i + 1}, ${pair(...(colours.split('/') as [string, string]))}); --t${i + 1}: var(--xh-text-${i + 1}, ${pair(ink(light[i]), ink(dark[i]))});`);
  return `.base[data-metric=${name}] { ${rules.join(' ')} }`;
};
const each = (rule: (level: number) => string) => [1, 2, 3, 4].map(rule).join('\n');

export const CSS = `
:host {
  display: block; container-type: inline-size; color-scheme: light dark;
  --bg: var(--xh-bg, ${pair('#ffffff', '#0d1117')}); --fg: var(--xh-fg, ${pair('#1f2328', '#e6edf3')});
  --muted: var(--xh-muted, ${pair('#59636e', '#9198a1')}); --line: var(--xh-line, ${pair('#d1d9e0', '#3d444d')});
  --sub: ${pair('#f6f8fa', '#151b23')}; --tile: var(--xh-tile, ${pair('#f1f3f5', '#161b22')});
  --weekend: var(--xh-weekend, ${pair('#e3e8ee', '#232c38')}); --accent: var(--xh-accent, ${pair('#0969da', '#4493f8')});
  --hatch: var(--xh-hatch, ${pair('#8c959f', '#656c76')}); --radius: var(--xh-radius, 8px);
  --dot: ${pair('#ffffff', '#3d0010')};
  color: var(--fg);
  font: 0.875rem/1.45 var(--xh-font, system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif);
  font-variant-numeric: tabular-nums;
}
:host([hidden]) { display: none; }
:host([theme=light]) { color-scheme: light; }
:host([theme=dark]) { color-scheme: dark; }
${(Object.keys(RAMPS) as (keyof typeof RAMPS)[]).map(metric).join('\n')}
.base { position: relative; background: var(--bg); }
.base > * { margin: 0; }
[hidden] { display: none !important; }
.sr { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
button.plain { border: 1px solid var(--line); border-radius: 6px; background: var(--sub); padding: 0 12px; min-block-size: 32px; }
button.link { color: var(--accent); padding: 4px; min-block-size: 24px; }
button.link:hover { text-decoration: underline; }
:is(button, summary):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
:is(h2, h3) { font-size: 0.875rem; font-weight: 600; margin: 0; }
.muted { color: var(--muted); }

.summary { color: var(--muted); padding-block-end: 8px; }
.summary strong { color: var(--fg); font-weight: 600; }

.card { border: 1px solid var(--line); border-radius: var(--radius); padding: 12px 14px; margin-block-end: 12px; }
.card p { margin: 0; }
.card .row { display: flex; gap: 12px; align-items: center; justify-content: space-between; }
.card .row + * { margin-block-start: 8px; }
.card .rate { font-variant-numeric: tabular-nums; margin-block-start: 6px; }
.card.notice { border-inline-start: 3px solid ${pair('#ba4f20', '#c06a26')}; }
.card.message { text-align: center; padding: 28px 16px; }
.card.message .actions { display: flex; flex-wrap: wrap; justify-content: center; gap: 8px; margin-block-start: 12px; }
progress { display: block; inline-size: 100%; block-size: 6px; border: 0; border-radius: 3px; appearance: none; background: var(--tile); overflow: hidden; }
progress::-webkit-progress-bar { background: var(--tile); }
progress::-webkit-progress-value { background: var(--fg); }
progress::-moz-progress-bar { background: var(--fg); }

.patterns { margin-block-end: 12px; }
.patterns > p { margin: 0 0 6px; }
.patterns ol { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden; }
.pattern { position: relative; display: flex; flex-wrap: wrap; align-items: center; gap: 6px 16px; padding: 6px 12px 6px 14px; min-block-size: 52px; box-sizing: border-box; }
.pattern + .pattern { border-block-start: 1px solid var(--line); }
.pattern.active { background: var(--sub); }
.pattern.active::before, .pattern.touched::before { content: ""; position: absolute; inset-block: 0; inset-inline-start: 0; inline-size: 3px; background: var(--fg); }
.pattern.touched::before { background: var(--accent); }
.claim { display: flex; flex: 1; min-inline-size: 0; align-items: center; gap: 16px; text-align: start; border-radius: 6px; }
.disc { flex: none; inline-size: 1.25rem; block-size: 1.25rem; border-radius: 50%; background: var(--fg); color: var(--bg); font-size: 0.6875rem; font-weight: 700; line-height: 1.25rem; text-align: center; }
.sentence { display: block; font-size: 1rem; line-height: 1.35; }
.evidence { display: block; color: var(--muted); font-size: 0.8125rem; }
.weeks { flex: none; display: flex; gap: 2px; }
.weeks i { inline-size: 8px; block-size: 14px; box-sizing: border-box; border-radius: 2px; border: 1px solid var(--muted); }
.weeks i.held { background: var(--muted); }
.weeks i.unknown { border-style: dotted; }
.weeks i.here { outline: 2px solid var(--accent); outline-offset: 1px; }
.pattern .how { flex: none; font-size: 0.8125rem; color: var(--muted); }
.pattern .how[open] { flex-basis: 100%; }
.pattern .how p { margin: 2px 0 4px; }
.after { display: flex; flex-wrap: wrap; gap: 0 12px; margin-block: 6px 0; padding: 0; color: var(--muted); font-size: 0.8125rem; list-style: none; }
.advice { margin-block: 8px 0; padding: 0; font-size: 0.875rem; list-style: none; }
.advice li { display: flex; flex-wrap: wrap; gap: 0 12px; align-items: baseline; }
.advice p { margin: 2px 0; }
.advice .how { font-size: 0.8125rem; color: var(--muted); }
.quiet { border: 1px solid var(--line); border-radius: var(--radius); padding: 10px 14px; }

.legend { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; margin-block-end: 12px; font-size: 0.8125rem; }
.legend button { display: inline-flex; align-items: center; gap: 7px; border: 1px solid var(--line); border-radius: 999px; padding-inline: 9px 10px; min-block-size: 28px; background: var(--bg); }
.legend button b { font-weight: 600; }
.legend .range { color: var(--muted); }
.legend .cells { margin-inline-start: 5px; }
.legend button[aria-pressed=true] { border-color: var(--fg); box-shadow: inset 0 0 0 1px var(--fg); }
.legend button.away { color: var(--muted); }
.legend button.away .swatch { opacity: 0.35; }
.legend .key { display: inline-flex; align-items: center; gap: 7px; color: var(--muted); padding-inline: 6px; }
.swatch { flex: none; inline-size: 14px; block-size: 14px; border-radius: 2px; }
.swatch svg { display: block; }
.swatch :is(.edge, .ink) { display: none; }
.provisional { color: var(--muted); font-style: italic; }

.picture { position: relative; margin: 0; touch-action: manipulation; }
.drawing { display: block; overflow: visible; max-inline-size: 100%; }
.drawing text { fill: var(--muted); font-size: var(--label, 11px); }
.drawing .xh-month { fill: var(--fg); font-weight: 600; font-size: calc(var(--label, 11px) * 12 / 11); }
.drawing :is(.xh-t1, .xh-t2, .xh-t3, .xh-t4, .xh-number) { font-size: calc(var(--label, 11px) * 10 / 11); }
.drawing path { fill: none; stroke-linejoin: round; }
.drawing .xh-weekend { fill: var(--weekend); stroke: var(--weekend); }
.drawing .xh-tile { stroke: var(--tile); }
.drawing .xh-dot { fill: var(--dot); stroke: var(--dot); stroke-linecap: round; }
.drawing :is(.xh-unfinished, .xh-skipped, .xh-after) { stroke: var(--hatch); }
.drawing :is(.xh-changed, .xh-halo) { stroke: var(--bg); }
.drawing .xh-month-line { stroke: var(--muted); }
.drawing :is(.xh-outline, .xh-bracket) { stroke: var(--fg); }
.drawing .xh-disc { fill: var(--fg); stroke: var(--bg); }
.drawing .xh-number { fill: var(--bg); font-weight: 700; }
.drawing .off { visibility: hidden; }
${each((n) => `.drawing .xh-l${n} { fill: var(--l${n}); stroke: var(--l${n}); } .drawing .l${n} { fill: var(--l${n}); } .drawing .xh-t${n} { fill: var(--t${n}); } .swatch .l${n} { fill: var(--l${n}); }`)}
.drawing :is(.xh-i1, .xh-i2, .xh-i3, .xh-i4) { display: none; }
.light { animation: light 120ms; }
@keyframes light { from { opacity: 0; } }
.drawing .veil { fill: var(--bg); opacity: 0.75; }
.drawing .dots { stroke: var(--dot); stroke-width: 3; stroke-linecap: round; }
.overlay { position: absolute; inset: 0; pointer-events: none; overflow: visible; }
.overlay .now { stroke: var(--accent); stroke-width: 2; }
.overlay text.now { fill: var(--accent); stroke: none; font-weight: 600; font-size: var(--label, 11px); }
.overlay .ring { fill: none; stroke: var(--accent); stroke-width: 3; }
.overlay .gap { fill: none; stroke: var(--bg); stroke-width: 1.5; }
.overlay .hover { fill: none; stroke: var(--fg); stroke-width: 1.5; }
.ghost { block-size: 384px; margin-block: 40px 8px; opacity: 0.4; border-radius: 2px;
  background: linear-gradient(to right, var(--bg) 2px, transparent 2px) 0 0 / 13px 16px, linear-gradient(var(--bg) 2px, transparent 2px) 0 0 / 13px 16px, ${pair('#d8dee4', '#2a313b')}; }
.stale .picture { opacity: 0.6; }

/* Each row is laid out by itself: a table of thousands of cells takes longer than a frame. */
.grid { display: block; position: absolute; pointer-events: none; }
.grid tbody { display: block; block-size: 100%; }
.grid tr { display: flex; position: absolute; inset-inline: 0; contain: strict; }
.grid td { flex: 1; min-inline-size: 0; position: relative; padding: 0; outline: none; }
/* A text that changes lays out nothing but itself. */
.grid .sr { contain: strict; }

.tooltip { position: absolute; z-index: 2; inline-size: 264px; box-sizing: border-box; padding: 10px 12px; font-size: 0.8125rem; line-height: 1.4;
  color: var(--fg); background: var(--bg); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: 0 4px 16px rgb(0 0 0 / 0.16); }
.tooltip p { margin: 0; }
.tooltip .value { display: flex; align-items: center; gap: 7px; font-size: 1rem; font-weight: 600; }
.tooltip .more { border-block-start: 1px solid var(--line); margin-block-start: 8px; padding-block-start: 8px; color: var(--muted); }
.tooltip .more b { font-weight: 400; color: var(--fg); }
.tooltip.bar { position: fixed; inset: auto 0 0 0; inline-size: auto; max-block-size: 40vh; overflow: auto; border-radius: var(--radius) var(--radius) 0 0; padding: 12px 16px; }
.tooltip .steps { display: flex; gap: 8px; margin-block-start: 10px; }
.tooltip .steps button { min-inline-size: 44px; min-block-size: 44px; border: 1px solid var(--line); border-radius: 6px; background: var(--sub); }
.tooltip .steps button:last-child { margin-inline-start: auto; }

dialog.panel { position: static; inline-size: auto; max-inline-size: none; box-sizing: border-box; margin: 12px 0 0; color: inherit; background: var(--bg); }
dialog.panel.sheet { position: fixed; inset: 0; inline-size: 100%; block-size: 100%; max-block-size: none; margin: 0; border: 0; border-radius: 0; padding: 16px; overflow: auto; }
.panel .row { align-items: start; flex-wrap: nowrap; }
.panel .title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; }
.panel h2 { font-size: 1rem; border-radius: 6px; }
.panel h2:focus-visible, .runs tr:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.runs .scroll { max-block-size: none; }
.runs .data { inline-size: 100%; }
.runs .data :is(th, td) { text-align: start; vertical-align: top; padding-block: 7px; }
.runs .data .number, .runs .data thead th:nth-child(4) { text-align: end; }
.runs .data .error { inline-size: 50%; white-space: normal; overflow-wrap: anywhere; }
.runs .data tbody th { white-space: normal; overflow-wrap: anywhere; min-inline-size: 8em; }
.runs .muted { font-weight: 400; }
.runs .error details { margin: 0; padding: 0; border: 0; }
.runs .error summary { font-weight: 400; }
.runs .error pre { white-space: pre-wrap; font: inherit; margin: 4px 0; }
.runs .foot { margin-block-start: 8px; }
.status { display: inline-block; border: 1px solid var(--muted); border-radius: 999px; padding-inline: 8px; font-size: 0.75rem; font-weight: 600; }
:is(.status.failed, .status.timed_out) { border-color: ${pair('#711b2d', '#ff9d97')}; color: ${pair('#711b2d', '#ff9d97')}; }
.tooltip .hint { margin-block-start: 8px; }

details:not(.how) { margin-block-start: 12px; border-block-start: 1px solid var(--line); padding-block-start: 8px; }
summary { cursor: pointer; font-weight: 600; inline-size: fit-content; min-block-size: 24px; }
.scroll { overflow: auto; max-block-size: 420px; margin-block-start: 8px; }
.scroll:focus-visible { outline: 3px solid var(--accent); }
.data { border-collapse: collapse; font-size: 0.8125rem; }
.data caption { text-align: start; font-weight: 600; padding-block: 8px; }
.data :is(th, td) { text-align: end; padding: 3px 10px; border-block-end: 1px solid var(--line); white-space: nowrap; font-weight: 400; }
.data thead th { color: var(--muted); position: sticky; inset-block-start: 0; background: var(--bg); }
.data tbody th, .data thead th:first-child { text-align: start; }
.read { columns: 2 320px; margin: 8px 0 0; padding: 0; list-style: none; }
.problems { margin: 8px 0 0; padding-inline-start: 20px; overflow-wrap: anywhere; }

@media (pointer: coarse) {
  button.plain, button.link, summary, .legend button { min-block-size: 44px; }
  button.link { min-inline-size: 44px; }
}
@container (inline-size < 600px) {
  .pattern { flex-wrap: wrap; padding-block: 10px; }
  .claim { flex-basis: 100%; align-items: start; gap: 12px; }
  .pattern .weeks { margin-inline-start: 32px; flex-wrap: wrap; }
  .pattern .link { margin-inline-start: 28px; }
  .pattern .weeks + .link { margin-inline-start: auto; }
  .legend { display: grid; grid-template-columns: 1fr 1fr; align-items: stretch; }
  .legend button { display: grid; grid-template: "s n" 1fr "s r" 1fr / 14px 1fr; column-gap: 10px; border-radius: 6px; min-block-size: 44px; padding: 4px 10px; text-align: start; align-items: center; line-height: 1.3; }
  .legend button .swatch { grid-area: s; }
  .legend button b { grid-area: n; align-self: end; }
  .legend button .range { grid-area: r; align-self: start; font-size: 0.75rem; }
  .legend .cells { margin-inline-start: 2px; }
  .card:not(.panel) > .row { flex-wrap: wrap; }
  .runs :is(table, tbody) { display: block; }
  .runs thead { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  .runs tbody tr { display: grid; grid-template: "w s" auto "a n" auto "e e" auto / 1fr auto; gap: 2px 12px; padding-block: 10px; border-block-end: 1px solid var(--line); }
  .runs .data tbody :is(th, td) { padding: 0; border: 0; }
  .runs tbody th { grid-area: w; font-weight: 600; }
  .runs .at { grid-area: a; color: var(--muted); }
  .runs .how { grid-area: s; }
  .runs .data .number { grid-area: n; }
  .runs .data .error { grid-area: e; inline-size: auto; }
}
@media (prefers-contrast: more), (forced-colors: active), print {
  .drawing :is(.xh-i1, .xh-i2, .xh-i3, .xh-i4) { display: inline; }
${each((n) => `  .drawing .xh-l${n} { stroke: var(--muted); stroke-width: 1px; fill: var(--bg); } .drawing .xh-i${n} { stroke: var(--l${n}); }
  .drawing .xh-t${n} { fill: var(--fg); }
  .base[data-hottest="${n}"] .drawing .xh-l${n} { fill: var(--l${n}); stroke: var(--l${n}); } .base[data-hottest="${n}"] .drawing .xh-t${n} { fill: var(--t${n}); }`)}
  .swatch .edge { stroke: var(--muted); fill: var(--bg); }
  .swatch :is(.edge, .ink) { display: inline; }
  .light, .swatch .whole { display: none; }
  .drawing.isolating :is(.xh-l1, .xh-l2, .xh-l3, .xh-l4, .xh-i1, .xh-i2, .xh-i3, .xh-i4) { opacity: 0.25; }
${each((n) => `  .drawing.isolating.show-${n} :is(.xh-l${n}, .xh-i${n}) { opacity: 1; }`)}
}
@media (forced-colors: active) {
  .drawing, .overlay, .swatch svg { forced-color-adjust: none; }
  .drawing text { fill: CanvasText; }
  .drawing .xh-tile { stroke: Canvas; }
  .drawing .xh-weekend { fill: Canvas; stroke: Canvas; }
${each((n) => `  .drawing .xh-l${n} { stroke: CanvasText; fill: Canvas; } .drawing .xh-i${n} { stroke: CanvasText; } .swatch .ink.l${n} { fill: CanvasText; }
  .base[data-hottest="${n}"] .drawing .xh-l${n} { fill: CanvasText; stroke: CanvasText; } .base[data-hottest="${n}"] .drawing .xh-t${n} { fill: Canvas; }`)}
  .swatch .edge { stroke: CanvasText; fill: Canvas; } .key rect { stroke: CanvasText; fill: Canvas; } .key .tile { stroke: none; }
  .drawing .xh-dot { display: none; }
  .drawing :is(.xh-halo) { stroke: Canvas; }
  .drawing :is(.xh-outline, .xh-bracket) { stroke: Highlight; }
  .drawing .xh-disc { fill: Highlight; stroke: Canvas; }
  .drawing .xh-number { fill: HighlightText; }
  .drawing :is(.xh-after, .xh-unfinished, .xh-skipped) { stroke: GrayText; }
  .overlay .ring { stroke: Highlight; } .overlay .gap { stroke: Canvas; } .overlay .hover { stroke: Highlight; }
  .overlay .now { stroke: LinkText; } .overlay text.now { fill: LinkText; }
  .disc { forced-color-adjust: none; background: Highlight; color: HighlightText; }
  .weeks i { border-color: CanvasText; } .weeks i.held { background: CanvasText; forced-color-adjust: none; }
  .pattern.active::before { background: Highlight; }
  .legend button[aria-pressed=true] { outline: 2px solid Highlight; }
}
@media (prefers-reduced-motion: reduce) { .light { animation: none; } }
@media print {
  :host { color-scheme: light !important; }
  .drawing, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .pattern .link, details, .tooltip, .panel { display: none; }
  .card, .pattern { break-inside: avoid; }
}
`;

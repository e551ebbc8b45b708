// The dashboard: a scope bar over <execution-heatmap>. It keeps the address, the controls and the element's attributes
// the same, and takes files that are dropped.

import '/pkg/define.js';
import { ATTEMPTS, DEFAULT_DAYS, MOMENTS, STATUSES } from '/pkg/limits.js';
import { misspelt, readAddress, writeAddress } from './address.js';
import { choices, make, menu } from './menus.js';
import { setUpReading } from './reading.js';

const $ = (id) => document.getElementById(id);
const heatmap = $('heatmap');
const WINDOWS = { hourly: [7, 14, 30, 60, 90], daily: [30, 90, 180, 365] };
/** What the metrics of durations are called in their menu. */
const STATISTICS = { duration: 'Average', p50_duration: 'Median', p95_duration: '95th percentile', p99_duration: '99th percentile', max_duration: 'Longest', queue_wait: 'Queue wait' };
const MONTH_DAY_YEAR = { month: 'short', day: 'numeric', year: 'numeric', timeZone: 'UTC' };

let settings = readAddress(location.search);
let isFile = false;
/** True of a zone that the reader chose, or that an address without a workspace names: it holds for files, too. */
let zoneIsChosen = settings.time_zone !== undefined && settings.workspace === undefined;
/** The files that are shown, and what they were said to be. */
let files = [];
let readAs = {};

const viewerZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC';
const city = (zone) => zone.split('/').pop().replaceAll('_', ' ');
// The element's properties are checked, an address is not.
const granularity = () => heatmap.granularity ?? heatmap.result?.granularity ?? ((heatmap.days ?? DEFAULT_DAYS) > DEFAULT_DAYS ? 'daily' : 'hourly');
const words = (status) => status.replace('_', ' ');

/** `UTC−4`, at the end of what is shown. */
function offset(zone) {
  try {
    const at = heatmap.result ? new Date(heatmap.result.until) : new Date();
    const part = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(at).find(({ type }) => type === 'timeZoneName');
    return part.value.replace('GMT', 'UTC').replace('-', '−');
  } catch {
    return 'not known here';
  }
}

/** Settings become attributes; several in one task are one update of the element. */
function apply() {
  heatmap.metric = settings.metric;
  heatmap.granularity = settings.granularity;
  [heatmap.days, heatmap.from, heatmap.to, heatmap.until] = [settings.days, settings.from, settings.to, settings.until];
  [heatmap.workflowId, heatmap.status, heatmap.tag, heatmap.level] = [settings.workflow_id, settings.status, settings.tag, settings.level];
  [heatmap.by, heatmap.attempts, heatmap.cell] = [settings.by, settings.attempts, settings.cell];
  heatmap.timeZone = settings.time_zone;
  heatmap.locale = settings.locale ?? navigator.language;
  heatmap.pattern = settings.pattern;
  heatmap.theme = settings.theme;
  document.documentElement.dataset.theme = settings.theme ?? 'auto';
  if (settings.workspace) heatmap.src = `/api/v1/workspaces/${encodeURIComponent(settings.workspace)}/executions`;
  else if (!isFile) heatmap.src = undefined;
  drawControls();
}

/** The reader changed something. What opens something gets an entry of its own in the history. */
function change(changes, { opens = false } = {}) {
  settings = { ...settings, ...changes };
  const url = writeAddress(location.href, settings);
  if (url.href !== location.href) history[opens ? 'pushState' : 'replaceState'](null, '', url);
  apply();
}

/** Of what the address asks in vain: the parameter, what is wrong, what is shown instead. */
function drawFaults() {
  const pressed = (id) => $(id).querySelector('[aria-pressed=true]')?.dataset.text.toLowerCase();
  const option = $('window').selectedOptions[0]?.textContent ?? '';
  const window_ = `the ${option.charAt(0).toLowerCase()}${option.slice(1)}`;
  const instead = {
    metric: pressed('metric'), granularity: pressed('granularity'), days: window_, from: window_, to: window_, by: 'when executions started', attempts: 'each attempt',
    theme: 'the theme of the system', level: 'all levels', pattern: 'the first pattern', cell: 'no cell',
  };
  const lines = heatmap.faults.filter(({ name }) => name in instead).map(({ name, value, takes }) =>
    `${name}: '${value.slice(0, 40)}' cannot be used; it takes ${takes}. Shown instead: ${instead[name]}.`);
  for (const { key, name } of misspelt(location.search)) lines.push(`${key}: there is no such parameter, so it changes nothing. It is nearly ${name}.`);
  const texts = [...$('faults').children].map(({ textContent }) => textContent);
  // What is said already is not said again.
  if (texts.join('\n') !== lines.join('\n')) $('faults').replaceChildren(...lines.map((line) => make('p', {}, line)));
}

function drawControls() {
  const name = settings.workspace ?? settings.file ?? 'Executions';
  $('name').textContent = name;
  $('name').title = name;
  document.title = name === 'Executions' ? 'Execution heatmap' : `${name}: ${(STATISTICS[heatmap.metric] ?? $('metric').querySelector(`[value=${heatmap.metric}]`).textContent).trim().toLowerCase()}`;
  const isDuration = heatmap.metric in STATISTICS;
  for (const button of $('metric').children) button.setAttribute('aria-pressed', String(button.value === (isDuration ? 'duration' : heatmap.metric)));
  $('statistic-control').hidden = !isDuration;
  if (isDuration) $('statistic').value = heatmap.metric;
  for (const button of $('granularity').children) button.setAttribute('aria-pressed', String(button.value === granularity()));
  drawWindows();
  const { workflow_id: chosen } = settings;
  $('workflows').textContent = chosen.length === 0 ? 'All workflows' : chosen.length === 1 ? workflowName(chosen[0]) : `${chosen.length} workflows`;
  const filters = settings.status.length + settings.tag.length;
  $('filters').replaceChildren('Filters', ...(filters > 0 ? [' ', make('span', { class: 'badge' }, String(filters))] : []));
  const zone = settings.time_zone ?? 'UTC';
  $('zone').textContent = zone === 'UTC' ? 'UTC' : `${city(zone)} (${offset(zone)})`;
  const window_ = $('window').selectedOptions[0]?.textContent ?? '';
  // A name keeps its capitals.
  const whose = chosen.length === 0 ? 'all workflows' : $('workflows').textContent;
  const scope = [granularity() === 'hourly' ? 'Hourly' : 'Daily', window_.toLowerCase(), whose, city(zone)];
  if (filters > 0) scope.splice(3, 0, filters === 1 ? '1 filter' : `${filters} filters`);
  $('scope').textContent = scope.join(', ');
  drawFaults();
}

function drawWindows() {
  const options = WINDOWS[granularity()].map((days) => [String(days), `Last ${days} days`]);
  const { days, from, to } = heatmap;
  if (isFile) options.unshift(['', 'Whole file']);
  let value = String(days ?? (isFile ? '' : DEFAULT_DAYS));
  if (from && to && from <= to) {
    const format = new Intl.DateTimeFormat(settings.locale ?? navigator.language, MONTH_DAY_YEAR);
    value = `${from}/${to}`;
    options.unshift([value, format.formatRange(new Date(from), new Date(to))]);
  } else if (!options.some(([option]) => option === value)) {
    options.push([value, `Last ${value} days`]);
  }
  $('window').replaceChildren(...options.map(([option, text]) => make('option', { value: option }, text)));
  $('window').value = value;
}

const workflowName = (id) => heatmap.view?.workflows.find((workflow) => workflow.id === id)?.name ?? id;

function setUpControls() {
  for (const button of document.querySelectorAll('.segments button')) button.dataset.text = button.textContent;
  $('metric').addEventListener('click', ({ target }) => target.value && change({ metric: target.value, level: [] }));
  $('statistic').append(...Object.entries(STATISTICS).map(([value, text]) => make('option', { value }, text)));
  $('statistic').addEventListener('change', ({ target }) => change({ metric: target.value, level: [] }));
  $('granularity').addEventListener('click', ({ target }) => target.value && change({ granularity: target.value, level: [] }));
  $('window').addEventListener('change', ({ target }) => {
    if (target.value.includes('/')) return;
    change({ days: target.value || undefined, from: undefined, to: undefined, ...(settings.from && { until: undefined }) });
  });
  menu($('workflows'), 'Workflows', workflowMenu);
  menu($('filters'), 'Filters', filterMenu);
  menu($('zone'), 'Time zone', zoneMenu);
  menu($('more'), 'More', moreMenu);
  $('scope').addEventListener('click', () => $('sheet').showModal());
  $('sheet-close').addEventListener('click', () => $('sheet').close());
  const narrow = matchMedia('(max-width: 599px)');
  const move = () => {
    $(narrow.matches ? 'narrow-controls' : 'wide-controls').append($('controls'));
    if (!narrow.matches) $('sheet').close();
  };
  narrow.addEventListener('change', move);
  move();
}

/** The values of a list with one more or one less. */
const toggled = (values, value, on) => (on ? [...values.filter((other) => other !== value), value] : values.filter((other) => other !== value));

function workflowMenu(close) {
  const workflows = heatmap.view?.workflows ?? [];
  const number = new Intl.NumberFormat(heatmap.locale);
  const items = workflows.filter(({ id }) => id !== null).map(({ id, name, executions }) => ({ value: id, text: name ?? id, count: number.format(executions) }));
  for (const id of settings.workflow_id) {
    if (!items.some(({ value }) => value === id)) items.unshift({ value: id, text: id });
  }
  const onchange = (id, on) => change({ workflow_id: toggled(settings.workflow_id, id, on) }, { opens: true });
  return [...choices({ name: 'Workflows', kind: 'checkbox', items, chosen: settings.workflow_id, onchange }),
    foot('All workflows', () => change({ workflow_id: [] }, { opens: true }), close)];
}

function filterMenu(close) {
  const excluded = (values) => values.filter((value) => value.startsWith('!') && !value.startsWith('!!')).map((value) => ({ value, text: `not ${words(value.slice(1))}` }));
  const statuses = [...STATUSES.map((status) => ({ value: status, text: words(status) })), ...excluded(settings.status)];
  // A name that begins with an exclamation mark is written with two.
  const tags = [...(heatmap.view?.tags ?? []).map((tag) => ({ value: tag.startsWith('!') ? `!${tag}` : tag, text: tag })), ...excluded(settings.tag)];
  const parts = [make('h3', {}, 'Status'), ...choices({
    name: 'Status', kind: 'checkbox', items: statuses, chosen: settings.status, search: false,
    onchange: (status, on) => change({ status: toggled(settings.status, status, on) }),
  })];
  if (tags.length > 0) {
    parts.push(make('h3', {}, 'Tag'), ...choices({
      name: 'Tags', kind: 'checkbox', items: tags, chosen: settings.tag,
      onchange: (tag, on) => change({ tag: toggled(settings.tag, tag, on) }),
    }));
  }
  // A companion chooses rows by their starts, so that it cannot answer these.
  if (isFile) {
    parts.push(make('h3', {}, 'Placed by'), ...radio('Placed by', 'by', MOMENTS, { start: 'when it started', end: 'when it ended', scheduled: 'when it was due' }));
    parts.push(make('h3', {}, 'Attempts'), ...radio('Attempts', 'attempts', ATTEMPTS, { each: 'each counts', last: 'the last one counts' }));
  }
  return [...parts, foot('Clear filters', () => change({ status: [], tag: [], by: undefined, attempts: undefined }), close)];
}

/** A setting of which one value holds; the first is the default. */
const radio = (name, setting, values, texts) => choices({
  name, kind: 'radio', items: values.map((value) => ({ value, text: texts[value] })), chosen: [settings[setting] ?? values[0]],
  onchange: (value) => change({ [setting]: value }),
});

function zoneMenu() {
  const zones = ['UTC', ...(Intl.supportedValuesOf?.('timeZone') ?? []).filter((zone) => zone !== 'UTC')];
  for (const zone of [viewerZone(), settings.time_zone ?? 'UTC']) if (!zones.includes(zone)) zones.unshift(zone);
  const items = zones.map((zone) => ({ value: zone, text: zone === viewerZone() ? `${zone.replaceAll('_', ' ')} (yours)` : zone.replaceAll('_', ' ') }));
  return choices({ name: 'Time zone', kind: 'radio', items, chosen: [settings.time_zone ?? 'UTC'], onchange: (zone) => {
    zoneIsChosen = true;
    change({ time_zone: zone });
  } });
}

function moreMenu(close) {
  const item = (text, onclick) => make('button', { type: 'button', class: 'item', onclick: async () => {
    close();
    await onclick();
  } }, make('span', {}, text));
  const picture = heatmap.result;
  const save = async (extension, type, content) => {
    const { metric, start_date: from, end_date: to } = picture;
    const link = make('a', { href: URL.createObjectURL(new Blob([await content()], { type })), download: `${settings.workspace ?? settings.file ?? 'executions'}-${metric.replace('_', '-')}-${from}_${to}.${extension}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  const start = make('a', { class: 'item', hidden: true, href: writeAddress(location.origin + location.pathname, { time_zone: settings.time_zone, locale: settings.locale, theme: settings.theme }) }, make('span', {}, 'All workspaces'));
  void workspaces().then((offered) => (start.hidden = offered.length < 2 || !(settings.workspace || isFile)));
  return [
    start,
    item('Open files', () => $('file').click()),
    ...(files.length > 0 ? [item('Read as …', () => reading.open(readAs))] : []),
    item('Copy link', async () => {
      await navigator.clipboard.writeText(location.href);
      $('live').textContent = isFile ? 'Copied. The link keeps the settings, not the file.' : 'Copied';
    }),
    ...(picture ? [
      item('Save the picture (SVG)', () => save('svg', 'image/svg+xml', () => heatmap.toSVG())),
      item('Save the numbers (JSON)', () => save('json', 'application/json', () => heatmap.toJSON())),
    ] : []),
    make('h3', {}, 'Theme'),
    ...choices({ name: 'Theme', kind: 'radio', chosen: [settings.theme ?? 'auto'], onchange: (theme) => change({ theme }),
      items: [{ value: 'auto', text: 'As the system has it' }, { value: 'light', text: 'Light' }, { value: 'dark', text: 'Dark' }] }),
  ];
}

const foot = (text, onclick, close) => make('div', { class: 'foot' }, make('button', { type: 'button', class: 'control', onclick: () => {
  onclick();
  close();
} }, text));

/** Reads files in this page. Their rows are in no address; their name is. */
async function open(chosen, as = {}) {
  isFile = true;
  [files, readAs] = [[...chosen], as];
  const [first, ...others] = files;
  const name = others.length > 0 ? `${first.name} and ${others.length} more` : first.name;
  heatmap.src = undefined;
  $('read-as').hidden = true;
  document.querySelector('#newest')?.remove();
  // The zone of a workspace says nothing of a file.
  if (settings.workspace && !zoneIsChosen) settings.time_zone = viewerZone();
  change({ workspace: undefined, file: name, days: undefined, from: undefined, to: undefined, until: undefined, workflow_id: [], status: [], tag: [], level: [], pattern: undefined, cell: undefined, granularity: undefined }, { opens: settings.file !== name });
  try {
    await heatmap.load(others.length > 0 ? files : first, { name, ...as });
  } finally {
    if (files[0] === first) showReadAs();
  }
}

/** What the files were taken for, in the engine's words. */
function showReadAs() {
  $('read-as').hidden = files.length === 0;
  $('read-as-words').textContent = heatmap.readAs ?? '';
  drawControls();
}

const reading = setUpReading((as) => open(files, as));

function setUpFiles() {
  $('choose').addEventListener('click', () => $('file').click());
  $('read-as-change').addEventListener('click', () => reading.open(readAs));
  $('file').addEventListener('change', () => {
    const chosen = [...$('file').files];
    $('file').value = '';
    if (chosen.length > 0) void open(chosen).catch(() => {});
  });
  const hasFile = ({ dataTransfer }) => dataTransfer?.types.includes('Files');
  addEventListener('dragover', (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    $('dropping').hidden = false;
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) $('dropping').hidden = true;
  });
  addEventListener('drop', (event) => {
    $('dropping').hidden = true;
    if (!hasFile(event)) return;
    event.preventDefault();
    const dropped = [...event.dataTransfer.files];
    if (dropped.length > 0) void open(dropped).catch(() => {});
  });
}

/** The workspaces that the server lets this reader see; none where there is no server. */
async function workspaces() {
  const answer = await fetch('/api/v1/workspaces', { headers: { accept: 'application/json' } }).catch(() => undefined);
  if (!answer?.ok || !answer.headers.get('content-type')?.includes('json')) return [];
  return (await answer.json()).workspaces ?? [];
}

/** An empty default window says where the rows are. */
async function pointToNewest() {
  document.querySelector('#newest')?.remove();
  const { workspace } = settings;
  if (!workspace || heatmap.result?.rows.read !== 0) return;
  const newest = (await workspaces()).find(({ id }) => id === workspace)?.newest;
  if (!newest || settings.workspace !== workspace || heatmap.result?.rows.read !== 0) return;
  const date = new Intl.DateTimeFormat(heatmap.locale, { dateStyle: 'medium', timeZone: heatmap.timeZone }).format(new Date(newest));
  const go = () => change({ from: undefined, to: undefined, until: new Date(Date.parse(newest) + 1).toISOString() });
  heatmap.append(make('p', { slot: 'heading', id: 'newest' }, `The newest execution is from ${date}. `, make('button', { type: 'button', class: 'control', onclick: go }, 'Go there')));
}

/** Where nothing is named, what the server has is offered. */
async function offerWorkspaces() {
  if (settings.file) $('invitation').textContent = `The link keeps the settings, not the file. Drop ${settings.file} here, or choose it.`;
  const offered = await workspaces();
  if (settings.workspace || settings.file || isFile) return;
  if (offered.length === 1) return change({ workspace: offered[0].id });
  if (offered.length > 1) $('invitation').textContent = 'Open one of the workspaces, or drop a log file here.';
  $('choices').append(...offered.map(({ id }) => make('button', { type: 'button', class: 'control', onclick: () => change({ workspace: id }, { opens: true }) }, make('bdi', {}, id))));
}

heatmap.addEventListener('heatmap-change', () => {
  const { workflowId, status, tag, level, pattern, cell, days, from, to, until } = heatmap;
  const opens = cell !== undefined && cell !== settings.cell;
  change({ workflow_id: [...workflowId], status: [...status], tag: [...tag], level: [...level], pattern: pattern?.toString(), cell, days: days?.toString(), from, to, until }, { opens });
});
heatmap.addEventListener('heatmap-load', () => {
  drawControls();
  void pointToNewest();
});
addEventListener('beforeprint', () => {
  const time = new Intl.DateTimeFormat(heatmap.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date());
  $('printed').textContent = `${heatmap.timeZone}, printed ${time} from ${location.href}`;
});
addEventListener('popstate', () => {
  const { file } = settings;
  settings = readAddress(location.search);
  if (isFile && settings.file !== file) {
    isFile = false;
    files = [];
    // Rows of a file that was left are in no address any more.
    if (!settings.workspace) return location.reload();
  }
  apply();
});

setUpControls();
setUpFiles();
settings.time_zone ??= viewerZone();
change({});
if (!settings.workspace) void offerWorkspaces();

// What a page asks for of a long history of many workflows, by the package's own client. Each view is the first question
// to a worker of its own, in a page of its own: one that has found patterns remembers them, and of a worker that ends
// nobody can tell any more how long it was on a processor. `run.mjs` drives it, `page.mjs` offers `view`.

/** The views, and what asks for each. */
const VIEWS = {
  "the cells alone": { patterns: false },
  "the total's sentences": { patterns: 'total' },
  "the whole report": { patterns: true },
};
const QUERY = { time_zone: 'UTC' };
/** A timer comes no sooner than this, as browsers have it. */
const TIMER_MS = 4;

/** Watches the page's own thread: what it gives ends that and tells the longest time without a turn for anything else. */
function watch() {
  let [longest, last, isOver] = [0, performance.now(), false];
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - TIMER_MS);
    last = now;
    if (!isOver) setTimeout(turn, TIMER_MS);
  };
  setTimeout(turn, TIMER_MS);
  return async () => {
    // The turn behind the work tells how long that was.
    await new Promise((resolve) => setTimeout(resolve, 5 * TIMER_MS));
    isOver = true;
    return longest;
  };
}

/**
 * In the page: reads the history with one worker and asks for a view of it. Gives how long the answer took by the clock on
 * the wall and of the worker's time on a processor (`null` where the system does not tell), and the page's longest pause.
 */
export async function view({ file, options }) {
  const { HeatmapClient } = await import('/pkg/client.js');
  const history = await (await fetch(`/data/${file}`)).blob();
  const client = new HeatmapClient();
  const { rows } = await client.load(history, { workers: 1 });
  const before = await globalThis.processor();
  const end = watch();
  const start = performance.now();
  const { response } = await client.view(QUERY, options);
  const wall = performance.now() - start;
  const pause = await end();
  const after = await globalThis.processor();
  const work = before === null || after === null ? null : after - before;
  return { wall, work, pause, rows, isWhole: response.complete && response.rows.placed === rows, found: response.patterns };
}

/** Every view once a round. Patterns have to be found where they are asked for, and the same every time. */
export async function reports({ part, inPage, file, rounds, say }) {
  const first = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, options] of Object.entries(VIEWS)) {
      const { wall, work, pause, rows, isWhole, found } = await inPage('view', { file, options });
      if (!isWhole || rows === 0) throw new Error(`${part}: ${name}: not all of the ${rows} rows were placed`);
      if (found.length > 0 !== (options.patterns !== false)) throw new Error(`${part}: ${name}: ${found.length} patterns`);
      const text = JSON.stringify(found);
      first[name] ??= text;
      if (first[name] !== text) throw new Error(`${part}: ${name}: other patterns than in the first round`);
      say(`time\t${part}\t${name}\t${wall}`);
      if (work !== null) say(`processor\t${part}\t${name}\t${work}`);
      say(`time\t${part}, pause of the page\t${name}\t${pause}`);
      say(`fact\t${part} rows\t${rows}`);
      if (options.patterns === true) say(`fact\t${part} patterns\t${found.length}`);
    }
  }
  for (const name of Object.keys(VIEWS)) say(`same\t${part}\t${name}, in every round`);
}

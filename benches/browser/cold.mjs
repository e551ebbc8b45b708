// From a blank page to the first result of 10,000 rows. Loads nothing but what the peer needs.

const options = new URLSearchParams(location.search);
const bundle = options.get('bundle');

function total(numbers, step) {
  let sum = 0;
  for (let at = 0; at < numbers.length; at += step) sum += numbers[at];
  return sum;
}

/** The package as a site uses it: a client, its worker, an address. */
async function byPackage() {
  const { HeatmapClient } = await import('/pkg/client.js');
  const client = new HeatmapClient();
  await client.load(options.get('address'));
  const view = await client.view({ granularity: 'hourly', from: options.get('from'), to: options.get('to') }, { patterns: false });
  return total(view.cells.executions, 1);
}

/** A peer in a worker of the bench. */
async function byWorker() {
  const worker = new Worker(`/bundle/${bundle}.js`, { type: 'module' });
  const ask = (call, rest = {}) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { result, error } }) => (error === undefined ? resolve(result) : reject(new Error(error)));
    worker.onerror = (event) => reject(new Error(event.message || 'the worker could not be loaded'));
    worker.postMessage({ id: 0, call, ...rest });
  });
  await ask('start', { name: options.get('peer') });
  await ask('fetch', { address: options.get('address') });
  const { result } = await ask('run');
  return total(result, 4);
}

globalThis.outcome = (bundle === 'package' ? byPackage() : byWorker()).then((executions) => ({ ms: performance.now(), executions }));

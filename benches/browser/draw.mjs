// One drawing in a page of its own: the first, and later ones of other values; each ends with a forced layout.

/** `{ first, later, nodes }`: milliseconds, and how many nodes stand. */
export async function draw(bundle, kind, turns) {
  await import(`/bundle/${bundle}.js`);
  const element = document.body.appendChild(document.createElement('div'));
  await globalThis.drawer.start(kind, element);
  const times = [];
  for (let turn = 0; turn <= turns; turn += 1) {
    // Between two turns the browser paints, as it would between two choices of a reader.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const start = performance.now();
    await globalThis.drawer.draw(element, kind, turn);
    element.getBoundingClientRect();
    times.push(performance.now() - start);
  }
  const [first, ...later] = times;
  const nodes = element.querySelectorAll('*').length;
  const { height } = element.getBoundingClientRect();
  if (height < 20 || nodes < 2) throw new Error(`nothing was drawn: ${nodes} nodes, ${height} px high`);
  return { first, later, nodes };
}

globalThis.draw = draw;

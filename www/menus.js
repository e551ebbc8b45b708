// Menus that open under a button: lists to choose from, with a search where they are long.

const MOST_SHOWN = 200;
const SEARCH_FROM = 10;

/** An element with attributes; functions become listeners, texts become text nodes. */
export function make(name, values = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(values)) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Opens a popover under a button and fills it anew each time. */
export function menu(button, name, fill) {
  const panel = make('div', { popover: 'auto', role: 'dialog', 'aria-label': name });
  button.after(panel);
  button.setAttribute('aria-haspopup', 'dialog');
  button.popoverTargetElement = panel;
  panel.addEventListener('beforetoggle', (event) => {
    if (event.newState !== 'open') return;
    panel.replaceChildren(...fill(() => panel.hidePopover()));
  });
  panel.addEventListener('toggle', (event) => {
    button.setAttribute('aria-expanded', String(event.newState === 'open'));
    if (event.newState !== 'open') return;
    const box = button.getBoundingClientRect();
    const left = Math.min(box.left, document.documentElement.clientWidth - panel.offsetWidth - 8);
    const below = box.bottom + 4;
    const top = below + panel.offsetHeight <= window.innerHeight ? below : Math.max(8, box.top - panel.offsetHeight - 4);
    panel.style.left = `${Math.max(8, left)}px`;
    panel.style.top = `${top}px`;
    panel.querySelector('input, button')?.focus();
  });
  return panel;
}

/**
 * A list of items `{ value, text, count }`. `kind` is `checkbox` (several) or `radio` (one); `chosen` are the values
 * that are on; `onchange` gets a value and whether it is on now.
 */
export function choices({ name, kind, items, chosen, onchange, search = items.length > SEARCH_FROM }) {
  const list = make('div', { class: 'list', role: 'group', 'aria-label': name });
  const on = new Set(chosen);
  const draw = (wanted) => {
    const needle = wanted.trim().toLowerCase();
    const found = items.filter(({ text, value }) => `${text} ${value}`.toLowerCase().includes(needle));
    // What is chosen stands first, so that it can be seen without a search.
    found.sort((a, b) => Number(on.has(b.value)) - Number(on.has(a.value)));
    list.replaceChildren(...found.slice(0, MOST_SHOWN).map(({ value, text, count }) => {
      const input = make('input', { type: kind, name, onchange: () => {
        if (kind === 'radio') on.clear();
        if (input.checked) on.add(value);
        else on.delete(value);
        onchange(value, input.checked);
      } });
      input.checked = on.has(value);
      return make('label', { class: 'item', title: text }, input, make('span', {}, make('bdi', {}, text)),
        count === undefined ? undefined : make('span', { class: 'count' }, count));
    }));
    if (found.length > MOST_SHOWN) list.append(make('p', { class: 'note' }, `${found.length - MOST_SHOWN} more: type to find them.`));
    if (found.length === 0) list.append(make('p', { class: 'note' }, 'Nothing of that name.'));
  };
  draw('');
  if (!search) return [list];
  const box = make('input', { type: 'search', placeholder: `Find ${name.toLowerCase()}`, 'aria-label': `Find ${name.toLowerCase()}`, oninput: () => draw(box.value) });
  return [box, list];
}

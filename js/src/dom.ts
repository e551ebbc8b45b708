// Nodes of a page from names and values. Every text becomes a text node: no string is ever read as markup.

type Value = string | number | boolean | undefined | ((event: never) => void);
type Child = Node | string | undefined | false;

/** An element. Functions become listeners (`onclick` → `click`), `true` an empty attribute; absent values are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(name: K, values: Record<string, Value> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(values)) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value as unknown as EventListener);
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** An element of SVG. */
export function s<K extends keyof SVGElementTagNameMap>(name: K, values: Record<string, string | number> = {}, ...children: (Node | string)[]): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(values)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

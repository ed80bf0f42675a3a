// Writes down every control that a page has ever shown, and every one that a person has used, so that none can be forgotten. Runs in the page. Not a test.
export interface Ledger {
  readonly shown: readonly string[];
  readonly used: readonly string[];
}

declare global {
  // What a page is asked with.
  var controlLedger: () => Ledger;
}

export function installControlLedger(): void {
  const CONTROLS = 'button, input, select, textarea, a[href], summary, [role=button], [role=tab], [role=link], [role=switch], [role=checkbox], [role=slider], [contenteditable=true]';
  const shown = new Set<string>();
  const used = new Set<string>();

  /** What it is and what it is called, without what changes from one order or message to the next. */
  function nameOf(control: Element): string {
    const label = (control as HTMLInputElement).labels?.[0];
    // A label's own words, without those of the control in it.
    const words = control.getAttribute('aria-label') ?? (label?.querySelector('span') ?? label ?? (control as HTMLElement)).innerText ?? '';
    const kind = control.getAttribute('role') ?? (control as HTMLInputElement).type ?? control.localName;
    return `${kind} ${words.split(':')[0]?.replace(/\s+/g, ' ').replace(/ at [\d.,]+$/, ' at …').trim()}`;
  }
  function show(control: Element): void {
    const name = nameOf(control);
    shown.add(name);
    if (control.localName === 'select') for (const option of (control as HTMLSelectElement).options) shown.add(`${name} = ${option.text}`);
  }
  function look(node: Node): void {
    if (!(node instanceof Element)) return;
    if (node.matches(CONTROLS)) show(node);
    node.querySelectorAll(CONTROLS).forEach(show);
  }
  function use(event: Event): void {
    const control = event.target instanceof Element ? event.target.closest(CONTROLS) : null;
    if (control === null) return;
    const isButton = control.matches('button, a, summary, [role=button], [role=tab], [role=link]');
    if (isButton !== (event.type === 'click')) return;
    const name = nameOf(control);
    used.add(name);
    if (control.localName === 'select') used.add(`${name} = ${(control as HTMLSelectElement).selectedOptions[0]?.text}`);
  }
  for (const type of ['click', 'input', 'change']) addEventListener(type, use, { capture: true });
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) addedNodes.forEach(look);
  }).observe(document, { subtree: true, childList: true });

  globalThis.controlLedger = () => {
    // Names may have changed since their controls came.
    look(document.body);
    return { shown: [...shown].sort(), used: [...used].sort() };
  };
}

// Who this page is: a trader's name that a tab keeps over reloads, and a name for its sockets that is new with each load.
import { Trader } from '../contract.js';

const COLOURS = ['Amber', 'Coral', 'Hazel', 'Indigo', 'Ivory', 'Jade', 'Olive', 'Slate', 'Teal', 'Umber'];
const ANIMALS = ['Badger', 'Crane', 'Dormouse', 'Finch', 'Hare', 'Heron', 'Lynx', 'Marten', 'Otter', 'Wren'];
const KEY = 'desk-trader';

export const me = {
  trader: rememberedName() ?? newName(),
  /** A duplicated tab takes the storage along, so this one is not kept in it. */
  page: `page-${Math.random().toString(36).slice(2, 12)}`,
} as const;

function rememberedName(): string | null {
  const name = sessionStorage.getItem(KEY);
  return Trader.safeParse(name).success ? name : null;
}

function newName(): string {
  const one = (list: readonly string[]) => list[Math.floor(Math.random() * list.length)] ?? '';
  const name = `${one(COLOURS)} ${one(ANIMALS)} ${10 + Math.floor(Math.random() * 90)}`;
  sessionStorage.setItem(KEY, name);
  return name;
}

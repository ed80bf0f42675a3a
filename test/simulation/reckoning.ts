/** After healing: everybody has what the storage has, every promise had its one end, and the ends are true (promises 1 and 2). */
import { BOARD, RECENT } from './town-contract.js';
import type { Fact, TownHall } from './town-hall.js';
import type { Glimpse, Told, ToldCommand, Townsperson } from './townsperson.js';
import type { Witness } from './witness.js';

type Storages = readonly (readonly Fact[])[];

const QUERY_MS = 10_000;

export function reckon(hall: TownHall, people: readonly Townsperson[]): string[] {
  const known = new Map<number, Storages>();
  const factsOf = (board: number): Storages => {
    const facts = known.get(board) ?? hall.facts(board);
    known.set(board, facts);
    return facts;
  };
  return [
    ...effects(factsOf(BOARD.id), people),
    ...people.flatMap((person) => {
      const { name, witnesses, passers, glimpses, asked } = person;
      const wrong = [
        ...witnesses.flatMap((witness) => standsAtTheTop(hall, witness)),
        ...[...witnesses, ...passers].flatMap((witness) => [...isTrue(factsOf(witness.board), witness), ...gapsOf(hall, witness)]),
        ...glimpses.flatMap((glimpse) => isWhole(hall, factsOf(glimpse.board), glimpse)),
        ...kept(factsOf(BOARD.id).at(-1) ?? [], person),
        ...asked.flatMap(queryEnd),
      ];
      return wrong.map((what) => `${name}: ${what}`);
    }),
  ];
}

function effects(storages: Storages, people: readonly Townsperson[]): string[] {
  const wrong: string[] = [];
  const times = new Map<string, number>();
  for (const { command = '' } of storages.flat()) times.set(command, (times.get(command) ?? 0) + 1);
  for (const person of people) {
    for (const command of person.told) wrong.push(...commandEnd(person, command, times.get(command.id) ?? 0).map((what) => `${person.name}'s command ${command.serial} ${what}`));
    for (const facts of storages) {
      const serials = facts.filter(({ note }) => note.author === person.name).map(({ note }) => note.serial);
      if (serials.some((serial, index) => index > 0 && serial <= (serials[index - 1] ?? 0))) wrong.push(`${person.name}'s commands took effect out of order`);
    }
  }
  return wrong;
}

function commandEnd({ commandMs, links }: Townsperson, { id, at, endedAt, ending, endings, isCancelled }: ToldCommand, effect: number): string[] {
  const wrong: string[] = [];
  if (endings > 1) wrong.push(`had ${endings} outcomes`);
  if (effect > 1) wrong.push(`took effect ${effect} times`);
  switch (ending) {
    case 'pending':
      return [...wrong, 'has no outcome'];
    case 'done':
      return effect === 0 ? [...wrong, 'was acknowledged and has no effect'] : wrong;
    case 'outcome-unknown':
      return links.sent.has(id) ? wrong : [...wrong, 'ended outcome-unknown and was never sent'];
    case 'cancelled':
      if (!isCancelled) wrong.push('ended cancelled, and nobody cancelled it');
      break;
    // 'timeout': the server had what was left of that time, and it was not enough.
    case 'expired':
    case 'timeout':
      if (Math.ceil(endedAt - at) < commandMs) wrong.push(`ended ${ending} after ${endedAt - at} of ${commandMs} ms`);
      break;
    default:
      wrong.push(`ended ${ending}`);
  }
  return effect > 0 ? [...wrong, `ended ${ending} and took effect`] : wrong;
}

function queryEnd({ at, endedAt, ending, endings }: Told): string[] {
  if (endings !== 1) return [`a query had ${endings} answers`];
  if (ending === 'done') return [];
  return ending === 'timeout' && Math.ceil(endedAt - at) >= QUERY_MS ? [] : [`a query ended ${ending} after ${endedAt - at} ms`];
}

function isTrue(storages: Storages, { board, seen }: Witness): string[] {
  const truth = new Map(storages.flat().map((fact) => [`${fact.epoch}/${fact.offset}`, fact.note.id]));
  return seen
    .filter(({ epoch, offset, data }) => truth.get(`${epoch}/${offset}`) !== data.id)
    .map(({ epoch, offset, data }) => `saw ${data.id} at ${epoch}/${offset} of board ${board}, which is not what is there`);
}

function standsAtTheTop(hall: TownHall, { board, seen }: Witness): string[] {
  const top = hall.head(board);
  const last = seen.at(-1);
  if (top.offset === 0 || (last?.epoch === top.epoch && last.offset === top.offset)) return [];
  return [`stands at ${last?.epoch}/${last?.offset} of board ${board}, which is at ${top.epoch}/${top.offset}`];
}

/** Nothing is trimmed here, so the one true reason for a gap is a lost storage. */
function gapsOf(hall: TownHall, { board, gaps }: Witness): string[] {
  const wrong = gaps.filter(({ reason }) => reason !== 'epoch').map(({ reason }) => `was told of a gap '${reason}' of board ${board} where nothing is missing`);
  if (gaps.length > hall.losses) wrong.push(`was told of ${gaps.length} gaps of board ${board}; the storage was lost ${hall.losses} times`);
  return wrong;
}

/** A live view with history shows the newest notes up to some place, none left out: a late answer must not have been taken for its own. */
function isWhole(hall: TownHall, storages: Storages, { board, before, ids }: Glimpse): string[] {
  if (ids.length === 0) {
    return before !== null && before.offset > 0 && before.epoch === hall.head(board).epoch ? [`saw an empty board ${board}, which was at ${before.epoch}/${before.offset}`] : [];
  }
  const isOf = (facts: readonly Fact[]): boolean => {
    const end = facts.findIndex(({ note }) => note.id === ids.at(-1)) + 1;
    return end > 0 && ids.length === Math.min(RECENT, end) && ids.every((id, index) => facts[end - ids.length + index]?.note.id === id);
  };
  return storages.some(isOf) ? [] : [`a glimpse of board ${board} with ${ids.length} notes is not its newest ${RECENT} of any time`];
}

/** What is kept of board 1 all the time: a view, and the answer of a query that follows it. */
function kept(present: readonly Fact[], person: Townsperson): string[] {
  const wrong: string[] = [];
  const textOf = (notes: readonly { readonly id: string }[]): string => notes.map(({ id }) => id).join();
  const expected = present.map(({ note }) => note);
  if (textOf(person.board()) !== textOf(expected.slice(-RECENT))) wrong.push(`the view is not the newest ${RECENT} notes`);
  const list = person.list() ?? [];
  // The answer is the newest notes of its time; what came since was put to its end.
  if (list.length < Math.min(RECENT, expected.length) || textOf(list) !== textOf(expected.slice(-list.length))) wrong.push(`the list of ${list.length} is not the newest ${list.length} notes`);
  return wrong;
}

// Walks every state × every event of a machine, or every situation × every call of a container, and writes what happens
// as a page of tables. Not a test.
import type { StateTimer, Step, TimerFired } from '../../src/core/machine.js';

/** Named examples of every kind there is: a kind without one does not compile. */
export type Samples<Kind extends string, Item> = { readonly [K in Kind]: Readonly<Record<string, Item>> };

/** Named examples of every type of event: a new type without one does not compile. */
export type EventSamples<Event extends { readonly type: string }> = {
  readonly [K in Event['type']]: Readonly<Record<string, Extract<Event, { readonly type: K }>>>;
};

export interface MachineTable<Kind extends string, State, Event extends { readonly type: string }, Effect> {
  readonly title: string;
  readonly about: string;
  readonly states: Samples<Kind, State>;
  readonly kindOf: (state: State) => Kind;
  readonly events: EventSamples<Event>;
  readonly step: Step<State, Event, Effect>;
  /** At the time 10,000. */
  readonly timer?: (state: State, now: number) => StateTimer;
  readonly showState?: (state: State) => string;
  readonly showEffect?: (effect: Effect) => string;
}

/** One section a state; neighbours with the same answer share a row, and “–” twice says that nothing changes. */
export function machineTable<Kind extends string, State, Event extends { readonly type: string }, Effect>(
  machine: MachineTable<Kind, State, Event, Effect>,
): string {
  const showState = machine.showState ?? brief;
  const showEffect = machine.showEffect ?? brief;
  const timerOf = (state: State): StateTimer => machine.timer?.(state, 10_000);
  const lines = [`# ${machine.title}`, '', machine.about];
  const events = Object.values<Readonly<Record<string, Event>>>(machine.events).flatMap((named) => Object.entries(named));
  for (const [kind, named] of Object.entries<Readonly<Record<string, State>>>(machine.states)) {
    for (const [label, state] of Object.entries(named)) {
      if (machine.kindOf(state) !== kind) throw new Error(`'${label}' is no example of ${kind}`);
      lines.push('', `## ${label}`, '', `\`${showState(state)}\``, '', '| event | next state | effects |', '| --- | --- | --- |');
      const before = JSON.stringify(state);
      const rows = createRows();
      for (const [name, event] of events) {
        const first = machine.step(state, event);
        const second = machine.step(state, event);
        if (JSON.stringify(first) !== JSON.stringify(second)) throw new Error(`not pure: ${label} × ${name}`);
        if (JSON.stringify(state) !== before) throw new Error(`changes its input: ${label} × ${name}`);
        const [next, ...effects] = first ?? [state];
        rows.add(name, next === state ? '–' : showState(next), [...effects.map(showEffect), ...timerChange(timerOf(state), timerOf(next))]);
      }
      lines.push(...rows.lines());
    }
  }
  return `${lines.join('\n')}\n`;
}

type Calls<Container> = { [K in keyof Container]: Container[K] extends (...parameters: never[]) => unknown ? K : never }[keyof Container];

export interface ContainerTable<Container> {
  readonly title: string;
  readonly about: string;
  /** How each situation comes about; told anew for each call, as a container is changed by what it is told. */
  readonly situations: Readonly<Record<string, () => Container>>;
  /** Named examples of every call: a new one without an example does not compile. */
  readonly calls: { readonly [K in Calls<Container>]: Readonly<Record<string, (container: Container) => unknown>> };
  /** What its getters say, in short. */
  readonly look: (container: Container) => string;
  readonly show?: (answer: unknown) => string;
}

/** One section a situation: what each call answers, and how the container looks afterwards if that is new. */
export function containerTable<Container>({ title, about, situations, calls, look, show = brief }: ContainerTable<Container>): string {
  const lines = [`# ${title}`, '', about];
  const named = Object.values<Readonly<Record<string, (container: Container) => unknown>>>(calls).flatMap((examples) => Object.entries(examples));
  for (const [label, arise] of Object.entries(situations)) {
    const before = look(arise());
    lines.push('', `## ${label}`, '', `\`${before}\``, '', '| call | afterwards | effects or answer |', '| --- | --- | --- |');
    const rows = createRows();
    for (const [name, call] of named) {
      const once = (): readonly [string, readonly string[]] => {
        const container = arise();
        const answer = call(container);
        const after = look(container);
        const told = answer === undefined ? [] : Array.isArray(answer) ? answer.map(show) : [show(answer)];
        return [after === before ? '–' : after, told];
      };
      const [after, told] = once();
      if (JSON.stringify(once()) !== JSON.stringify([after, told])) throw new Error(`not pure: ${label} × ${name}`);
      rows.add(name, after, told);
    }
    lines.push(...rows.lines());
  }
  return `${lines.join('\n')}\n`;
}

function timerChange(before: StateTimer, after: StateTimer): readonly string[] {
  if (before?.[0] === after?.[0]) return [];
  return [after === undefined ? 'timer ends' : `timer of ${after[1]} ms`];
}

/** The decision of a step with its two halves apart, also where nothing changes. */
export function decided<State, Event, Effect>(step: Step<State, Event, Effect>): (state: State, event: Event) => readonly [State, readonly Effect[]] {
  return (state, event) => {
    const [next, ...effects] = step(state, event) ?? [state];
    return [next, effects];
  };
}

/** Neighbours with the same answer share a row. */
function createRows() {
  const rows: { readonly names: string[]; readonly outcome: string }[] = [];
  return {
    add(name: string, next: string, effects: readonly string[]): void {
      const outcome = `${cell(next)} | ${effects.length === 0 ? '–' : effects.map(cell).join('<br>')}`;
      const former = rows.at(-1);
      if (former?.outcome === outcome) former.names.push(name);
      else rows.push({ names: [name], outcome });
    },
    lines: (): string[] => rows.map(({ names, outcome }) => `| ${names.map(cell).join('<br>')} | ${outcome} |`),
  };
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** `tag a=1 b=x`: the tag or type first, then what else there is. */
export function brief(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item);
  const { tag, type, ...rest } = item as Record<string, unknown>;
  const word = tag ?? type;
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  return [...(word === undefined ? [] : [String(word)]), ...fields].join(' ');
}

/** The time of a state is over. */
export function fired(now = 10_000, lateMs = 0): TimerFired {
  return { type: 'timer-fired', now, lateMs };
}

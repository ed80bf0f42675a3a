// What the docs pages of the hooks show is what their sources say.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { docOf } from '../../.storybook/hook-docs.js';
import { hookDoc } from '../../.storybook/tsdoc.js';

const folder = new URL('../../stories/hooks/', import.meta.url);
const hooks = readdirSync(folder).flatMap((file) => /hooks: \[(.*)\]/.exec(readFileSync(new URL(file, folder), 'utf8'))?.[1]?.match(/\w+/g) ?? []);

test('signatures with their words and examples, members with their type and default', () => {
  const source = `
/** Not this one. */
export function other(): void {}

/**
 * Listens, see {@link other}.
 *
 * @example
 * \`\`\`tsx
 * useIt({ a: 1 });
 * \`\`\`
 */
export function useIt(options: Options): void;
export function useIt(options: unknown): void {
}

/** What it takes. */
export interface Options extends Base {
  /** How many. @default 3 */
  readonly a?: number | undefined;
  b(): void;
}
`;
  expect(hookDoc('useIt', source, { Options: source })).toEqual({
    name: 'useIt',
    signatures: [{ code: 'function useIt(options: Options): void', text: 'Listens, see `other`.', examples: ['useIt({ a: 1 });'] }],
    types: [
      {
        name: 'Options',
        text: 'What it takes.',
        members: [
          { name: 'a', type: 'number | undefined', text: 'How many.', isOptional: true, standard: '3' },
          { name: 'b', type: '(): void', text: '', isOptional: false, standard: null },
        ],
      },
    ],
  });
});

test('every hook of the stories is documented: words, an example, and members of each of its types', () => {
  expect(hooks.toSorted()).toEqual(['useChannel', 'useCommand', 'useConnectionListener', 'useConnectionMetrics', 'useConnectionStatus', 'useOutbox', 'usePublish', 'useQuery']);
  for (const doc of hooks.map(docOf)) {
    expect(doc.signatures.some(({ text, examples }) => text !== '' && examples.length > 0), doc.name).toBe(true);
    for (const { name, members } of doc.types) expect(members.length, `${doc.name} ${name}`).toBeGreaterThan(0);
  }
});

test('a hook or a type that is not there is an error, not an empty page', () => {
  expect(() => docOf('useNothing')).toThrow('useNothing');
  expect(() => hookDoc('useNothing', '')).toThrow('useNothing');
  expect(() => hookDoc('f', '/** It. */\nexport function f(): void {\n}', { Nothing: '' })).toThrow('Nothing');
});

// The docs page of a story file: its words, the TSDoc of its hooks where it names some, and its stories.
import { Description, Markdown, Primary, Source, Stories, Subtitle, Title, useOf } from '@storybook/addon-docs/blocks';
import { useSyncExternalStore } from 'react';
import { docOf } from './hook-docs.js';
import { isDark, watchTheme } from './theme-choice.js';
import type { HookDoc, TypeDoc } from './tsdoc.js';

export default function HookPage() {
  const { preparedMeta } = useOf('meta', ['meta']);
  const hooks = ((preparedMeta.parameters['hooks'] ?? []) as readonly string[]).map(docOf);
  return (
    <>
      <Title />
      <Subtitle />
      <Description />
      {hooks.map((hook) => <Hook key={hook.name} hook={hook} isAlone={hooks.length === 1} />)}
      {hooks.length > 0 ? <Stories title="Stories" includePrimary /> : <Primary />}
    </>
  );
}

/** Alone it has the page's own title. */
function Hook({ hook: { name, signatures, types }, isAlone }: { readonly hook: HookDoc; readonly isAlone: boolean }) {
  return (
    <section className="hook-doc" aria-label={name}>
      <h2>{isAlone ? 'Signature' : name}</h2>
      {signatures.map(({ code, text, examples }) => (
        <div key={code}>
          <Markdown>{text}</Markdown>
          <Code text={code} />
          {examples.map((example) => <Code key={example} text={example} />)}
        </div>
      ))}
      {types.map((type) => <Members key={type.name} type={type} />)}
    </section>
  );
}

function Code({ text }: { readonly text: string }) {
  return <Source language="tsx" code={text} dark={useSyncExternalStore(watchTheme, isDark)} />;
}

function Members({ type: { name, text, members } }: { readonly type: TypeDoc }) {
  const hasDefaults = members.some(({ standard }) => standard !== null);
  return (
    <>
      <h3>{name}</h3>
      {text !== '' && <Markdown>{text}</Markdown>}
      <div className="members" role="region" aria-label={`Members of ${name}`} tabIndex={0}>
        <table>
          <thead>
            <tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">What it is</th>{hasDefaults && <th scope="col">Default</th>}</tr>
          </thead>
          <tbody>
            {members.map(({ name: member, type, text: words, isOptional, standard }) => (
              <tr key={member}>
                <th scope="row"><code>{member}{isOptional && '?'}</code></th>
                <td><code>{type}</code></td>
                <td><Markdown>{words}</Markdown></td>
                {hasDefaults && <td>{standard !== null && <code>{standard}</code>}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

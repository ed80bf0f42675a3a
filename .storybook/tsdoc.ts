// Reads the TSDoc of a hook out of its own source: signatures, words, examples, and the members of the types that belong to it.

export interface HookDoc {
  readonly name: string;
  readonly signatures: readonly Signature[];
  readonly types: readonly TypeDoc[];
}

export interface Signature {
  readonly code: string;
  readonly text: string;
  readonly examples: readonly string[];
}

export interface TypeDoc {
  readonly name: string;
  readonly text: string;
  readonly members: readonly { readonly name: string; readonly type: string; readonly text: string; readonly isOptional: boolean; readonly standard: string | null }[];
}

const COMMENT = String.raw`\/\*\*((?:(?!\*\/)[\s\S])*)\*\/`;

/**
 * @param source - of the file in which the hook is
 * @param types - the types to explain, each by its name and the source of its file
 */
export function hookDoc(name: string, source: string, types: Readonly<Record<string, string>> = {}): HookDoc {
  // Implementations behind overloads have no comment of their own.
  const functions = new RegExp(String.raw`${COMMENT}\nexport function ${name}\b([\s\S]*?)(;| \{)\n`, 'g');
  const signatures = [...source.matchAll(functions)].map(([, comment = '', rest = '']) => ({ code: `function ${name}${rest}`, ...wordsOf(comment) }));
  if (signatures.length === 0) throw new Error(`There is no documented function ${name} in that source.`);
  return { name, signatures, types: Object.entries(types).map(([type, text]) => typeDoc(type, text)) };
}

function typeDoc(name: string, source: string): TypeDoc {
  const found = new RegExp(String.raw`(?:${COMMENT}\n)?export (?:interface|type) ${name}\b[\s\S]*?\{\n([\s\S]*?)\n\}`).exec(source);
  if (found === null) throw new Error(`There is no type ${name} in that source.`);
  const [, comment = '', body = ''] = found;
  const members = [...body.matchAll(new RegExp(String.raw`(?:^  ${COMMENT}\n)?^  (?:readonly )?(\w+)(\??)(?::|(?=\()) ?(.*?);$`, 'gm'))].map(([, text = '', member = '', optional, type = '']) => {
    const words = wordsOf(text).text;
    const standard = /@default (.*)$/m.exec(words)?.[1] ?? null;
    return { name: member, type, text: words.replace(/@default .*$/m, '').trim(), isOptional: optional === '?', standard };
  });
  return { name, text: wordsOf(comment).text, members };
}

/** A comment without its stars, its examples apart. */
function wordsOf(comment: string): { readonly text: string; readonly examples: readonly string[] } {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const [text = '', ...examples] = lines.join('\n').split(/^@example\n/m);
  return {
    text: text.replaceAll(/\{@link ([^}]+)\}/g, '`$1`').trim(),
    examples: examples.map((example) => /```\w*\n([\s\S]*?)```/.exec(example)?.[1]?.trimEnd() ?? example.trim()),
  };
}

/**
 * What no other tool says, as rules of the linter (`.oxlintrc.json` loads this file):
 * - `function-lines`: a function is measured by its own lines, without those of the functions in it. ESLint's `max-lines-per-function` counts a factory of many
 *   small functions as one long function.
 * - `reasoned-directive`: a directive that switches a rule off says why. oxlint has no rule that asks for the words after `--`.
 * What it is not: the import walls (`oxlint.walls.mjs`), or any rule that oxlint or ESLint has.
 */
const MAX_FUNCTION_LINES = 60;
/** In the header of the file, or in the comment right above the function. */
const REASON = /\blong because\b/i;

const functionLines = {
  create({ sourceCode, report }) {
    /** The lines of the inner functions, for each function that is open. */
    const inner = [];
    const enter = () => inner.push(0);
    const leave = (node) => {
      const lines = node.loc.end.line - node.loc.start.line + 1;
      const own = lines - inner.pop();
      if (inner.length > 0) inner[inner.length - 1] += lines - 1;
      if (own > MAX_FUNCTION_LINES && !hasReason(node)) report({ node, message: `A function of ${own} lines of its own, and no "Long because …" above it.` });
    };
    const hasReason = (node) => {
      const firstStatement = sourceCode.ast.body.find(({ directive }) => directive === undefined).range[0];
      const start = sourceCode.getAncestors(node).findLast(({ type }) => /Declaration$|Statement$|MethodDefinition|Property/.test(type))?.range[0] ?? node.range[0];
      return sourceCode.getAllComments().some(({ value, range: [, end] }) => {
        const isHeader = end <= firstStatement;
        const isAbove = end <= start && sourceCode.text.slice(end, start).trim().length < 30;
        return REASON.test(value) && (isHeader || isAbove);
      });
    };
    return Object.fromEntries(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].flatMap((type) => [[type, enter], [`${type}:exit`, leave]]));
  },
};

const reasonedDirective = {
  create({ sourceCode, report }) {
    return {
      Program() {
        for (const { value, loc } of sourceCode.getAllComments()) {
          const directive = /^\s*(?:oxlint|eslint)-disable(?:-next-line|-line)?\b(?<rules>.*)$/s.exec(value);
          if (!directive) continue;
          const [rules, reason] = directive.groups.rules.split(/\s--\s/);
          if (!reason) report({ loc, message: 'A directive says why: `oxlint-disable RULE -- the reason`.' });
          else if (rules.includes('max-lines') && !REASON.test(reason)) report({ loc, message: 'A long file says "Long because …" in its directive.' });
        }
      },
    };
  },
};

export default { meta: { name: 'holdfast' }, rules: { 'function-lines': functionLines, 'reasoned-directive': reasonedDirective } };

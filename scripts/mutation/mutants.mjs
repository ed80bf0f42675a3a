// Mutants: the one-line changes that a program can make to a source file, and the text that holds all of them behind a switch.
// Not here: which of them are run (sample.mjs), and how (worker.mjs).
import { createHash } from 'node:crypto';
import { parseSync, visitorKeys } from 'oxc-parser';

/**
 * One change of one place.
 * @typedef {object} Mutant
 * @property {string} file Path from the repository's root.
 * @property {string} operator What kind of change it is.
 * @property {number} start Offsets of the text that is replaced.
 * @property {number} end
 * @property {number} line
 * @property {string} lineText The line itself, without its indentation.
 * @property {number} nth Which one, where the same change is possible several times in the line.
 * @property {string} before The text that is replaced.
 * @property {string} after What stands there instead.
 * @property {boolean} isStatement
 * @property {boolean} isStatic Outside every function: runs once, when the module is loaded.
 * @property {string} id Stable while the line and the change stay as they are, wherever the line moves.
 */

const COMPARISONS = { '<': '<=', '<=': '<', '>': '>=', '>=': '>', '===': '!==', '!==': '===', '==': '!=', '!=': '==' };
const ARITHMETIC = { '+': '-', '-': '+', '*': '/', '/': '*', '%': '*' };
const LOGICAL = { '&&': '||', '||': '&&', '??': '&&' };
const ASSIGNMENTS = { '+=': '-=', '-=': '+=', '??=': '=', '*=': '/=' };
/** Calls that have an opposite. */
const METHODS = { some: 'every', every: 'some', shift: 'pop', pop: 'shift', push: 'unshift', unshift: 'push', startsWith: 'endsWith', endsWith: 'startsWith', min: 'max', max: 'min', floor: 'ceil', ceil: 'floor', indexOf: 'lastIndexOf', findLast: 'find' };
/** Calls without which their object is nearly the same. */
const DROPPED_METHODS = new Set(['filter', 'slice', 'sort', 'toSorted', 'reverse', 'toReversed', 'trim', 'toLowerCase']);
/** Statements that may be missing. */
const STATEMENT_NAMES = { ExpressionStatement: 'statement', ReturnStatement: 'early return', ContinueStatement: 'continue', BreakStatement: 'break', ThrowStatement: 'throw' };
const DROPPED_STATEMENTS = new Set(Object.keys(STATEMENT_NAMES));
/** Around an expression, and nothing but its type. */
const TYPED = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression', 'TSInstantiationExpression', 'TSTypeAssertion']);
const FUNCTIONS = new Set(['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration']);

/** Every change of a file that this program knows, in the order of the text. */
export function findMutants(file, source) {
  const { program, errors } = parseSync(file, source, { preserveParens: false });
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const lineAt = lineCounter(source);
  const lines = source.split('\n');
  const found = [];
  const lastReturns = new Set();
  const text = (node) => source.slice(node.start, node.end);

  const add = (operator, node, after, isStatic, isStatement = false) => {
    const before = text(node);
    if (before !== after) found.push({ file, operator, start: node.start, end: node.end, line: lineAt(node.start), before, after, isStatement, isStatic });
  };
  /** The text of `node` with `inner` replaced. */
  const within = (node, inner, by) => source.slice(node.start, inner.start) + by + source.slice(inner.end, node.end);
  /** The operator between two operands: the only text there besides blanks, brackets and comments. */
  const swapOperator = (node, left, right, from, to) => {
    const at = source.indexOf(from, left.end);
    return at < 0 || at >= right.start ? null : source.slice(node.start, at) + to + source.slice(at + from.length, node.end);
  };

  const visitExpression = (node, isStatic) => {
    switch (node.type) {
      case 'BinaryExpression': {
        const to = COMPARISONS[node.operator] ?? ARITHMETIC[node.operator];
        if (to === undefined || (node.operator === '+' && (isText(node.left) || isText(node.right)))) return;
        const after = swapOperator(node, node.left, node.right, node.operator, to);
        if (after !== null) add(`${node.operator} → ${to}`, node, after, isStatic);
        return;
      }
      case 'LogicalExpression': {
        // `DEV && sentence` says whether people read the sentence; what they read is no promise.
        if (node.left.type === 'Identifier' && node.left.name === 'DEV') return;
        // Each side gets brackets: `a ?? b || c` is a syntax error.
        add(`${node.operator} → ${LOGICAL[node.operator]}`, node, `(${text(node.left)}) ${LOGICAL[node.operator]} (${text(node.right)})`, isStatic);
        return;
      }
      case 'AssignmentExpression': {
        const to = ASSIGNMENTS[node.operator];
        const after = to === undefined ? null : swapOperator(node, node.left, node.right, node.operator, to);
        if (after !== null) add(`${node.operator} → ${to}`, node, after, isStatic);
        return;
      }
      case 'UpdateExpression': {
        const [from, to] = node.operator === '++' ? ['++', '--'] : ['--', '++'];
        add(`${from} → ${to}`, node, text(node).replace(from, to), isStatic);
        return;
      }
      case 'UnaryExpression':
        if (node.operator === '!') add('! dropped', node, text(node.argument), isStatic);
        else if (node.operator === '-') add('- dropped', node, text(node.argument), isStatic);
        return;
      case 'Literal':
        if (typeof node.value === 'boolean') add('boolean', node, String(!node.value), isStatic);
        else if (typeof node.value === 'number') {
          add('number + 1', node, `(${node.raw} + 1)`, isStatic);
          if (node.value > 0) add('number - 1', node, `(${node.raw} - 1)`, isStatic);
        } else if (typeof node.value === 'string' && /^[^a-z]+$/i.test(node.value)) add('separator emptied', node, "''", isStatic);
        return;
      case 'ArrayExpression':
        if (node.elements.length > 0) add('array emptied', node, '[]', isStatic);
        return;
      case 'ConditionalExpression':
        if (!isNegatedElsewhere(node.test)) add('condition negated', node, within(node, node.test, `!(${text(node.test)})`), isStatic);
        return;
      case 'CallExpression':
        visitCall(node, isStatic);
        return;
      case 'ArrowFunctionExpression':
        if (node.body.type === 'CallExpression' || node.body.type === 'AssignmentExpression' || node.body.type === 'ChainExpression') add('body dropped', node.body, 'undefined', false);
        return;
      case 'ChainExpression':
        for (const link of optionalLinks(node.expression)) {
          const at = source.indexOf('?.', link.end);
          const isCall = source[at + 2] === '(' || source[at + 2] === '[';
          add('?. → .', node, source.slice(node.start, at) + (isCall ? '' : '.') + source.slice(at + 2, node.end), isStatic);
        }
        return;
    }
  };

  const visitCall = (node, isStatic) => {
    const { callee } = node;
    if (callee.type !== 'MemberExpression' || callee.computed || node.optional || callee.optional) return;
    const { name } = callee.property;
    const isMath = callee.object.type === 'Identifier' && callee.object.name === 'Math';
    if ((name === 'min' || name === 'max' || name === 'floor' || name === 'ceil') !== isMath) return;
    if (Object.hasOwn(METHODS, name)) add(`${name} → ${METHODS[name]}`, node, within(node, callee.property, METHODS[name]), isStatic);
    else if (DROPPED_METHODS.has(name)) add(`.${name}() dropped`, node, text(callee.object), isStatic);
  };

  const visit = (node, parent, key, isStatic) => {
    if (node === null || typeof node !== 'object' || typeof node.type !== 'string') return;
    if (node.type.startsWith('TS')) {
      if (TYPED.has(node.type)) visit(node.expression, node, 'expression', isStatic);
      return;
    }
    if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration' || node.declare === true) return;
    const isName = (key === 'key' || key === 'property') && parent.computed !== true;
    // Part of a chain (`a?.b.c`): only the whole of it can stand in brackets.
    const isInChain = (key === 'callee' || key === 'object') && parent.type !== 'ChainExpression' && hasOptional(node);
    const isTarget = (key === 'left' && (parent.type === 'AssignmentExpression' || parent.type === 'AssignmentPattern' || parent.type.startsWith('For'))) || (key === 'argument' && parent.type === 'UpdateExpression') || key === 'id' || key === 'source' || key === 'label';
    const isPattern = node.type === 'ArrayPattern' || node.type === 'ObjectPattern';
    // `a[i] ?? 0` and `a[i]?.b ?? 0` tell the compiler that there is an `a[i]`; the 0 is never seen.
    const isForCompiler = node.type === 'Literal' && key === 'right' && parent.operator === '??' && isOfElement(parent.left);
    // `return event satisfies never` is for the compiler, too.
    if (node.type === 'ReturnStatement' && node.argument?.type === 'TSSatisfiesExpression' && node.argument.typeAnnotation.type === 'TSNeverKeyword') return;
    const isDirective = node.type === 'ExpressionStatement' && typeof node.directive === 'string';
    if (isDirective) return;
    if (!isName && !isTarget && !isPattern && !isInChain && !isForCompiler) visitExpression(node, isStatic);
    if (key === 'expression' && parent.type === 'ChainExpression' && node.type === 'CallExpression') visitCall(node, isStatic);
    if (node.type === 'IfStatement' && !isNegatedElsewhere(node.test)) add('condition negated', node.test, `!(${text(node.test)})`, isStatic);
    if (node.type === 'WhileStatement') add('loop never entered', node.test, 'false', isStatic);
    if (FUNCTIONS.has(node.type) && node.body?.type === 'BlockStatement') lastReturns.add(node.body.body.at(-1));
    // The last `return` of a function is no early one: without it every caller gets undefined, which shows nothing.
    if (DROPPED_STATEMENTS.has(node.type) && !lastReturns.has(node)) add(`${STATEMENT_NAMES[node.type]} dropped`, node, ';', isStatic, true);
    const isInside = isStatic && !FUNCTIONS.has(node.type);
    for (const child of visitorKeys[node.type] ?? []) {
      const value = node[child];
      if (Array.isArray(value)) for (const item of value) visit(item, node, child, isInside);
      else visit(value, node, child, isInside);
    }
  };
  visit(program, { type: 'none' }, 'program', true);

  found.sort((a, b) => a.start - b.start || b.end - a.end);
  return named(found.filter(isSafe), lines);
}

/** The same change of the same line may be possible several times: `nth` tells them apart. */
function named(found, lines) {
  const counts = new Map();
  return found.map((mutant) => {
    const lineText = lines[mutant.line - 1].trim();
    const words = [mutant.file, lineText, mutant.operator, mutant.before, mutant.after].join('\n');
    const nth = (counts.get(words) ?? 0) + 1;
    counts.set(words, nth);
    return { ...mutant, lineText, nth, id: createHash('sha256').update(`${words}\n${nth}`).digest('hex') };
  });
}

/** What no bracket may enclose. */
function isSafe({ before }) {
  return !/^super\b/.test(before);
}

/** `!a` without its `!`, and `a !== b` for `a === b`, are the same change. */
function isNegatedElsewhere(test) {
  return (test.type === 'UnaryExpression' && test.operator === '!') || (test.type === 'BinaryExpression' && /^[!=]==?$/.test(test.operator));
}

/** `a[i]`, or something of it. */
function isOfElement(node) {
  if (node.type === 'ChainExpression') return isOfElement(node.expression);
  return node.type === 'MemberExpression' && (node.computed || isOfElement(node.object));
}

function isText(node) {
  return (node.type === 'Literal' && typeof node.value === 'string') || node.type === 'TemplateLiteral';
}

function hasOptional(node) {
  return optionalLinks(node).length > 0;
}

/** The expressions of a chain after which `?.` stands. */
function optionalLinks(node) {
  const links = [];
  let at = node;
  while (at.type === 'MemberExpression' || at.type === 'CallExpression' || at.type === 'TSNonNullExpression') {
    const inner = at.type === 'MemberExpression' ? at.object : at.type === 'CallExpression' ? at.callee : at.expression;
    if (at.optional === true) links.push(inner);
    at = inner;
  }
  return links;
}

function lineCounter(source) {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

/**
 * The source with each of `mutants` behind `isMutant(number)`, so that one transformed text serves all of them.
 * `numberOf(mutant)` is what the switch is asked for.
 */
export function withSwitches(source, mutants, numberOf) {
  const sorted = mutants.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const render = (start, end, list) => {
    let out = '';
    let at = start;
    for (let i = 0; i < list.length; ) {
      const first = list[i];
      let next = i + 1;
      while (next < list.length && list[next].start < first.end) next++;
      out += source.slice(at, first.start) + choose(first, list.slice(i + 1, next));
      at = first.end;
      i = next;
    }
    return out + source.slice(at, end);
  };
  /** Several changes of one text are asked one after the other; what is inside stands in the last branch. */
  const choose = (mutant, inner) => {
    const original = render(mutant.start, mutant.end, inner);
    const asked = `isMutant(${numberOf(mutant)})`;
    if (mutant.isStatement) return `{ if (${asked}) {} else { ${original} } }`;
    return `(${asked} ? (${mutant.after}) : (${original}))`;
  };
  return `const isMutant = globalThis.isHoldfastMutant ?? (() => false); ${render(0, source.length, sorted)}`;
}

/** A mutant as two short texts: what changes, with the line around it. */
export function describeMutant({ before, after, operator }) {
  const brief = (text) => {
    const line = text.replace(/\s+/g, ' ').trim();
    return line.length > 110 ? `${line.slice(0, 107)}…` : line;
  };
  return { before: brief(before), after: after === ';' ? '(nothing)' : brief(after), operator };
}

/** A process of `npm run sim`: runs the worlds that it is sent, one after the other, and answers with what each came to. */
import { simulate } from './simulate.js';

interface Job {
  readonly seed: number;
  readonly only?: readonly string[];
}

process.on('message', ({ seed, only }: Job) => {
  simulate({ seed, ...(only !== undefined && { only }), traceLines: Number(process.env['HOLDFAST_LINES'] ?? 60) }).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ seed, hash: '', complaints: [{ kind: 'crash', at: 0, who: 'world', what: String(error instanceof Error ? error.stack : error) }], reached: [], counts: {}, report: '' }),
  );
});
// What the library lets escape is a violation of its own.
process.on('unhandledRejection', (error) => {
  console.error('unhandled rejection', error);
  process.exitCode = 1;
});

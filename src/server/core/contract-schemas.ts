/**
 * Every schema of a contract asked once, when the server is made: one that answers with a promise is refused there.
 * Not here: the contract's own makers; while they run, a schema may still name what comes later in its module.
 */
import type { AnyContract, Schema } from '../../core/contract.js';
import { RealtimeError } from '../../core/errors.js';
import { validate } from '../../core/validate.js';

/** @throws RealtimeError `misuse`, with the name of the part; some validators show it only by a value that fits, and then it is told at that value */
export function assertSynchronous(contract: AnyContract): void {
  for (const [what, schema] of schemasOf(contract)) {
    const answer = validate(schema, undefined);
    if (answer.ok || answer.code !== 'misuse') continue;
    throw new RealtimeError('misuse', `The schema of ${what} cannot be used: ${answer.issues}.`);
  }
}

function* schemasOf({ channels, queries, commands }: AnyContract): Generator<readonly [what: string, schema: Schema | undefined]> {
  for (const { pattern, events, clientEvents } of Object.values(channels)) {
    for (const [name, schema] of Object.entries(events)) yield [`event '${name}' of channel '${pattern}'`, schema];
    for (const [name, part] of Object.entries(clientEvents)) if (!('~standard' in part)) yield [`client event '${name}' of channel '${pattern}'`, part.schema];
  }
  for (const { key, input, output } of Object.values(queries)) {
    yield [`the input of query '${key}'`, input];
    yield [`the output of query '${key}'`, output];
  }
  for (const { key, input, output, errors } of Object.values(commands)) {
    yield [`the input of command '${key}'`, input];
    yield [`the output of command '${key}'`, output];
    for (const [name, schema] of Object.entries(errors)) yield [`error '${name}' of command '${key}'`, schema];
  }
}
